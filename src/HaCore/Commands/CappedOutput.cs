using System.Buffers;
using System.Text;

namespace HaCore.Commands;

/// <summary>Reads a program's output to its end, keeps the first bytes and drops the rest, so that a flood costs neither memory nor a blocked program.</summary>
internal sealed class CappedOutput
{
    private const int ChunkBytes = 4096;

    // Reading may go on in the background when the result is taken (a daemon has the pipe): that is why there is a lock.
    private readonly Lock _lock = new();
    private readonly ArrayBufferWriter<byte> _kept = new();
    private readonly int _bytesMax;

    public CappedOutput(Stream stream, int bytesMax, CancellationToken stop)
    {
        _bytesMax = bytesMax;
        Reading = ReadAsync(stream, stop);
    }

    /// <summary>Ends with the stream, or when told to stop. Never faults.</summary>
    public Task Reading { get; }

    /// <summary>What came so far, at most the cap.</summary>
    public string Text
    {
        get
        {
            lock (_lock)
            {
                return Encoding.UTF8.GetString(_kept.WrittenSpan);
            }
        }
    }

    private async Task ReadAsync(Stream stream, CancellationToken stop)
    {
        var chunk = new byte[ChunkBytes];
        try
        {
            int length;
            while ((length = await stream.ReadAsync(chunk, stop).ConfigureAwait(false)) > 0)
            {
                lock (_lock)
                {
                    _kept.Write(chunk.AsSpan(0, Math.Min(length, _bytesMax - _kept.WrittenCount)));
                }
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException or ObjectDisposedException)
        {
            // Told to stop, or the process object was closed: what was kept stands.
        }
    }
}
