using HaCore.Engine;
using HaCore.Wire;

namespace HaCore.Hosting;

/// <summary>
/// One heartbeat link: opens it, receives on a thread of its own, sends through a <see cref="LinkSender"/>, and opens it again whenever it breaks.
/// Neither thread waits for the thread pool, the logger or the engine.
/// </summary>
internal sealed class LinkRunner
{
    // A link must be back within about a second of the moment when it can be opened: the back-off doubles up to that.
    private static readonly TimeSpan BackOffMin = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan BackOffMax = TimeSpan.FromSeconds(1);

    // A newer release may add trailing fields, which this one skips: room for them during a rolling upgrade.
    private const int NewerFrameBytes = 128;

    private readonly int _index;
    private readonly IHeartbeatTransport _transport;
    private readonly HeartbeatLinkContext _context;
    private readonly LinkEnvironment _environment;
    private readonly LinkStatistics _statistics;
    private readonly LinkSender _sender;
    private readonly RefusedFrames _refused;
    private readonly WaitPoint _pause;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Dictionary<LinkId, (uint Incarnation, ulong Sequence)> _newest = [];   // of each member of a composite
    private readonly byte[] _buffer;
    private volatile Failure? _failure;
    private volatile IHeartbeatLink? _link;
    private (uint Incarnation, ulong Sequence) _accepted;
    private TimeSpan _backOff = BackOffMin;
    private string? _lastDetail;
    private bool _faultLogged;
    private long _receiveAllocatedBytes;
    private bool _stopped;

    public LinkRunner(int index, IHeartbeatTransport transport, HeartbeatLinkContext context, LinkEnvironment environment, LinkStatistics statistics)
    {
        _index = index;
        _transport = transport;
        _context = context;
        _environment = environment;
        _statistics = statistics;
        _buffer = new byte[environment.FrameBytesMax + NewerFrameBytes + 1];   // one more, so that an oversized frame can be told from a whole one
        _pause = new WaitPoint(environment.Clock);
        _refused = new RefusedFrames(index, context.Link.Value, environment, statistics);
        _sender = new LinkSender($"hacore {context.Link} send", environment.FrameBytesMax, environment.PrepareThread, Break, environment.Stopping);
    }

    /// <summary>Frames that the transport took.</summary>
    public long Sent => _sender.Sent;

    /// <summary>Bytes that both threads have allocated, as they last looked: after each frame. For the test that counts them.</summary>
    public long AllocatedBytes => _sender.AllocatedBytes + _receiveAllocatedBytes;

    /// <summary>Completes when both threads have ended.</summary>
    public Task Ended => Task.WhenAll(_ended.Task, _sender.Ended);

    public void Start()
    {
        _sender.Start();
        new Thread(Run) { IsBackground = true, Name = $"hacore {_context.Link} receive" }.Start();
    }

    /// <summary>Hands a frame to the sending thread. Never blocks.</summary>
    public void Offer(ReadOnlySpan<byte> frame) => _sender.Offer(frame);

    /// <summary>Sends no more; with <paramref name="flush"/> the frame that waits still goes.</summary>
    public void StopSending(bool flush) => _sender.Stop(flush);

    /// <summary>Completes when the sending thread has ended.</summary>
    public Task SendingEnded => _sender.Ended;

    /// <summary>Ends the receive thread. Cancel <see cref="LinkEnvironment.Stopping"/> after it.</summary>
    public void StopReceiving()
    {
        lock (_pause.Gate)
        {
            _stopped = true;
            _pause.Wake();
        }
    }

    /// <summary>Takes the link away from a transport that does not obey its token.</summary>
    public async ValueTask AbandonAsync()
    {
        if (_link is { } link)
        {
            await link.DisposeAsync().ConfigureAwait(false);
        }
    }

    private void Run()
    {
        _environment.PrepareThread();
        using var codec = _environment.CreateCodec();
        var carrier = EventQueue.CreateCarrier(_index);
        while (!Volatile.Read(ref _stopped))
        {
            var detail = Open() ?? Receive(codec, ref carrier);
            Close(detail);
            if (!Volatile.Read(ref _stopped))
            {
                Report(detail);
                PauseBeforeReopening();
            }
        }

        _pause.Close();
        _ended.SetResult();
    }

