using System.Buffers;
using System.Buffers.Binary;

namespace HaCore.Transports;

/// <summary>
/// Finds the frames in what a serial line delivered. Pure: bytes in, frames out. No bytes whatever make it throw; what is not a whole frame with its checksum is
/// dropped and counted, and the next delimiter begins anew.
/// </summary>
internal sealed class SerialFrameDecoder
{
    private readonly byte[] _decoded = new byte[SerialFrame.FrameBytesMax + SerialFrame.ChecksumBytes];
    private bool _isSkipping;
    private bool _isSynchronised;
    private long _frames;
    private long _damaged;
    private long _oversized;

    /// <summary>Whole frames.</summary>
    public long Frames => Volatile.Read(ref _frames);

    /// <summary>Pieces between delimiters that are no frame. One that was begun before this end listened is not counted.</summary>
    public long Damaged => Volatile.Read(ref _damaged);

    /// <summary>Pieces that are longer than any frame: most often a line without delimiters, so another speed at the other end.</summary>
    public long Oversized => Volatile.Read(ref _oversized);

    /// <summary>Takes the next frame.</summary>
    /// <param name="input">What was delivered and not taken yet. On return what is left: behind the frame, or a frame's beginning, never longer than one.</param>
    /// <param name="frame">Where the frame goes. Longer frames are dropped.</param>
    /// <param name="length">Its length.</param>
    /// <returns>False when more bytes are needed.</returns>
    public bool TryRead(ref ReadOnlySequence<byte> input, Span<byte> frame, out int length)
    {
        var encodedBytesMax = SerialFrame.EncodedBytesMax(Math.Min(frame.Length, SerialFrame.FrameBytesMax));
        while (input.PositionOf(SerialFrame.Delimiter) is { } end)
        {
            var piece = input.Slice(input.Start, end);
            input = input.Slice(input.GetPosition(1, end));
            if (TryTake(piece, encodedBytesMax, frame, out length))
            {
                return true;
            }
        }

        if (_isSkipping || input.Length > encodedBytesMax)
        {
            CountOversized();
            _isSkipping = true;
            input = input.Slice(input.End);
        }

        length = 0;
        return false;
    }

    private bool TryTake(in ReadOnlySequence<byte> piece, long encodedBytesMax, Span<byte> frame, out int length)
    {
        length = 0;
        if (_isSkipping || piece.Length > encodedBytesMax)
        {
            CountOversized();
            _isSkipping = false;   // this delimiter ends it
            _isSynchronised = true;
            return false;
        }

        if (piece.IsEmpty)
        {
            _isSynchronised = true;
            return false;
        }

        var wasSynchronised = _isSynchronised;
        _isSynchronised = true;
        if (!TryDecode(piece, out var bytes) || bytes <= SerialFrame.ChecksumBytes || !IsIntact(bytes - SerialFrame.ChecksumBytes))
        {
            _damaged += wasSynchronised ? 1 : 0;
            return false;
        }

        var content = bytes - SerialFrame.ChecksumBytes;
        if (content > frame.Length)
        {
            _oversized++;
            return false;
        }

        _decoded.AsSpan(0, content).CopyTo(frame);
        length = content;
        _frames++;
        return true;
    }

    /// <summary>Once per piece, however many deliveries it comes in.</summary>
    private void CountOversized()
    {
        if (!_isSkipping)
        {
            _oversized++;
        }
    }

    private bool IsIntact(int content) =>
        BinaryPrimitives.ReadUInt32LittleEndian(_decoded.AsSpan(content)) == SerialFrame.Checksum(_decoded.AsSpan(0, content));

    /// <summary>Undoes COBS. The piece has no zero in it and is no longer than the longest frame's.</summary>
    private bool TryDecode(in ReadOnlySequence<byte> piece, out int length)
    {
        var left = 0;           // bytes of the present block still to come
        var endsWithZero = false;
        length = 0;
        foreach (var segment in piece)
        {
            foreach (var one in segment.Span)
            {
                if (left == 0)
                {
                    if (endsWithZero && !Append(0, ref length))
                    {
                        return false;
                    }

                    left = one - 1;
                    endsWithZero = one != byte.MaxValue;
                }
                else if (!Append(one, ref length))
                {
                    return false;
                }
                else
                {
                    left--;
                }
            }
        }

        return left == 0;       // the zero behind the last block is the delimiter itself
    }

    private bool Append(byte one, ref int length)
    {
        if (length == _decoded.Length)
        {
            return false;
        }

        _decoded[length++] = one;
        return true;
    }
}
