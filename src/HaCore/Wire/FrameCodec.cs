using System.Buffers.Binary;
using System.Security.Cryptography;
using HaCore.Engine;

namespace HaCore.Wire;

/// <summary>
/// Frames to bytes and back, signed. Not thread-safe: one codec per thread and direction, because each owns its keyed hashes.
/// Allocates nothing after its construction.
/// </summary>
internal sealed class FrameCodec : IDisposable
{
    private readonly IncrementalHash?[] hashes;
    private readonly IncrementalHash signer;
    private readonly byte signingId;
    private readonly ulong clusterHash;
    private readonly byte localSender;

    public FrameCodec(KeyRing keys, ulong clusterHash, bool localIsFirst)
    {
        ArgumentNullException.ThrowIfNull(keys);
        hashes = keys.CreateHashes();
        signingId = keys.SigningId;
        signer = hashes[signingId]!;
        this.clusterHash = clusterHash;
        localSender = localIsFirst ? (byte)0 : FrameLayout.SenderIsSecond;
    }

    /// <summary>Most bytes of a frame of a cluster with these numbers of resources per group, every one with a twin fact of 8 bytes.</summary>
    public static int MaxBytes(IReadOnlyList<int> resourcesPerGroup)
    {
        ArgumentNullException.ThrowIfNull(resourcesPerGroup);
        var bytes = FrameLayout.FrameBytesMin + FrameLayout.SelfFencingBytes;
        foreach (var resources in resourcesPerGroup)
        {
            bytes += FrameLayout.LengthBytes + FrameLayout.GroupBytes + (2 * FrameLayout.EpochBytes);
            bytes += resources * (FrameLayout.LengthBytes + FrameLayout.TwinBytesMax);
        }

        return bytes;
    }

    /// <summary>Writes and signs the frame as this node's.</summary>
    /// <returns>Its length.</returns>
    /// <exception cref="ArgumentException">
    /// The destination is too small, or a count, term or twin length of the frame is impossible: a broken invariant of the sender.
    /// </exception>
    public int Encode(Frame frame, Span<byte> destination)
    {
        ArgumentNullException.ThrowIfNull(frame);
        var signedBytes = FrameLayout.PrefixBytes + FrameBody.Bytes(frame);
        if (destination.Length < signedBytes + FrameLayout.MacBytes)
        {
            throw new ArgumentException($"{destination.Length} bytes are too few for this frame of {signedBytes + FrameLayout.MacBytes}.", nameof(destination));
        }

        var writer = new FrameWriter(destination);
        writer.U8(FrameLayout.Magic0);
        writer.U8(FrameLayout.Magic1);
        writer.U8(FrameLayout.Version);
        writer.U8(signingId);
        writer.U8(localSender);
        writer.U64(clusterHash);
        FrameBody.Write(frame, ref writer);
        if (writer.Position != signedBytes)
        {
            throw new InvalidOperationException("A frame was written with another length than computed.");
        }

        Sign(signer, destination[..signedBytes], destination.Slice(signedBytes, FrameLayout.MacBytes));
        return signedBytes + FrameLayout.MacBytes;
    }

    /// <summary>
    /// Judges any bytes whatever. Never throws, allocates nothing, and takes a time that depends on the number of bytes only.
    /// <paramref name="frame"/> is not touched before the signature proved right; its content means something only after
    /// <see cref="FrameVerdict.Accepted"/> and <see cref="FrameVerdict.OwnFrame"/>.
    /// </summary>
    public FrameVerdict Decode(ReadOnlySpan<byte> source, Frame frame)
    {
        if (source.Length < FrameLayout.PrefixBytes + FrameLayout.MacBytes || source[0] != FrameLayout.Magic0 || source[1] != FrameLayout.Magic1)
        {
            return FrameVerdict.Malformed;
        }

        if (BinaryPrimitives.ReadUInt64LittleEndian(source[FrameLayout.ClusterHashAt..]) != clusterHash)
        {
            return FrameVerdict.OtherCluster;
        }

        if (source[FrameLayout.VersionAt] != FrameLayout.Version)
        {
            return FrameVerdict.UnsupportedVersion;
        }

        if (hashes[source[FrameLayout.KeyIdAt]] is not { } hash)
        {
            return FrameVerdict.UnknownKey;
        }

        var signed = source[..^FrameLayout.MacBytes];
        Span<byte> mac = stackalloc byte[FrameLayout.MacBytes];
        Sign(hash, signed, mac);
        if (!CryptographicOperations.FixedTimeEquals(mac, source[^FrameLayout.MacBytes..]))
        {
            return FrameVerdict.BadSignature;
        }

        if (!FrameBody.TryRead(signed[FrameLayout.PrefixBytes..], frame))
        {
            return FrameVerdict.Malformed;
        }

        var sender = source[FrameLayout.SenderAt] & FrameLayout.SenderIsSecond;
        return sender == localSender ? FrameVerdict.OwnFrame : FrameVerdict.Accepted;
    }

    public void Dispose()
    {
        foreach (var hash in hashes)
        {
            hash?.Dispose();
        }
    }

    private static void Sign(IncrementalHash hash, ReadOnlySpan<byte> signed, Span<byte> mac)
    {
        hash.AppendData(signed);
        if (!hash.TryGetHashAndReset(mac, out var written) || written != FrameLayout.MacBytes)
        {
            throw new CryptographicException("HMAC-SHA256 did not give 32 bytes.");
        }
    }
}
