using HaCore.Wire;

namespace HaCore.Engine;

/// <summary>
/// The engine: pure, single-threaded, deterministic. One event and one moment in, ordered decisions out. Each step compares what is wanted with
/// what is observed; nothing acts on "it just changed", so a lost event costs a probe, never a failover.
/// </summary>
internal sealed partial class ClusterMachine
{
    private const int PassesMax = 32; // one step settles in a few passes; more means two rules undo each other: a bug

    private readonly EngineContext _context;
    private readonly EngineConfiguration _configuration;
    private readonly DurableStore _store;
    private readonly ConditionBoard _conditions;
    private readonly PeerTracker _peer;
    private readonly FencingControl _fencing;
    private readonly GroupMachine[] _groups;
    private readonly LinkTracker[] _links;
    private readonly Decision.Send _send = new();
    private Instant _promised = Instant.Never;
    private Instant _verdictHoldOff;
    private bool _isLate;
    private bool _isOnline;
    private bool _isExited;
    private int _stepping;
    private long _revision;

    /// <param name="configuration">Validated.</param>
    /// <param name="state">As loaded, with the incarnation already raised and written.</param>
    /// <param name="nonce">Random number of this start.</param>
    /// <param name="bootId">Names this boot of the machine (rule P).</param>
    public ClusterMachine(EngineConfiguration configuration, PersistentState state, ulong nonce, string bootId)
    {
        _configuration = configuration;
        _context = new EngineContext(configuration, nonce, bootId);
        _store = new DurableStore(_context, state);
        _conditions = new ConditionBoard(_context);
        _peer = new PeerTracker(_context, _store);
        _fencing = new FencingControl(_context, _store, _peer, _conditions);
        _groups = [.. configuration.Groups.Select((_, i) => new GroupMachine(_context, _store, _peer, _conditions, i))];
        _links = [.. configuration.Links.Select((l, i) => new LinkTracker(_context, _conditions, i, l))];
        Links = [.. _links.Select(l => l.Statistics)];
        Snapshot = BuildSnapshot();
    }

    /// <summary>When to step again even if nothing happens.</summary>
    public Instant NextDeadline => _promised == Instant.Never ? default : _promised;

    /// <summary>Immutable; a new object whenever something in it changed.</summary>
    public ClusterSnapshot Snapshot { get; private set; }

    /// <summary>Live numbers, one per configured link.</summary>
    public IReadOnlyList<LinkStatistics> Links { get; }

    /// <summary>Takes one event at one moment and adds what is to be done to <paramref name="decisions"/>. <paramref name="now"/> never goes back.</summary>
    public void Step(Instant now, ClusterEvent input, List<Decision> decisions)
    {
        if (Interlocked.Exchange(ref _stepping, 1) != 0)
        {
            throw new InvalidOperationException("two threads step one machine");
        }

        try
        {
            if (now < _context.Now)
            {
                throw new InvalidOperationException($"time went back from {_context.Now} to {now}");
            }

            if (_isExited)
            {
                return; // V: never hold, echo or write again
            }

            _context.Now = now;
            _context.Started = Instant.Min(_context.Started, now);
            _context.Out = decisions;
            if (!ResetsBefore())
            {
                JudgeOwnLateness(now);
                Handle(input);
                Settle();
                SendFrames();
            }

            _promised = _context.Deadline;
            if (_context.SnapshotStale)
            {
                _context.SnapshotStale = false;
                Snapshot = BuildSnapshot();
            }
        }
        finally
        {
            _stepping = 0;
        }
    }

    private bool IsMaintenance => _store.Maintenance || (_peer.HasSession && _peer.View.IsMaintenance);

    /// <summary>
    /// Rule H: a verdict is being carried out, from the moment a fence is ordered, or any other confirmation accepted, until its result is in and
    /// every write that follows is done. No newer incarnation is admitted and no frame merged meanwhile.
    /// </summary>
    private bool IsVerdictOpen => _fencing.IsInFlight || (_peer.IsConfirmedDown && Array.Exists(_groups, static g => g.IsPending));

    /// <summary>Standby by an operator or by flap damping (rule W).</summary>
    private bool IsStandby => _store.LocalStandby || IsDamped;

