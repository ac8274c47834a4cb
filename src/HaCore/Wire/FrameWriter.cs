using System.Buffers.Binary;

namespace HaCore.Wire;

/// <summary>A cursor that writes little endian. The caller has checked the size.</summary>
internal ref struct FrameWriter(Span<byte> buffer)
{
    private readonly Span<byte> buffer = buffer;

    public int Position { get; private set; }

    public void U8(byte value) => buffer[Position++] = value;

    public void U16(ushort value) => BinaryPrimitives.WriteUInt16LittleEndian(Take(sizeof(ushort)), value);

    public void U32(uint value) => BinaryPrimitives.WriteUInt32LittleEndian(Take(sizeof(uint)), value);

    public void U64(ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(Take(sizeof(ulong)), value);

    /// <summary>The low <paramref name="count"/> bytes of a number, 0 to 8.</summary>
    public void Low(ulong value, int count)
    {
        for (var i = 0; i < count; i++)
        {
            U8((byte)(value >> (8 * i)));
        }
    }

    /// <summary>Leaves room for a length byte; <see cref="EndLength"/> fills it in.</summary>
    public int BeginLength() => Position++;

    public readonly void EndLength(int at) => buffer[at] = checked((byte)(Position - at - FrameLayout.LengthBytes));

    private Span<byte> Take(int count)
    {
        var slice = buffer.Slice(Position, count);
        Position += count;
        return slice;
    }
}
