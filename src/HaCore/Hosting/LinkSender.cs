using HaCore.Engine;

namespace HaCore.Hosting;

/// <summary>
/// The sending side of one link: a thread and one place for one frame. The engine copies a frame into the place and goes on; a newer frame
/// replaces one that was not sent yet. So a transport that blocks delays neither the engine nor another link, and nothing old piles up.
/// </summary>
/// <remarks>
/// Rule M5 (a dead engine is silent) holds by construction: frames are made inside engine steps only, and nothing here repeats one. An engine
/// that does not step sends at most the one frame that it had already put here. See docs/adr/0002-sender.md.
/// </remarks>
internal sealed class LinkSender
{
    private readonly string _name;
    private readonly Action _prepareThread;
    private readonly Action<IHeartbeatLink, Exception> _broken;
    private readonly object _gate = new();   // between the engine's loop, which must not wait for the line, and this link's sending thread
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationToken _stopping;
    private byte[] _next;
    private byte[] _sending;
    private int _nextLength;
    private IHeartbeatLink? _link;
    private bool _stopped;
    private long _sent;

    /// <param name="name">Name of the thread.</param>
    /// <param name="frameBytesMax">The largest frame.</param>
    /// <param name="prepareThread">Called first on the thread: real-time priority.</param>
    /// <param name="broken">Called on the thread when sending threw.</param>
    /// <param name="stopping">Cancelled when the host stops.</param>
    public LinkSender(string name, int frameBytesMax, Action prepareThread, Action<IHeartbeatLink, Exception> broken, CancellationToken stopping)
    {
        _name = name;
        _next = new byte[frameBytesMax];
        _sending = new byte[frameBytesMax];
        _prepareThread = prepareThread;
        _broken = broken;
        _stopping = stopping;
    }

    /// <summary>Frames that the transport took.</summary>
    public long Sent => Interlocked.Read(ref _sent);

    /// <summary>Bytes that the thread has allocated, as it last looked: after each frame. For the test that counts them.</summary>
    public long AllocatedBytes { get; private set; }

    /// <summary>Completes when the thread has ended.</summary>
    public Task Ended => _ended.Task;

    public void Start() => new Thread(Run) { IsBackground = true, Name = _name }.Start();

    /// <summary>Hands a frame over. Never blocks; dropped while the link is not open.</summary>
    public void Offer(ReadOnlySpan<byte> frame)
    {
        lock (_gate)
        {
            if (_link is null || _stopped)
            {
                return;
            }

            frame.CopyTo(_next);
            _nextLength = frame.Length;
            Monitor.Pulse(_gate);
        }
    }

    /// <summary>From now on frames go to this link; null while it is closed. A frame that waited for the old one is dropped.</summary>
    public void Use(IHeartbeatLink? link)
    {
        lock (_gate)
        {
            _link = link;
            _nextLength = 0;
        }
    }

    /// <summary>Ends the thread. The frame that waits is still sent if <paramref name="flush"/>: it may be the last "left".</summary>
    public void Stop(bool flush)
    {
        lock (_gate)
        {
            _stopped = true;
            if (!flush)
            {
                _nextLength = 0;
            }

            Monitor.Pulse(_gate);
        }
    }

    private void Run()
    {
        _prepareThread();
        while (Next(out var link, out var length))
        {
            try
            {
                // A transport completes at once; one that does not blocks its own thread here, and nobody else.
                var sending = link.SendAsync(_sending.AsMemory(0, length), _stopping);
                if (sending.IsCompleted)
                {
                    sending.GetAwaiter().GetResult();
                }
                else
                {
                    sending.AsTask().GetAwaiter().GetResult();
                }

                AllocatedBytes = GC.GetAllocatedBytesForCurrentThread();
                Interlocked.Increment(ref _sent);
            }
#pragma warning disable CA1031 // The one place where a transport's failure to send is judged; the receive thread reopens the link.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                Forget(link);
                _broken(link, exception);
            }
        }

        _ended.SetResult();
    }

    private bool Next([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out IHeartbeatLink? link, out int length)
    {
        lock (_gate)
        {
            while ((_nextLength == 0 || _link is null) && !_stopped)
            {
                Monitor.Wait(_gate);
            }

            (_sending, _next) = (_next, _sending);
            length = _nextLength;
            link = _link;
            _nextLength = 0;
            return length > 0 && link is not null;
        }
    }

    private void Forget(IHeartbeatLink link)
    {
        lock (_gate)
        {
            if (ReferenceEquals(_link, link))
            {
                _link = null;
            }
        }
    }
}