    private void Handle(ClusterEvent input)
    {
        switch (input)
        {
            case ClusterEvent.Tick:
                break;
            case ClusterEvent.FrameReceived frame:
                OnFrame(frame);
                break;
            case ClusterEvent.UnverifiedFrame unverified:
                OnUnverified(unverified.Link);
                break;
            case ClusterEvent.ForeignSelf:
                OnSuperseded("another program sends frames in this node's name");
                break;
            case ClusterEvent.LinkChanged change:
                _links[change.Link].OnChanged(change);
                break;
            case ClusterEvent.LinkMemberChanged change:
                _links[change.Link].OnMemberChanged(change);
                break;
            case ClusterEvent.Persisted persisted:
                OnPersisted(persisted);
                break;
            case ClusterEvent.OperationCompleted completed:
                OnOperationCompleted(completed);
                break;
            case ClusterEvent.ProbeRequested probe:
                _groups[probe.Group].OnProbeRequested(probe.Resource);
                break;
            case ClusterEvent.FenceCompleted fence:
                _fencing.OnCompleted(fence);
                break;
            case ClusterEvent.NetworkChanged network:
                _fencing.OnNetworkChanged(network);
                break;
            case ClusterEvent.Command command:
                OnCommand(command);
                break;
            case ClusterEvent.Leave:
                BeginLeaving();
                break;
            default:
                throw new InvalidOperationException($"unknown event {input.GetType().Name}");
        }
    }

    /// <summary>Passes until nothing changes: session, verdict, ownership, operations, writes, leaving.</summary>
    private void Settle()
    {
        for (var pass = 0; ; pass++)
        {
            if (pass == PassesMax)
            {
                throw new InvalidOperationException("the engine does not settle: two rules undo each other");
            }

            _context.Again = false;
            _context.Deadline = Instant.Never;
            Advance();
            if (!_context.Again || _isExited)
            {
                return;
            }
        }
    }

    private void Advance()
    {
        foreach (var link in _links)
        {
            link.Advance();
        }

        _peer.Advance();
        ReportDeafPeer();
        AdvanceMembership();
        AdvanceVerdict();
        AdvanceGroups();
        CheckConfigurationMatch();
        AdvanceSelfFencing();
        if (!_isExited)
        {
            AdvanceLeaving();
        }

        if (!_isExited)
        {
            _store.Flush();
        }
    }

    private void AdvanceMembership()
    {
        if (_isOnline)
        {
            return;
        }

        // A group that cannot be looked at keeps itself back (rule P), not the node with every other group, beyond the initial dead time.
        var latest = _context.Started + _configuration.Times.InitialDeadTime;
        _context.Due(latest);
        if (_context.Now < latest && !Array.TrueForAll(_groups, static g => g.IsJoined))
        {
            return;
        }

        _isOnline = true;
        _context.Changed();
        _context.Notice(NoticeKind.NodeOnline, NoticeLevel.Information, _configuration.LocalNode.Value, $"joined, incarnation {_store.Incarnation}");
    }

    /// <summary>M4: hearing without being echoed is a deaf link; a person should know, and no verdict follows from it.</summary>
    private void ReportDeafPeer()
    {
        if (_peer.HadSession && !_peer.HasSession && !_peer.IsConfirmedDown && _peer.IsDeaf)
        {
            _conditions.Begin(NoticeKind.PeerDeaf, 0, NoticeLevel.Warning, _configuration.Peer.Value,
                "its frames arrive and it does not echo ours: it lives and does not hear this node (one direction of the links is broken)");
        }
        else
        {
            _conditions.End(NoticeKind.PeerDeaf, 0, "no longer heard without an echo");
        }
    }

