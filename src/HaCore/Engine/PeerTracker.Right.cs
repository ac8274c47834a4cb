using HaCore.Wire;

namespace HaCore.Engine;

/// <content>Time as the peer counts it (rules F and L): how fresh this node's right is, whether the peer's own reset is certain, what this node's clock lost.</content>
internal sealed partial class PeerTracker
{
    // Two good quartz clocks drift by less than 200 ppm against each other; twice that and some is forgiven before a jump counts.
    private const double DriftAllowance = 500e-6;

    private ulong _rightBarrier;   // echoes of frames up to here were sent before this node's clock lost time
    private TimeSpan _lostClock;
    private Instant _lostClockFrom;
    private double _uptimeOffset = double.MinValue;
    private Instant _uptimeOffsetAt;

    /// <summary>
    /// This node's right to hold without a verdict is as fresh as this: the send time of the newest own frame that was echoed. Never shifted by own lateness,
    /// because the peer's wait for this node's reset (rule F) is not shifted either; older by what this node's clock lost. Means something only while the peer
    /// relies on the reset, and so after a session with its present incarnation.
    /// </summary>
    public Instant RightSince { get; private set; }

    /// <summary>Newest own frame that an authentic frame has echoed, of whatever age: it was heard.</summary>
    public ulong NewestHeardEcho { get; private set; }

    /// <summary>
    /// After its newest frame the peer has certainly reset itself; null = it is not known to be armed. Both its last accepted and its newest authentic frame
    /// must say so: a node that disarms relies on the echo of the frame that tells it, and an echo follows from hearing, not from accepting.
    /// </summary>
    public TimeSpan? SelfFencingTime =>
        View.SelfFencingTime is { } said && _heardSelfFencing != 0 ? said > TimeSpan.FromMilliseconds(_heardSelfFencing) ? said : TimeSpan.FromMilliseconds(_heardSelfFencing) : null;

    /// <summary>Rule L: the time that this node was not there does not count as the peer's silence.</summary>
    public void Shift(TimeSpan lateness)
    {
        LastEchoed += lateness;
        if (LastAuthentic.Ticks >= 0)
        {
            LastAuthentic += lateness;
        }
    }

    /// <summary>This node's clock lost time: what was sent before it is older than it looks.</summary>
    public void LoseRight(TimeSpan lost)
    {
        RightSince -= lost;
        _rightBarrier = _context.Sequence;
    }

    /// <summary>
    /// How far the peer's clock ran ahead of mine since its best frame, summed over one dead time of mine: time that my own clock lost (rule L). Zero up to a
    /// quarter of the dead time. A sum, because frames that waited outside a machine whose clock stood still each show one interval of it.
    /// </summary>
    public TimeSpan ClockJump(Frame frame)
    {
        var now = _context.Now;
        var offset = frame.Uptime - (now.Ticks / (double)TimeSpan.TicksPerMillisecond);
        if (_uptimeOffset == double.MinValue)
        {
            (_uptimeOffset, _uptimeOffsetAt) = (offset, now);
            return TimeSpan.Zero;
        }

        var drift = (now - _uptimeOffsetAt).TotalMilliseconds * DriftAllowance;
        var ahead = offset - _uptimeOffset - drift; // a peer whose clock is a little faster has not lost me any time
        (_uptimeOffset, _uptimeOffsetAt) = (Math.Max(offset, _uptimeOffset - drift), now);
        if (now - _lostClockFrom > _context.DeadTime)
        {
            (_lostClock, _lostClockFrom) = (TimeSpan.Zero, now);
        }

        _lostClock += ahead > 0 ? TimeSpan.FromMilliseconds(Math.Min(ahead, 1e9)) : TimeSpan.Zero;
        if (_lostClock <= _context.DeadTime / 4)
        {
            return TimeSpan.Zero;
        }

        var lost = _lostClock;
        _lostClock = TimeSpan.Zero;
        return lost;
    }

    /// <summary>
    /// What the peer has heard of this node, whatever becomes of the frame that tells it: while a verdict is carried out nothing is merged, but an echo still
    /// proves that the peer hears, and so that it does not wait for a reset.
    /// </summary>
    private void HearEcho(Frame frame)
    {
        if (!EchoesMe(frame))
        {
            return;
        }

        NewestHeardEcho = Math.Max(NewestHeardEcho, frame.EchoSequence);
        if (frame.EchoSequence > _rightBarrier && TrySentAt(frame.EchoSequence, out var sent))
        {
            RightSince = Instant.Max(RightSince, sent);
        }
    }
}
