using System.Buffers.Binary;

namespace HaCore.Wire;

/// <summary>
/// A cursor that reads little endian and never throws: past the end it reads zeros and remembers that it did, so that the parser asks
/// once at the end of each part.
/// </summary>
internal ref struct FrameReader(ReadOnlySpan<byte> source)
{
    private ReadOnlySpan<byte> rest = source;

    public bool Overran { get; private set; }

    /// <summary>Bytes not read yet: does an optional field follow?</summary>
    public readonly int Remaining => rest.Length;

    public byte U8() => Take(1) is [var value] ? value : (byte)0;

    public ushort U16() => Take(sizeof(ushort)) is { Length: > 0 } bytes ? BinaryPrimitives.ReadUInt16LittleEndian(bytes) : (ushort)0;

    public uint U32() => Take(sizeof(uint)) is { Length: > 0 } bytes ? BinaryPrimitives.ReadUInt32LittleEndian(bytes) : 0;

    public ulong U64() => Take(sizeof(ulong)) is { Length: > 0 } bytes ? BinaryPrimitives.ReadUInt64LittleEndian(bytes) : 0;

    /// <summary>A number of <paramref name="count"/> bytes, 0 to 8.</summary>
    public ulong Low(int count)
    {
        var bytes = Take(count);
        var value = 0UL;
        for (var i = 0; i < bytes.Length; i++)
        {
            value |= (ulong)bytes[i] << (8 * i);
        }

        return value;
    }

    /// <summary>A part that says its own length; what its reader does not know at its end is skipped with it.</summary>
    public FrameReader Part() => new(Take(U8()));

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count > rest.Length)
        {
            Overran = true;
            rest = default;
            return default;
        }

        var taken = rest[..count];
        rest = rest[count..];
        return taken;
    }
}
