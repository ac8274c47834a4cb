namespace HaCore.Engine;

/// <summary>
/// One operation per resource at a time, in group order up, in reverse order down. Nothing here decides who may run the group; it only brings
/// the resources to where hold and release say.
/// </summary>
internal sealed partial class GroupMachine
{
    private const int StopTriesMax = 3; // a stop that its own probe denies is tried again, not for ever (rule S takes over)

    private static readonly TimeSpan FirstProbeRetry = TimeSpan.FromSeconds(1); // nothing can happen before the first looks succeed

    private Instant _cannotStartUntil;
    private bool _wasActive;
    private int _restartFrom = -1;
    private int _stopTries;

    /// <summary>Issues the operations that are wanted now.</summary>
    public void Reconcile(bool isMaintenance, bool startNothing)
    {
        AdvanceReplica();
        ReportLook();
        Probe(isMaintenance || startNothing);
        if (isMaintenance)
        {
            return;
        }

        EndLook();

        if (IsHeld && Releasing != ReleaseReason.None)
        {
            GoDown();
        }
        else if (IsHeld && !IsResidue && !startNothing && !IsUnclean)
        {
            GoUp();
        }
        else if (Hold == HoldState.NotHeld && !IsPrepared)
        {
            Prepare();
        }
    }

    public void OnProbeRequested(int resource)
    {
        _slots[resource].ProbeWanted = true;
        _context.Changed();
    }

    /// <summary>The answer to an operation of this group.</summary>
    public void OnCompleted(ResourceSlot slot, ClusterEvent.OperationCompleted completed)
    {
        var kind = slot.Kind;
        slot.Operation = 0;
        slot.Kind = OperationKind.Unknown;
        _context.Changed();
        switch (kind)
        {
            case OperationKind.Probe:
                OnProbed(slot, completed.Probe);
                break;
            case OperationKind.Prepare:
                OnPrepared(slot, completed.Result);
                break;
            case OperationKind.Start:
                OnStarted(slot, completed.Result);
                break;
            case OperationKind.Stop:
                OnStopped(slot, completed.Result);
                break;
            case OperationKind.Unknown:
            default:
                throw new InvalidOperationException($"{slot.Configuration.Name} answered an operation that was not under way");
        }

        slot.IsCancelled = false;
    }

    private void Probe(bool isStandingStill)
    {
        foreach (var slot in _slots)
        {
            if (slot.IsBusy)
            {
                continue;
            }

            if (slot.ProbeWanted || _context.Now >= slot.NextProbe)
            {
                // While a step up or down is under way its own results count; a probe would only delay it.
                var isGoingDown = Releasing != ReleaseReason.None && !IsUnclean;
                var isGoingUp = !IsResidue && !isStandingStill && !IsUnclean && !IsFullyRunning;
                if (IsProbed && IsHeld && (isGoingDown || (isGoingUp && slot.IsLooked)))
                {
                    continue;
                }

                slot.ProbeWanted = false;
                Issue(slot, OperationKind.Probe);
                continue;
            }

            _context.Due(slot.NextProbe);
        }
    }

    private void Prepare()
    {
        if (!IsProbed)
        {
            return;
        }

        foreach (var slot in _slots)
        {
            if (slot.IsPrepared)
            {
                continue;
            }

            if (!slot.IsBusy)
            {
                Issue(slot, OperationKind.Prepare);
            }

            return;
        }

        IsPrepared = true;
        _context.Changed();
    }

    private void GoUp()
    {
        if (Record.Durable.HoldBootId != _context.BootId)
        {
            return; // P: the hold mark is on disk before the first start
        }

        if (Blocked is not null || IsLooking)
        {
            return;
        }

        if (_restartFrom >= 0)
        {
            if (!StopDownTo(_restartFrom))
            {
                return;
            }

            _restartFrom = -1;
        }

        foreach (var slot in _slots)
        {
            if (slot.State == ResourceState.Running && !slot.StartAgain)
            {
                if (slot.IsBusy && slot.Kind != OperationKind.Probe)
                {
                    return;
                }

                continue;
            }

            if (slot.IsBusy)
            {
                return;
            }

            if (slot.State is ResourceState.Failed or ResourceState.Unknown)
            {
                _restartFrom = slot.Index;
                _context.Changed();
                return;
            }

            if (slot.State == ResourceState.Stopped && IsAnyActiveAbove(slot.Index))
            {
                _restartFrom = slot.Index; // what stands on it goes down first
                _context.Changed();
                return;
            }

            // What runs is only announced again; anything else may be active from now on, and whoever stops the group must see that.
            slot.State = slot.State == ResourceState.Running ? slot.State : ResourceState.Unknown;
            Issue(slot, OperationKind.Start);
            return;
        }

        if (!_wasActive)
        {
            _wasActive = true;
            OperatorAcceptsDataLoss = false;
            _conditions.End(NoticeKind.GroupFailed, _index, "active again");
            _context.Notice(NoticeKind.GroupActive, NoticeLevel.Information, Name, $"active here ({Reason}, term {Record.Durable.Term})");
            _context.Changed();
        }
    }

