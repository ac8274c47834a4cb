namespace HaCore.Engine;

/// <summary>Rule V: stop everything, hand over what may be handed over, say Left until it is echoed, and never do anything again.</summary>
internal sealed partial class ClusterMachine
{
    private const string Unclean = "unclean: a stop failed or a resource could not be looked at, something may still be active here";

    private LeaveStage _leave;
    private ulong _leftSequence;
    private Instant _leftUntil;
    private Instant _lookUntil;

    private enum LeaveStage
    {
        None = 0,
        Stopping,
        Telling,
        TellingUnclean,
        Detaching,
    }

    private bool IsLeaving => _leave != LeaveStage.None;

    private MemberState LocalState => _leave switch
    {
        LeaveStage.None => !_isOnline ? MemberState.Joining : IsStandby ? MemberState.Standby : MemberState.Online,
        LeaveStage.Stopping or LeaveStage.TellingUnclean => MemberState.Leaving,
        LeaveStage.Telling => MemberState.Left,
        LeaveStage.Detaching => MemberState.Detached,
    };

    private void BeginLeaving()
    {
        if (_leave == LeaveStage.None)
        {
            _leave = LeaveStage.Stopping;
            _lookUntil = _context.Now + _configuration.Times.InitialDeadTime;
            _context.Changed();
            _context.Notice(NoticeKind.Leaving, NoticeLevel.Information, _configuration.LocalNode.Value, IsMaintenance ? "leaving in maintenance: resources run on" : "leaving: stopping everything here");
        }
    }

    private void AdvanceLeaving()
    {
        switch (_leave)
        {
            case LeaveStage.None:
                break;
            case LeaveStage.Stopping:
                AdvanceStopping();
                break;
            case LeaveStage.Telling or LeaveStage.TellingUnclean or LeaveStage.Detaching:
                AdvanceTelling();
                break;
            default:
                throw new InvalidOperationException("unknown stage of leaving");
        }
    }

    private void AdvanceStopping()
    {
        if (_fencing.IsInFlight)
        {
            return; // V: no fence of mine in flight
        }

        if (_store.Maintenance && !_isSuperseded)
        {
            Tell(LeaveStage.Detaching);
            return;
        }

        // A group that was not fully looked at counts as held (P, W): its probes must end before this node may say Left.
        _context.Due(_lookUntil);
        foreach (var group in _groups)
        {
            var isLost = group.IsUnclean || (!group.IsSeen && !group.IsBeingStopped && _context.Now >= _lookUntil);
            if (!isLost && (group.ShownHold != HoldState.NotHeld || group.IsPending || !group.IsSeen))
            {
                return;
            }
        }

        if (_isMute)
        {
            return;
        }

        if (Array.Exists(_groups, static g => g.IsUnclean || !g.IsSeen))
        {
            if (_isSuperseded)
            {
                Exit(clean: false, Unclean);
                return;
            }

            Tell(LeaveStage.TellingUnclean); // the peer must hear the terms that were given to it, or it has no right to what was stopped for it
            return;
        }

        if (_isSuperseded)
        {
            Exit(clean: false, "superseded: everything is stopped here", isEmpty: true);
            return;
        }

        Tell(LeaveStage.Telling);
    }

    private void Tell(LeaveStage stage)
    {
        _leave = stage;
        _leftSequence = _context.Sequence + 1;
        _leftUntil = _context.Now + _context.DeadTime;
        _answerAtOnce = true;
        _context.Changed();
    }

    private void AdvanceTelling()
    {
        if (_leave == LeaveStage.Detaching && _isReliedOn && !_peer.IsConfirmedDown)
        {
            return; // what runs on here must not be taken over: told until it is heard, or until the right is lost and the machine reset
        }

        // The mark of a promise that is over must not stay on disk, or the next start resets the machine. Not waited for without end: a disk may hang.
        if (_leave != LeaveStage.TellingUnclean && !_store.IsArmedMarkGone && !_store.IsFailing && _context.Now < _leftUntil + _configuration.Times.InitialDeadTime)
        {
            _context.Due(_leftUntil + _configuration.Times.InitialDeadTime);
            return;
        }

        var isHeard = _peer.NewestEcho >= _leftSequence;
        var nobodyListens = !_peer.HasSession && _context.Sequence > _leftSequence;
        if ((_store.IsSettled && (isHeard || nobodyListens)) || _context.Now >= _leftUntil)
        {
            var how = isHeard ? "the peer heard it" : "the peer did not confirm that it heard it: to it this is silence";
            var what = _leave == LeaveStage.Detaching ? "detached in maintenance" : _leave == LeaveStage.TellingUnclean ? Unclean : "left";
            Exit(clean: _leave != LeaveStage.TellingUnclean, $"{what}; {how}");
            return;
        }

        _context.Due(_leftUntil);
    }

    private void Exit(bool clean, string detail, bool isEmpty = false)
    {
        _isExited = true;
        _context.SnapshotStale = true;
        _context.Notice(NoticeKind.Exited, clean ? NoticeLevel.Information : NoticeLevel.Warning, _configuration.LocalNode.Value, detail);
        _context.Out.Add(new Decision.Exit(clean, detail, mayDisarm: clean || isEmpty));
    }
}
