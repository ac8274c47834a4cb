using System.Diagnostics;
using HaCore.Engine;
using HaCore.Hosting;

namespace HaCore.Bench.Latency;

/// <summary>Takes events in the engine's place, on a thread like the engine's, and says when.</summary>
internal sealed class Taker : IDisposable
{
    private readonly EventQueue _queue;
    private readonly Action _prepareThread;
    private readonly ManualResetEventSlim _opened = new();
    private readonly SemaphoreSlim _frames = new(0);
    private readonly Thread _thread;
    private long _takenAt;
    private bool _ended;

    public Taker(EventQueue queue, Action prepareThread)
    {
        _queue = queue;
        _prepareThread = prepareThread;
        _thread = new Thread(Run) { IsBackground = true, Name = "taker" };
        _thread.Start();
    }

    public void WaitForOpen() => _opened.Wait();

    /// <returns>When the frame was taken.</returns>
    public long WaitForFrame()
    {
        if (!_frames.Wait(TimeSpan.FromSeconds(5)))
        {
            throw new InvalidOperationException("A frame did not arrive.");
        }

        return Interlocked.Read(ref _takenAt);
    }

    public void End()
    {
        Volatile.Write(ref _ended, true);
        _queue.Wake();
        _thread.Join();
    }

    public void Dispose()
    {
        _opened.Dispose();
        _frames.Dispose();
    }

    private void Run()
    {
        _prepareThread();
        while (!Volatile.Read(ref _ended))
        {
            switch (_queue.Take(Instant.Never, ref _ended))
            {
                case ClusterEvent.FrameReceived frame:
                    Interlocked.Exchange(ref _takenAt, Stopwatch.GetTimestamp());
                    _queue.Return(frame);
                    _frames.Release();
                    break;
                case ClusterEvent.LinkChanged { IsOpen: true }:
                    _opened.Set();
                    break;
            }
        }
    }
}