    private bool IsAnyActiveAbove(int index)
    {
        for (var i = index + 1; i < _slots.Length; i++)
        {
            if (_slots[i].State != ResourceState.Stopped)
            {
                return true;
            }
        }

        return false;
    }

    private void GoDown()
    {
        if (IsUnclean)
        {
            return; // rule S: nothing more until an operator clears it; probes go on
        }

        if (_handOver && Releasing is ReleaseReason.HandOver or ReleaseReason.Standby or ReleaseReason.Leave && !ProveWritable())
        {
            return;
        }

        if (!StopDownTo(0))
        {
            return;
        }

        var confirmed = true;
        foreach (var slot in _slots)
        {
            if (slot.StopUnconfirmed)
            {
                confirmed = false;
                if (!slot.IsBusy)
                {
                    slot.ProbeWanted = false;
                    Issue(slot, OperationKind.Probe);
                }
            }
        }

        if (confirmed && !IsUnclean)
        {
            _stopTries = 0;
            Released();
        }
    }

    /// <summary>R2: nothing is stopped for a hand-over that the disk would then refuse to write down.</summary>
    private bool ProveWritable()
    {
        if (_handOverProof == 0)
        {
            _handOverProof = _store.Touch();
        }

        if (_store.IsDurable(_handOverProof))
        {
            return true;
        }

        if (_store.IsFailing)
        {
            _handOver = false;
            if (Releasing is ReleaseReason.HandOver or ReleaseReason.Standby)
            {
                Releasing = ReleaseReason.None; // nothing was stopped yet: it stays
                _moveNow = false;
            }

            _context.Changed();
        }

        return false;
    }

    /// <summary>Stops from the last resource down to the given one, one after the other. True when all of them are stopped.</summary>
    private bool StopDownTo(int first)
    {
        for (var i = _slots.Length - 1; i >= first; i--)
        {
            var slot = _slots[i];
            if (slot.State == ResourceState.Stopped || slot.StopUnconfirmed)
            {
                continue; // what runs on it now is a probe at most: it may end by itself
            }

            if (slot.IsBusy)
            {
                if (slot.Kind is OperationKind.Start or OperationKind.Prepare or OperationKind.Probe && !slot.IsCancelled)
                {
                    slot.IsCancelled = true;
                    _context.Out.Add(new Decision.Cancel(slot.Operation));
                }

                return false;
            }

            if (slot.StopFailed)
            {
                return false;
            }

            slot.StartAgain = false;
            Issue(slot, OperationKind.Stop);
            return false;
        }

        return true;
    }

    private void Issue(ResourceSlot slot, OperationKind kind)
    {
        slot.Operation = _context.NextOperation();
        slot.Kind = kind;
        slot.IsCancelled = false;
        if (kind == OperationKind.Start)
        {
            (slot.IsStopUnseen, slot.StopUnconfirmed) = (false, false); // what the last stop was worth no longer matters, also when a release was called off
        }

        slot.IsLook = kind == OperationKind.Probe && !slot.IsLooked;
        slot.NextProbe = _context.Now + slot.Configuration.ProbeInterval;
        _context.Out.Add(new Decision.Operate
        {
            Operation = slot.Operation,
            Kind = kind,
            Group = _index,
            Resource = slot.Index,
            Term = Record.Durable.Term,
            Reason = Releasing == ReleaseReason.Leave ? OperationReason.Shutdown
                : Releasing is ReleaseReason.HandOver or ReleaseReason.Standby ? OperationReason.Move
                : Releasing != ReleaseReason.None ? OperationReason.Recovery : Reason,
            PeerStatus = _peer.HasSession ? PeerStatus.Alive : _peer.Verdict switch
            {
                VerdictKind.None => PeerStatus.Unknown,
                VerdictKind.Left => PeerStatus.HandedOver,
                VerdictKind.Fenced or VerdictKind.Operator or VerdictKind.SelfFenced => PeerStatus.Fenced,
                VerdictKind.Unfenced => PeerStatus.AssumedDown,
            },
            PeerTwinFact = PeerGroup.TwinFact(slot.Index),
        });
        _context.SnapshotStale = true;
    }
}