    /// <returns>Null, or why it cannot be opened now.</returns>
    private string? Open()
    {
        try
        {
            var link = Blocking.Wait(_transport.OpenAsync(_context, _environment.Stopping));
            _link = link;
            if (link.MaxFrameBytes < _environment.FrameBytesMax)
            {
                return $"the link carries frames of at most {link.MaxFrameBytes} bytes, this cluster's need {_environment.FrameBytesMax}: the link is refused";
            }

            _sender.Use(link);
            _lastDetail = null;
            _environment.Queue.PostLink(new ClusterEvent.LinkChanged(_index, true, null));
            return null;
        }
#pragma warning disable CA1031 // The one place where a transport's failure to open is judged.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            return Judge(exception);
        }
    }

    /// <summary>Receives until the link breaks.</summary>
    /// <returns>Why it did.</returns>
    private string Receive(FrameCodec codec, ref ClusterEvent.FrameReceived carrier)
    {
        try
        {
            while (!Volatile.Read(ref _stopped))
            {
                var result = Blocking.Wait(_link!.ReceiveAsync(_buffer, _environment.Stopping));
                _backOff = BackOffMin;   // it opened and it works
                if (result.Length > 0)
                {
                    if (Take(codec, _buffer.AsSpan(0, result.Length), ref carrier) && _link is ICompositeHeartbeatLink composite && IsNewOn(result.Via))
                    {
                        composite.Heard(result.Via);
                    }

                    _receiveAllocatedBytes = GC.GetAllocatedBytesForCurrentThread();
                }

                if (FailureOfLink() is { } detail)
                {
                    return detail;
                }
            }

            return "the host stops";
        }
#pragma warning disable CA1031 // The one place where a transport's failure to receive is judged.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            // When sending broke the link, it was disposed: what the receive call throws then is only the echo.
            return FailureOfLink() ?? Judge(exception);
        }
    }

    /// <returns>Was it an authentic frame of the peer?</returns>
    private bool Take(FrameCodec codec, ReadOnlySpan<byte> bytes, ref ClusterEvent.FrameReceived carrier)
    {
        if (bytes.Length > _environment.FrameBytesMax + NewerFrameBytes)
        {
            _refused.Add(FrameVerdict.Malformed);
            return false;
        }

        var verdict = codec.Decode(bytes, carrier.Frame);
        if (verdict == FrameVerdict.Accepted)
        {
            _accepted = (carrier.Frame.Incarnation, carrier.Frame.Sequence);
            carrier = _environment.Queue.PostFrame(carrier);
        }
        else if (verdict == FrameVerdict.OwnFrame)
        {
            // A broadcast brings our own frames back: ordinary, unless another machine uses this node's name.
            if (_environment.Identity.IsForeign(carrier.Frame))
            {
                _refused.AddForeignSelf();
            }
        }
        else
        {
            _refused.Add(verdict);
        }

        return verdict == FrameVerdict.Accepted;
    }

    // A recorded frame that someone plays again proves nothing about the member that it came by.
    private bool IsNewOn(LinkId member)
    {
        if (_newest.TryGetValue(member, out var newest) && _accepted.CompareTo(newest) <= 0)
        {
            return false;
        }

        _newest[member] = _accepted;
        return true;
    }

    // On the sending thread: disposing the link ends the pending receive, which then opens it again.
    private void Break(IHeartbeatLink link, Exception exception)
    {
        if (Volatile.Read(ref _stopped))
        {
            return;
        }

        _failure = new Failure(link, Judge(exception));
        DisposeLink(link);
    }

    // A send call may have hung on the link before this one: its failure says nothing about this one.
    private string? FailureOfLink() => _failure is { } failure && ReferenceEquals(failure.Link, _link) ? failure.Detail : null;

    private void Close(string detail)
    {
        _sender.Use(null);
        var link = _link;
        _link = null;
        if (link is not null)
        {
            DisposeLink(link);
        }

        _environment.Notices.Write(logger => Log.LinkClosed(logger, _context.Link.Value, detail));
    }

    private void DisposeLink(IHeartbeatLink link)
    {
        try
        {
            Blocking.Wait(link.DisposeAsync());
        }
#pragma warning disable CA1031 // A link that cannot be disposed is lost anyway; a new one is opened.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            LogFault(exception);
        }
    }

    private string Judge(Exception exception)
    {
        if (exception is HeartbeatLinkException)
        {
            return exception.Message;
        }

        if (exception is OperationCanceledException && _environment.Stopping.IsCancellationRequested)
        {
            return "the host stops";
        }

        LogFault(exception);
        return $"{exception.GetType().Name}: {exception.Message}";
    }

    private void LogFault(Exception exception)
    {
        if (Volatile.Read(ref _stopped) || Interlocked.Exchange(ref _faultLogged, true))
        {
            return;   // once: a transport with a bug has it every second
        }

        _environment.Notices.Write(logger => Log.TransportFaulted(logger, exception, _context.Link.Value));
    }

    private void Report(string detail)
    {
        if (detail != _lastDetail)
        {
            _lastDetail = detail;
            _environment.Queue.PostLink(new ClusterEvent.LinkChanged(_index, false, detail));
        }
    }

    private void PauseBeforeReopening()
    {
        var until = _environment.Clock.Now + _backOff;
        var doubled = _backOff * 2;
        _backOff = doubled < BackOffMax ? doubled : BackOffMax;
        lock (_pause.Gate)
        {
            while (!_stopped && _pause.WaitOnce(until))
            {
                // woken early: look again
            }
        }
    }

    private sealed record Failure(IHeartbeatLink Link, string Detail);
}