    private void AdvanceVerdict()
    {
        var initial = _context.Started + _configuration.Times.InitialDeadTime;
        var silent = _peer.SilentSince + _context.DeadTime;
        var notBefore = Instant.Max(_verdictHoldOff, _peer.HadSession ? silent : Instant.Max(initial, silent));
        var isFree = _isOnline && !IsLeaving && !IsMaintenance && !_isSuperseded && !_peer.IsDuplicate && !_peer.IsConfirmedDown;
        var takes = Array.Exists(_groups, static g => g.WouldTakeOver || g.WaitsForAdoption) && !_store.LocalStandby && !_store.IsFailing;
        var holds = Array.Exists(_groups, static g => g.IsHeld);
        var unclean = _peer.HasSession && Array.Exists(_groups, static g => g.WouldTakeOver && g.PeerGroup.Has(FrameGroupFlags.Unclean));
        var isAlone = !_peer.HasSession && (takes || (holds && (_isLate || !_store.LocalStandby)));
        var action = _fencing.Advance(new VerdictNeed
        {
            IsWanted = isFree && (isAlone || (unclean && takes)),
            Takes = takes,
            PeerUnclean = unclean,
            NotBefore = unclean ? _verdictHoldOff : notBefore,
            LocalHolds = holds,
            PeerMayHold = Array.Exists(_groups, static g => g.PeerMayHold),
            LocalLate = _isLate,
        });
        if (action == FencingAction.StepDown)
        {
            foreach (var group in _groups)
            {
                group.StepDown(ReleaseReason.StepDown, "the fencing policy says step down");
            }
        }

        // As long as frames say Held they say Late too: a loser that calls itself punctual makes the winner lose as well.
        if (_isLate && (_peer.IsConfirmedDown || (!holds && Array.TrueForAll(_groups, static g => g.ShownHold != HoldState.Held))))
        {
            ClearLate(announce: _peer.IsConfirmedDown);
        }
    }

    private void AdvanceGroups()
    {
        // A verdict accepted at this step may be acted on at this step (R1b); the writes it leads to keep it open (rule H).
        var conditions = new OwnershipConditions
        {
            MayTake = _isOnline && !IsLeaving && !_isLate && !_isSuperseded && !_peer.IsDuplicate && !_fencing.IsInFlight && !_isMute,
            HasSession = _peer.HasSession,
            PeerConfirmedDown = _peer.IsConfirmedDown,
            IsStandby = _peer.HasSession ? IsStandby : _store.LocalStandby, // damping forbids hand-over and failback, not a takeover
            IsMaintenance = IsMaintenance,
        };
        // A superseded node stops at once, maintenance or not (rule N). What was detached runs on, though maintenance ends before this program has.
        var isStill = (IsMaintenance || _leave == LeaveStage.Detaching) && !_isSuperseded;
        foreach (var group in _groups)
        {
            if (!IsLeaving)
            {
                group.Place(IsStandby, _standbyIsForced, IsMaintenance);
            }
            else if (!isStill)
            {
                group.LeaveGroup();
            }

            group.Advance(conditions);
            group.Reconcile(isStill, startNothing: _isLate || IsLeaving || _isSuperseded);
        }
    }

    private void OnPersisted(ClusterEvent.Persisted persisted)
    {
        _store.OnPersisted(persisted);
        if (persisted.Error is not null)
        {
            foreach (var group in _groups)
            {
                group.OnPersistFailed();
            }
        }

        _isMute = _isMute && !_store.IsDurable(_muteVersion);
    }

    private void OnOperationCompleted(ClusterEvent.OperationCompleted completed)
    {
        foreach (var group in _groups)
        {
            foreach (var slot in group.Slots)
            {
                if (slot.Operation == completed.Operation)
                {
                    group.OnCompleted(slot, completed);
                    return;
                }
            }
        }

        throw new InvalidOperationException($"operation {completed.Operation} was answered and is not under way");
    }

    private void CheckConfigurationMatch()
    {
        for (var i = 0; i < _groups.Length; i++)
        {
            if (_peer.HasSession && !_groups[i].DigestsAgree)
            {
                if (!_conditions.IsActive(NoticeKind.ConfigurationMismatch, i))
                {
                    var what = _peer.View.ClusterDigest != _configuration.ClusterDigest ? "nodes or times" : !_groups[i].PeerGroup.IsKnown ? "this group is missing there" : "resources, placement or fencing";
                    _conditions.Begin(NoticeKind.ConfigurationMismatch, i, NoticeLevel.Error, _configuration.Groups[i].Name.Value,
                        $"configured differently on {_configuration.Peer} ({what}): it is neither taken nor moved while both nodes are there");
                }
            }
            else
            {
                _conditions.End(NoticeKind.ConfigurationMismatch, i, "the configurations agree");
            }
        }
    }
}
