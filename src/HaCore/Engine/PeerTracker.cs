using HaCore.Wire;

namespace HaCore.Engine;

/// <summary>How the peer's present incarnation came to be taken for down. Lives in memory only (ownership page, "confirmed down").</summary>
internal enum VerdictKind
{
    None = 0,
    Left,
    Fenced,
    Operator,
    Unfenced,
    SelfFenced,
}

/// <summary>What a frame turned out to be.</summary>
internal enum FrameUse
{
    Ignored = 0,
    Accepted,
    Left,
    Superseded,
}

/// <summary>
/// Membership: which incarnation of the peer is the present one, whether its frames are state (M2), how fresh they are (M4), and whether it
/// is confirmed down. Freshness is a round trip: "last heard" is the send time of the newest own frame that the peer has echoed.
/// </summary>
internal sealed partial class PeerTracker
{
    private const int RingSize = 4096; // send times kept: more than a minute at one frame per 20 ms, far beyond any dead time

    private readonly EngineContext _context;
    private readonly DurableStore _store;
    private readonly long[] _sentTicks = new long[RingSize];
    private long _knownVersion;
    private ulong _highest;
    private ulong _sequenceAtHello;
    private bool _hadSessionWithIncarnation;
    private Instant _heardAt = Instant.Never;
    private Instant _helloAt;
    private ulong _newestEcho;
    private uint _heardSelfFencing;
    private ulong _leftUnderVerdict; // newest Left that came while a verdict was carried out: not echoed, and its copies are no news

    public PeerTracker(EngineContext context, DurableStore store)
    {
        _context = context;
        _store = store;
        View = new PeerView(context.Configuration);
    }

    public PeerView View { get; }
    public bool HasSession { get; private set; }

    /// <summary>Sessions since this node's own start.</summary>
    public int Sessions { get; private set; }

    /// <summary>Since this node's own start.</summary>
    public bool HadSession { get; private set; }

    /// <summary>When the newest own frame that the peer has echoed was sent (M4).</summary>
    public Instant LastEchoed { get; private set; }

    /// <summary>Silence is counted from here: the newest echoed own frame, the newest hello, or this node's start.</summary>
    public Instant SilentSince => Instant.Max(_context.Started == Instant.Never ? default : _context.Started, Instant.Max(LastEchoed, _helloAt));

    /// <summary>When the newest authentic frame of the present incarnation came, accepted or not. A copy of an older one counts as nothing.</summary>
    public Instant LastAuthentic { get; private set; } = new(-1);
    public VerdictKind Verdict { get; private set; }
    public ulong VerdictSequence { get; private set; }

    /// <summary>An old incarnation goes on sending after the newer hello: admit neither (rule N).</summary>
    public bool IsDuplicate { get; set; }

    /// <summary>When the peer left without a word, newest last (flap damping).</summary>
    public List<Instant> Departures { get; } = [];
    public bool IsConfirmedDown => Verdict != VerdictKind.None;
    public ulong EchoSequence => _highest;
    public ulong NewestEcho => _newestEcho;

    /// <summary>The known incarnation is on disk, so it may be echoed and its frames merged.</summary>
    public bool IsAdmitted => _store.PeerIncarnation != 0 && _store.IsDurable(_knownVersion) && !IsDuplicate;

    public ushort EchoAge =>
        _heardAt == Instant.Never ? (ushort)0 : (ushort)Math.Clamp((_context.Now - _heardAt).Ticks / 1000, 0, ushort.MaxValue);

    /// <summary>Flap damping: too many unplanned departures of the peer within the window; it is asked to stay on standby.</summary>
    public bool IsDampable
    {
        get
        {
            var times = _context.Configuration.Times;
            if (times.FlapLimit == 0 || Departures.Count < times.FlapLimit)
            {
                return false;
            }

            var newest = Departures[^1];
            var nth = Departures[^times.FlapLimit];
            return newest - nth <= times.FlapWindow && _context.Now - newest <= times.FlapHold;
        }
    }

    /// <summary>
    /// Frames go on arriving although none of them has echoed ours for a while. The frames of a peer that died stop within about two intervals
    /// of its last echo, so they never look like this.
    /// </summary>
    public bool IsDeaf
    {
        get
        {
            var half = _context.DeadTime / 2;
            var grace = _context.Configuration.Times.HeartbeatInterval * 2.5;
            return LastAuthentic.Ticks >= 0 && _context.Now - LastAuthentic <= half && LastAuthentic - SilentSince > (half > grace ? half : grace);
        }
    }

