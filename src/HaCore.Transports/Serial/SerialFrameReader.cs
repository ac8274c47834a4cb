using System.IO.Pipelines;

namespace HaCore.Transports;

/// <summary>The frames of a pipe that a serial line fills.</summary>
internal sealed class SerialFrameReader(PipeReader pipe)
{
    public SerialFrameDecoder Decoder { get; } = new();

    /// <summary>Takes the next frame of what the pipe holds. Leaves no more in it than the beginning of one frame when there is none.</summary>
    public bool TryRead(Span<byte> frame, out int length)
    {
        if (!pipe.TryRead(out var result))
        {
            length = 0;
            return false;
        }

        var input = result.Buffer;
        var isFrame = Decoder.TryRead(ref input, frame, out length);
        // Behind a frame nothing was examined: the next call looks there before anybody waits for more.
        pipe.AdvanceTo(input.Start, isFrame ? input.Start : input.End);
        return isFrame;
    }
}
