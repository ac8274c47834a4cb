using System.Buffers.Binary;
using System.Numerics;

namespace HaCore.Transports;

/// <summary>
/// A frame on a serial line: <c>00 | COBS(frame, CRC-32C) | 00</c>.
/// </summary>
/// <remarks>
/// COBS (Cheshire and Baker, IEEE/ACM Transactions on Networking 7, 1999) replaces every zero, so that a zero on the line means one thing: here a frame ends.
/// Its price is one byte per 254. A delimiter at the end, so that a frame is known as whole at once and not when the next one begins; one at the beginning as well, so
/// that noise or a half frame before it spoils nothing but itself.
/// <para>The signature inside is the authority. The checksum tells noise from attack: a frame that is well-formed and not signed with the key is an accusation that the
/// engine acts on (PeerUnverified). With 16 bits a line of nothing but noise would make one such frame in 65536, every few hours; with 32 bits one in twenty years, for two
/// bytes more, 1 ms at 19200 baud. CRC-32C rather than CRC-32 because it finds any five wrong bits up to 655 bytes (Koopman, DSN 2002) and the processor has it.</para>
/// </remarks>
internal static class SerialFrame
{
    public const byte Delimiter = 0;
    public const int ChecksumBytes = 4;
    public const int BitsPerByte = 10;      // start bit, eight data bits, stop bit

    /// <summary>A frame with all that is added must go into the kernel's transmit buffer at once: one page, 4096 bytes, less one (serial_core, usb-serial).</summary>
    public const int FrameBytesMax = 4064;

    private const int Delimiters = 2;
    private const int BlockBytes = 254;     // COBS: the longest run of bytes behind one code byte
    private const byte FullBlock = 255;

    /// <summary>Bytes on the line of a frame of this length at worst.</summary>
    public static long WireBytesMax(int frameBytes) => EncodedBytesMax(frameBytes) + Delimiters;

    /// <summary>Bytes between the delimiters at worst.</summary>
    public static long EncodedBytesMax(int frameBytes)
    {
        var bytes = (long)frameBytes + ChecksumBytes;
        return bytes + ((bytes + BlockBytes - 1) / BlockBytes);
    }

    /// <summary>Writes the frame as it goes on the line.</summary>
    /// <param name="frame">1 byte or more.</param>
    /// <param name="wire">At least <see cref="WireBytesMax"/> of the frame's length.</param>
    /// <returns>Bytes written.</returns>
    public static int Encode(ReadOnlySpan<byte> frame, Span<byte> wire)
    {
        Span<byte> checksum = stackalloc byte[ChecksumBytes];
        BinaryPrimitives.WriteUInt32LittleEndian(checksum, Checksum(frame));
        wire[0] = Delimiter;
        var block = new CobsBlock { CodeAt = 1, NextAt = 2 };
        Append(frame, wire, ref block);
        Append(checksum, wire, ref block);
        // A full block has no zero behind it: when the last byte filled one, its successor was never begun.
        if (block.NextAt > block.CodeAt + 1 || !block.FollowsFull)
        {
            wire[block.CodeAt] = (byte)(block.NextAt - block.CodeAt);
        }
        else
        {
            block.NextAt = block.CodeAt;
        }

        wire[block.NextAt] = Delimiter;
        return block.NextAt + 1;
    }

    /// <summary>Castagnoli's CRC-32, as iSCSI uses it (RFC 3720 §12.1).</summary>
    public static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        while (bytes.Length >= sizeof(ulong))
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            bytes = bytes[sizeof(ulong)..];
        }

        foreach (var one in bytes)
        {
            crc = BitOperations.Crc32C(crc, one);
        }

        return ~crc;
    }

    private static void Append(ReadOnlySpan<byte> bytes, Span<byte> wire, ref CobsBlock block)
    {
        foreach (var one in bytes)
        {
            if (one != Delimiter)
            {
                wire[block.NextAt++] = one;
            }

            if (one == Delimiter || block.NextAt == block.CodeAt + FullBlock)
            {
                wire[block.CodeAt] = (byte)(block.NextAt - block.CodeAt);
                block = new CobsBlock { CodeAt = block.NextAt, NextAt = block.NextAt + 1, FollowsFull = one != Delimiter };
            }
        }
    }

    /// <summary>The block that is being written: where its code byte and its next byte go.</summary>
    private struct CobsBlock
    {
        public int CodeAt;
        public int NextAt;
        public bool FollowsFull;
    }
}