    public PeerContact Contact(Instant unverifiedAt)
    {
        return IsDeaf ? PeerContact.Deaf
            : unverifiedAt.Ticks >= 0 && _context.Now - unverifiedAt <= _context.DeadTime * 2 ? PeerContact.Unverified
            : PeerContact.Silent;
    }

    public void OnSent() => _sentTicks[_context.Sequence % RingSize] = _context.Now.Ticks;

    /// <summary>Does this frame answer this very start of this node?</summary>
    public bool EchoesMe(Frame frame) => frame.EchoIncarnation == _store.Incarnation && frame.EchoNonce == _context.Nonce;

    public TimeSpan? RoundTrip(Frame frame)
    {
        if (!EchoesMe(frame) || !TrySentAt(frame.EchoSequence, out var sent) || frame.EchoAge == ushort.MaxValue)
        {
            return null;
        }

        return _context.Now - sent - new TimeSpan(frame.EchoAge * 1000L);
    }

    /// <summary>
    /// Judges one authentic frame (M2, N). <paramref name="held"/> = a verdict is being carried out (rule H): a newer incarnation is not admitted,
    /// no frame is merged.
    /// </summary>
    public FrameUse OnFrame(Frame frame, bool held)
    {
        if (frame.Incarnation < _store.PeerIncarnation)
        {
            OnOldIncarnation(frame);
            return FrameUse.Ignored;
        }

        if (IsSuperseded(frame))
        {
            return FrameUse.Superseded;
        }

        if (frame.Incarnation > _store.PeerIncarnation)
        {
            if (held || IsDuplicate)
            {
                return FrameUse.Ignored;
            }

            OnHello(frame);
        }
        else if (frame.Nonce != _store.PeerNonce)
        {
            return FrameUse.Ignored; // the same counter with another nonce: a restored state; it heals when it hears my echo (rule N)
        }

        if (frame.Sequence <= Math.Max(_highest, _leftUnderVerdict))
        {
            return FrameUse.Ignored; // a copy by a slower link, or a frame that an attacker recorded: no sign of life
        }

        LastAuthentic = _context.Now;
        HearEcho(frame);
        if (held && frame.State == MemberState.Left)
        {
            _leftUnderVerdict = frame.Sequence;
            return FrameUse.Ignored; // not echoed, so that it is said again when the verdict is carried out
        }

        _highest = frame.Sequence;
        _heardSelfFencing = frame.SelfFencingTime;
        _heardAt = _context.Now;
        if (!EchoesMe(frame) || !IsAdmitted || held)
        {
            return FrameUse.Ignored;
        }

        return Accept(frame);
    }

    public void EndSession(string reason, NoticeLevel level = NoticeLevel.Warning)
    {
        if (!HasSession)
        {
            return;
        }

        HasSession = false;
        _context.Changed();
        _context.Notice(NoticeKind.SessionEnded, level, _context.Configuration.Peer.Value, reason);
    }

    public void Confirm(VerdictKind kind)
    {
        Verdict = kind;
        VerdictSequence = _context.Sequence;
        HasSession = false;
        _context.Changed();
    }

    /// <summary>The peer lives after all, says an agent: what its silence seemed to prove is proved wrong.</summary>
    public void Revoke()
    {
        Verdict = VerdictKind.None;
        LastAuthentic = _context.Now;
        _heardSelfFencing = 0; // who lives without having reset itself is not waited for a second time: only new frames may say that it does
        View.Disarm();
        _context.Changed();
    }

    /// <summary>The session ends when nothing fresh was echoed for the dead time (M4).</summary>
    public void Advance()
    {
        if (!HasSession)
        {
            return;
        }

        var ends = LastEchoed + _context.DeadTime;
        if (_context.Now > ends)
        {
            EndSession(IsDeaf
                ? $"its frames arrive but it has not echoed ours for {_context.DeadTime.TotalSeconds:0.0##} s (dead time)"
                : $"silent for {_context.DeadTime.TotalSeconds:0.0##} s (dead time) on every link");
            return;
        }

        _context.Due(ends + TimeSpan.FromTicks(1));
    }

