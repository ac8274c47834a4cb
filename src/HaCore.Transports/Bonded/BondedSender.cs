using HaCore.Engine;
using HaCore.Hosting;

namespace HaCore.Transports;

/// <summary>
/// The sending side of one member: a thread and one place for one frame, the newest. A frame leaves when the member's pace allows it; a member that blocks
/// delays neither the bond nor another member, and nothing old piles up. No frame is sent twice (rule M5).
/// </summary>
internal sealed class BondedSender
{
    private readonly string _name;
    private readonly Action _prepareThread;
    private readonly Action<IHeartbeatLink, Exception> _broken;
    private readonly EngineClock _clock;
    private readonly WaitPoint _wait;   // between the engine's send thread, which must not wait for the line, and this member's
    private readonly TimeSpan _minGap;
    private readonly TimeSpan _activePace;
    private readonly TimeSpan _reservePace;
    private readonly TimeSpan _stuckAfter;
    private Thread? _thread;
    private byte[] _next;
    private byte[] _sending;
    private int _nextLength;
    private bool _isWanted;
    private bool _isActive;
    private bool _isSending;
    private bool _stopped;
    private IHeartbeatLink? _link;
    private Instant _lastSent;
    private Instant _sendingSince;

    /// <param name="member">Its pace.</param>
    /// <param name="plan">The bond's times.</param>
    /// <param name="context">Of the member.</param>
    /// <param name="clock">For the pace.</param>
    /// <param name="broken">Called on the thread when sending threw.</param>
    public BondedSender(HeartbeatMember member, BondedPlan plan, HeartbeatLinkContext context, EngineClock clock, Action<IHeartbeatLink, Exception> broken)
    {
        _name = $"hacore {member.Link} send";
        _prepareThread = context.PrepareThread;
        _broken = broken;
        _clock = clock;
        _wait = new WaitPoint(clock);
        _minGap = member.MinGap;

        // Heartbeats come once in the bond's interval: the one nearest to the member's own time is the one to send, so that it is fresh and no timer adds its jitter.
        _activePace = member.Interval - (plan.Interval / 2);

        // A reserve carries every so many of them. Half an interval before the one that is due: a time that falls on a heartbeat would be missed by each that is a little early.
        var offers = Math.Max(1, Math.Floor(plan.ReserveInterval(member) / plan.Interval));
        _reservePace = plan.Interval * (offers - 0.5);
        _stuckAfter = plan.SilentAfter(member);
        _next = new byte[context.FrameBytesMax];
        _sending = new byte[context.FrameBytesMax];
    }

    /// <summary>Nothing is being sent or could be sent now.</summary>
    public bool IsDone
    {
        get
        {
            lock (_wait.Gate)
            {
                return !_isSending && !(IsReady && _clock.Now >= _lastSent + _minGap);
            }
        }
    }

    private bool IsReady => _isWanted && _link is not null;

    public void Start()
    {
        _thread = new Thread(Run) { IsBackground = true, Name = _name };
        _thread.Start();
    }

    /// <summary>Hands a frame over. Never blocks; dropped while the member is not open.</summary>
    /// <param name="frame">The newest frame.</param>
    /// <param name="now">Now.</param>
    /// <param name="isNews">It comes before its time, because the state changed: an active member sends it as soon as its gap allows.</param>
    /// <returns>Whether the frame before it has been stuck in the member for so long that the member is of no use.</returns>
    public bool Offer(ReadOnlySpan<byte> frame, Instant now, bool isNews)
    {
        lock (_wait.Gate)
        {
            if (_link is null || _stopped)
            {
                return false;
            }

            frame.CopyTo(_next);
            _nextLength = frame.Length;
            if (_isWanted || (isNews && _isActive) || now - _lastSent >= (_isActive ? _activePace : _reservePace))
            {
                _isWanted = true;
                _wait.Wake();
            }

            return _isSending && now - _sendingSince > _stuckAfter;
        }
    }

    /// <summary>Does the member carry the heartbeats? When it begins to, the newest frame goes out at once.</summary>
    public void SetActive(bool isActive)
    {
        lock (_wait.Gate)
        {
            if (_isActive == isActive)
            {
                return;
            }

            _isActive = isActive;
            _isWanted = isActive && _nextLength > 0;
            _wait.Wake();
        }
    }

    /// <summary>From now on frames go to this link; null while it is closed. A frame that waited for the old one is dropped.</summary>
    public void Use(IHeartbeatLink? link)
    {
        lock (_wait.Gate)
        {
            _link = link;
            _lastSent = new Instant(-TimeSpan.TicksPerDay);
            Drop();
        }
    }

    /// <summary>Ends the thread. The frame that waits still goes out, in reserve or not: it may be the one that says "left".</summary>
    public void Stop()
    {
        lock (_wait.Gate)
        {
            _stopped = true;
            _wait.Wake();
        }
    }

    /// <summary>Waits for the thread.</summary>
    /// <returns>Whether it has ended.</returns>
    public bool Join(TimeSpan limit) => _thread?.Join(limit) ?? true;

    private void Run()
    {
        _prepareThread();
        while (Next(out var link, out var length))
        {
            try
            {
                // Completes at once; a member that does not blocks its own thread here, and nobody else.
                Blocking.Wait(link.SendAsync(_sending.AsMemory(0, length), CancellationToken.None));
            }
#pragma warning disable CA1031 // The one place where a member's failure to send is judged; its receive thread reopens it.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                Forget(link);
                _broken(link, exception);
            }
        }

        _wait.Close();
    }

    private bool Next([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out IHeartbeatLink? link, out int length)
    {
        lock (_wait.Gate)
        {
            _isSending = false;
            while (!_stopped && _wait.WaitOnce(IsReady ? _lastSent + _minGap : Instant.Never))
            {
                // woken: look again
            }

            (_sending, _next) = (_next, _sending);
            length = _nextLength;
            link = _link;
            _sendingSince = _lastSent = _clock.Now;
            Drop();
            _isSending = length > 0 && link is not null;
            return length > 0 && link is not null;
        }
    }

    private void Forget(IHeartbeatLink link)
    {
        lock (_wait.Gate)
        {
            if (ReferenceEquals(_link, link))
            {
                _link = null;
                Drop();
            }
        }
    }

    private void Drop()
    {
        _nextLength = 0;
        _isWanted = false;
    }
}
