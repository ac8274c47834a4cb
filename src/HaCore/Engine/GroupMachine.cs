namespace HaCore.Engine;

/// <summary>Why a group that is held here is being stopped.</summary>
internal enum ReleaseReason
{
    None = 0,
    HandOver,
    Standby,
    Leave,
    Failed,
    HeldByPeer,
    StepDown,
    Conflict,
    Residue,
    Superseded,
}

/// <summary>
/// One group on this node: the hold and the term (this file and Ownership), where it should be (Placement), and the operations that bring it
/// there (Reconcile). Level-triggered: every step compares what is wanted with what is observed.
/// </summary>
internal sealed partial class GroupMachine
{
    private readonly EngineContext _context;
    private readonly DurableStore _store;
    private readonly PeerTracker _peer;
    private readonly ConditionBoard _conditions;
    private readonly int _index;
    private readonly ResourceSlot[] _slots;
    private readonly List<Instant> _failures = [];

    public GroupMachine(EngineContext context, DurableStore store, PeerTracker peer, ConditionBoard conditions, int index)
    {
        _context = context;
        _store = store;
        _peer = peer;
        _conditions = conditions;
        _index = index;
        Configuration = context.Configuration.Groups[index];
        Record = store.Groups[index];
        _slots = [.. Configuration.Resources.Select((r, i) => new ResourceSlot(r, i))];
    }

    public GroupConfiguration Configuration { get; }
    public GroupRecord Record { get; }
    public IReadOnlyList<ResourceSlot> Slots => _slots;

    /// <summary>This node's own belief; frames show <see cref="ShownHold"/>.</summary>
    public HoldState Hold { get; private set; }

    /// <summary>Held only because it was found active; not taken in this incarnation (rule P).</summary>
    public bool IsResidue { get; private set; }

    /// <summary>Own sequence number when the hold was taken: rule C asks for an echo of a later one.</summary>
    public ulong HoldSequence { get; private set; }
    public ReleaseReason Releasing { get; private set; }

    /// <summary>Rule S.</summary>
    public bool IsUnclean { get; private set; }

    /// <summary>Why it rests until an operator clears it; null = it does not.</summary>
    public string? Blocked { get; private set; }
    public OperationReason Reason { get; private set; }

    /// <summary>Every resource was looked at since the start (rule P).</summary>
    public bool IsProbed { get; private set; }
    public bool IsPrepared { get; private set; }

    /// <summary>Every resource was looked at, since the start (rule P) and since the end of maintenance (rule W).</summary>
    public bool IsSeen => IsProbed && !IsLooking;

    /// <summary>On its way down, seen or not: that ends with its stops, which end by themselves.</summary>
    public bool IsBeingStopped => IsHeld && Releasing != ReleaseReason.None && !IsUnclean;
    public bool OperatorAcceptsDataLoss { get; private set; }
    public bool IsHeld => Hold == HoldState.Held;

    /// <summary>The hold mark of this boot is on disk: something of it may be left here (rule P).</summary>
    public bool IsMarkedHere => Record.Durable.HoldBootId == _context.BootId;

    /// <summary>Taken, not merely found, and not being given up because the other node has the better claim. On its way to a hand-over it still is.</summary>
    public bool IsHeldByRight => IsHeld && !IsResidue && !IsUnclean && Releasing < ReleaseReason.HeldByPeer;
    public PeerGroup PeerGroup => _peer.View.Group(_index);
    public bool LocalOwns => Terms.IsOwnedBy(Record.Current.Term, _context.Configuration.LocalIsFirst);
    public bool IsPending => !_store.IsDurable(Record.Version);
    public bool IsJoined => IsProbed && (IsPrepared || IsHeld || _store.Maintenance);

    /// <summary>
    /// The hold as the peer may rely on it: NotHeld only when the write that says so is on disk. Until then a hold of this incarnation is still
    /// Held, and the mark of an earlier one is Unknown: held too, but nobody's claim, so it makes no conflict (rule C).
    /// </summary>
    public HoldState ShownHold =>
        Hold == HoldState.NotHeld && (IsUnclean || Record.Durable.HoldBootId == _context.BootId)
            ? _everTaken || IsUnclean ? HoldState.Held : HoldState.Unknown
            : Hold == HoldState.NotHeld && IsLooking ? HoldState.Unknown : Hold;

    /// <summary>Failures within the window; 255 = it cannot start here.</summary>
    public int FailCount()
    {
        while (_failures.Count > 0 && _context.Now - _failures[0] > Configuration.RestartWindow)
        {
            _failures.RemoveAt(0);
        }

        return _cannotStartUntil > _context.Now ? byte.MaxValue : Math.Min(_failures.Count, byte.MaxValue - 1);
    }

    public bool CanRunHere => Blocked is null && !IsUnclean && Readiness >= Readiness.Usable && FailCount() <= Configuration.RestartLimit;

    public Readiness Readiness
    {
        get
        {
            if (Record.Current.OutdatedEpoch != 0 && !OperatorAcceptsDataLoss)
            {
                return Readiness.NotReady; // rule R6: the copy missed writes, whatever its agent believes
            }

            if (!IsProbed)
            {
                return Readiness.Unknown;
            }

            var worst = Readiness.Ready;
            foreach (var slot in _slots)
            {
                worst = slot.Readiness < worst ? slot.Readiness : worst;
            }

            return worst;
        }
    }

    public GroupActivity Activity
    {
        get
        {
            if (IsUnclean)
            {
                return GroupActivity.Unclean;
            }

            if (!IsProbed)
            {
                return GroupActivity.Unknown;
            }

            if (Releasing != ReleaseReason.None)
            {
                return GroupActivity.Stopping;
            }

            return !IsHeld ? GroupActivity.Stopped : IsFullyRunning ? GroupActivity.Active : GroupActivity.Starting;
        }
    }

    private bool IsFullyRunning
    {
        get
        {
            foreach (var slot in _slots)
            {
                if (slot.State != ResourceState.Running)
                {
                    return false;
                }
            }

            return true;
        }
    }

    public void ClearFailures()
    {
        _failures.Clear();
        _cannotStartUntil = default;
        Blocked = null;
        _conditions.End(NoticeKind.GroupBlocked, _index, "cleared by an operator");
        _conditions.End(NoticeKind.GroupFailed, _index, "cleared by an operator");
        foreach (var slot in _slots)
        {
            slot.StopFailed = false;
            slot.ProbeWanted = true;
        }

        _stopTries = 0;
        if (IsUnclean)
        {
            IsUnclean = false;
            Hold = HoldState.Held;
            Releasing = Releasing == ReleaseReason.None ? ReleaseReason.StepDown : Releasing;
            _conditions.End(NoticeKind.GroupUnclean, _index, "the stop is tried again");
        }

        _context.Changed();
    }

    public void Pin(NodeId? target)
    {
        _moveNow = target == _context.Configuration.Peer;
        if (Record.Current.Pinned != target?.Value)
        {
            Record.Current = Record.Current with { Pinned = target?.Value };
            _store.Touch(Record);
        }

        _context.Changed();
    }

    private void SetHold(HoldState hold)
    {
        if (Hold != hold)
        {
            Hold = hold;
            _context.Changed();
        }
    }

    private void Block(string why)
    {
        Blocked = why;
        _conditions.Begin(NoticeKind.GroupBlocked, _index, NoticeLevel.Error, Configuration.Name.Value, why);
        _context.Changed();
    }

    private void AddFailure() => _failures.Add(_context.Now);

    private string Name => Configuration.Name.Value;
}