    private void OnHello(Frame frame)
    {
        CountDeparture();
        EndSession($"a newer start of it (incarnation {frame.Incarnation}) says hello");
        Verdict = VerdictKind.None;
        _store.PeerIncarnation = frame.Incarnation;
        _store.PeerNonce = frame.Nonce;
        _knownVersion = _store.Touch();
        _highest = 0;
        _heardSelfFencing = 0;
        _leftUnderVerdict = 0;
        NewestHeardEcho = 0;
        _newestEcho = 0;
        _uptimeOffset = double.MinValue;
        _sequenceAtHello = _context.Sequence;
        _helloAt = _context.Now;
        View.Forget();
        _context.Changed();
        _context.Notice(NoticeKind.PeerHello, NoticeLevel.Information, _context.Configuration.Peer.Value, $"heard incarnation {frame.Incarnation}");
    }

    /// <summary>Only a live program can echo a frame that I sent after the newer incarnation's hello.</summary>
    private void OnOldIncarnation(Frame frame)
    {
        if (!IsDuplicate && EchoesMe(frame) && frame.EchoSequence > _sequenceAtHello && frame.EchoSequence <= _context.Sequence)
        {
            IsDuplicate = true;
            EndSession("two programs send in its name");
            _context.Notice(NoticeKind.DuplicateNode, NoticeLevel.Critical, _context.Configuration.Peer.Value,
                $"incarnation {frame.Incarnation} goes on sending after incarnation {_store.PeerIncarnation} began: end one of them, then 'online'; neither is admitted until then");
        }
    }

    private bool IsSuperseded(Frame frame) =>
        frame.EchoIncarnation > _store.Incarnation
        || (frame.EchoIncarnation == _store.Incarnation && (frame.EchoNonce != _context.Nonce || frame.EchoSequence > _context.Sequence));

    private FrameUse Accept(Frame frame)
    {
        if (IsConfirmedDown)
        {
            if (frame.State is MemberState.Left || frame.EchoSequence <= VerdictSequence)
            {
                return FrameUse.Ignored;
            }

            // It echoes what I sent after the verdict: it lives. Fencing lied, or nobody fenced it.
            var level = Verdict == VerdictKind.Unfenced ? NoticeLevel.Warning : NoticeLevel.Critical;
            _context.Notice(NoticeKind.PeerAliveAfterAll, level, _context.Configuration.Peer.Value, $"was taken for down ({Verdict}) and lives");
            Verdict = VerdictKind.None;
        }

        var isFresh = TrySentAt(frame.EchoSequence, out var sent) && _context.Now - sent <= _context.DeadTime;
        if (isFresh && frame.EchoSequence >= _newestEcho)
        {
            _newestEcho = frame.EchoSequence;
            LastEchoed = Instant.Max(LastEchoed, sent);
        }

        _context.SnapshotStale |= View.Update(frame);
        if (frame.State == MemberState.Left)
        {
            EndSession("left in order", NoticeLevel.Information);
            return FrameUse.Left;
        }

        if (!HasSession && isFresh)
        {
            HasSession = true;
            HadSession = true;
            Sessions++;
            _hadSessionWithIncarnation = true;
            _context.Changed();
            _context.Notice(NoticeKind.SessionBegan, NoticeLevel.Information, _context.Configuration.Peer.Value, $"in session with incarnation {frame.Incarnation}");
        }

        return FrameUse.Accepted;
    }

    private bool TrySentAt(ulong sequence, out Instant sent)
    {
        var known = sequence != 0 && sequence <= _context.Sequence && _context.Sequence - sequence < RingSize;
        sent = known ? new Instant(_sentTicks[sequence % RingSize]) : default;
        return known;
    }

    /// <summary>A newer start of a peer that did not leave in order: it died. A silence that ends with the same start was the network's.</summary>
    private void CountDeparture()
    {
        var window = _context.Configuration.Times.FlapWindow;
        Departures.RemoveAll(d => _context.Now - d > window);
        if (_hadSessionWithIncarnation && View.State is not MemberState.Left and not MemberState.Leaving and not MemberState.Detached)
        {
            Departures.Add(_context.Now);
        }

        _hadSessionWithIncarnation = false;
    }
}
