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
    private bool _startedAny;
    private int _restartFrom = -1;
    private int _stopTries;

    /// <summary>Issues the operations that are wanted now.</summary>
    public void Reconcile(bool isMaintenance, bool startNothing)
    {
        AdvanceReplica();
        Probe();
        if (isMaintenance)
        {
            return;
        }

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

    public void ProbeAll()
    {
        foreach (var slot in _slots)
        {
            slot.ProbeWanted = true;
        }
    }

    private void Probe()
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
                var isMoving = IsProbed && !slot.ProbeWanted && IsHeld && !IsResidue && (Releasing != ReleaseReason.None || !IsFullyRunning);
                if (!isMoving)
                {
                    slot.ProbeWanted = false;
                    Issue(slot, OperationKind.Probe);
                    continue;
                }
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
        if (IsPending || _store.IsFailing && Record.Durable.HoldBootId is null)
        {
            return; // P: the hold mark is on disk before the first start
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

            if (slot.State is ResourceState.Failed or ResourceState.Unknown && !slot.StartAgain)
            {
                _restartFrom = slot.Index;
                _context.Changed();
                return;
            }

            _startedAny = true;
            slot.State = slot.StartAgain ? slot.State : ResourceState.Unknown;
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

    private void GoDown()
    {
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
            if (Releasing == ReleaseReason.HandOver)
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
            if (slot.IsBusy)
            {
                if (slot.Kind is OperationKind.Start or OperationKind.Prepare or OperationKind.Probe && !slot.IsCancelled)
                {
                    slot.IsCancelled = true;
                    _context.Out.Add(new Decision.Cancel(slot.Operation));
                }

                return false;
            }

            if (slot.State == ResourceState.Stopped || slot.StopUnconfirmed)
            {
                continue;
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
                VerdictKind.Fenced or VerdictKind.Operator => PeerStatus.Fenced,
                VerdictKind.Unfenced => PeerStatus.AssumedDown,
            },
            PeerTwinFact = PeerGroup.TwinFact(slot.Index),
        });
        _context.SnapshotStale = true;
    }

    private void OnProbed(ResourceSlot slot, in ProbeResult probe)
    {
        if (slot.IsCancelled)
        {
            slot.ProbeWanted |= !IsProbed || slot.StopUnconfirmed;
            if (probe.State == ResourceState.Unknown)
            {
                return;
            }
        }

        var before = slot.State;
        slot.NextProbe = _context.Now + slot.Configuration.ProbeInterval;
        if (probe.State == ResourceState.Unknown && IsProbed && before == ResourceState.Running && !slot.StopUnconfirmed)
        {
            // Timed out is not "said not running" (peers.md C14): a few in a row are needed before anything is done.
            slot.Detail = probe.Detail;
            slot.Readiness = probe.Readiness == Readiness.Unknown ? slot.Readiness : probe.Readiness;
            if (++slot.UnknownProbes < slot.Configuration.UnknownProbesMax)
            {
                return;
            }
        }

        slot.UnknownProbes = 0;
        slot.Observe(probe);
        if (slot.StopUnconfirmed)
        {
            ConfirmStop(slot);
        }
        else if (!IsProbed)
        {
            if (probe.State == ResourceState.Unknown)
            {
                slot.NextProbe = Instant.Min(slot.NextProbe, _context.Now + FirstProbeRetry);
            }

            CompleteFirstProbes();
        }
        else if (IsHeld && !IsResidue && Releasing == ReleaseReason.None && before == ResourceState.Running && slot.State != ResourceState.Running)
        {
            OnFailed(slot);
        }
        else if (Hold == HoldState.NotHeld && slot.State is ResourceState.Running or ResourceState.Failed)
        {
            OnFoundActive(slot);
        }
    }

    /// <summary>P: all were looked at. Stopped = free; anything else = held until it is adopted or stopped.</summary>
    private void CompleteFirstProbes()
    {
        var anyActive = false;
        foreach (var slot in _slots)
        {
            if (slot.State == ResourceState.Unknown)
            {
                return;
            }

            anyActive |= slot.State != ResourceState.Stopped;
        }

        IsProbed = true;
        if (anyActive)
        {
            IsResidue = true;
            SetHold(HoldState.Held);
            _context.Notice(NoticeKind.Adopted, NoticeLevel.Information, Name, "found active here at start: held until it is adopted or stopped");
            return;
        }

        SetHold(HoldState.NotHeld);
        if (Record.Current.HoldBootId is not null)
        {
            Record.Current = Record.Current with { HoldBootId = null };
            _store.Touch(Record);
        }
    }

    private void OnFoundActive(ResourceSlot slot)
    {
        IsResidue = true;
        SetHold(HoldState.Held);
        _context.Notice(NoticeKind.ResourceFailed, NoticeLevel.Error, slot.Configuration.Name.Value,
            $"is active here although nobody started it through the cluster ({slot.State}: {slot.Detail ?? "no detail"}): held until it is adopted or stopped");
    }

    private void OnPrepared(ResourceSlot slot, in OperationResult result)
    {
        slot.IsPrepared = true; // a node that cannot prepare is in all the same: its readiness tells what it can do
        slot.ProbeWanted = true;
        if (result.Outcome != OperationOutcome.Succeeded)
        {
            _context.Notice(NoticeKind.OperationFailed, NoticeLevel.Warning, slot.Configuration.Name.Value, $"prepare: {result.Outcome}: {result.Detail}");
        }
    }

    private void OnFailed(ResourceSlot slot)
    {
        AddFailure();
        _wasActive = false;
        _restartFrom = slot.Index;
        var failures = FailCount();
        var detail = $"{slot.State}: {slot.Detail ?? "no detail"} (failure {failures} of {Configuration.RestartLimit} within {Configuration.RestartWindow})";
        if (failures <= Configuration.RestartLimit)
        {
            Reason = OperationReason.Restart;
            _context.Notice(NoticeKind.ResourceRestart, NoticeLevel.Warning, slot.Configuration.Name.Value, $"{detail}; restarting in place");
            return;
        }

        GiveUp($"{slot.Configuration.Name}: {detail}");
    }

    private void OnStarted(ResourceSlot slot, in OperationResult result)
    {
        if (result.Outcome == OperationOutcome.Succeeded)
        {
            slot.StartAgain = false;
            slot.State = ResourceState.Running;
            slot.Detail = null;
            return;
        }

        slot.StartAgain = false;
        slot.State = ResourceState.Unknown; // a failed start may have left something: it is stopped before anything else happens
        slot.Detail = result.Detail;
        if (slot.IsCancelled)
        {
            return;
        }

        _context.Notice(NoticeKind.OperationFailed, NoticeLevel.Error, slot.Configuration.Name.Value, $"start: {result.Outcome}: {result.Detail}");
        _wasActive = false;
        switch (result.Outcome)
        {
            case OperationOutcome.HeldByPeer:
                Block($"{slot.Configuration.Name}: the peer lives and holds it ({result.Detail}); nothing is started here until an operator clears it");
                _peer.Revoke();
                Release(ReleaseReason.HeldByPeer, "the peer holds it: stopping what was started");
                break;
            case OperationOutcome.NotAnywhere:
                Block($"{slot.Configuration.Name}: cannot run on any node ({result.Detail}); nothing is started until an operator clears it");
                Release(ReleaseReason.HeldByPeer, "cannot run on any node: stopping what was started");
                break;
            case OperationOutcome.Unknown or OperationOutcome.Retryable or OperationOutcome.NotOnThisNode or OperationOutcome.Succeeded:
            default:
                _cannotStartUntil = _context.Now + Configuration.RestartWindow;
                GiveUp($"{slot.Configuration.Name} cannot start here: {result.Detail}");
                break;
        }
    }

    private void GiveUp(string why)
    {
        _conditions.Begin(NoticeKind.GroupFailed, _index, NoticeLevel.Error, Name, why);
        Release(ReleaseReason.Failed, $"{why}; stopping here", handOver: true);
    }

    private void OnStopped(ResourceSlot slot, in OperationResult result)
    {
        if (result.Outcome == OperationOutcome.Succeeded)
        {
            slot.State = ResourceState.Stopped;
            slot.StopUnconfirmed = Releasing != ReleaseReason.None; // a restart in place trusts the agent's word; giving the group away does not
            slot.Detail = null;
            return;
        }

        slot.State = ResourceState.Unknown;
        slot.Detail = result.Detail;
        _context.Notice(NoticeKind.OperationFailed, NoticeLevel.Error, slot.Configuration.Name.Value, $"stop: {result.Outcome}: {result.Detail}");
        BecomeUnclean(slot, $"stop of {slot.Configuration.Name} failed: {result.Detail}");
    }

    private void ConfirmStop(ResourceSlot slot)
    {
        if (slot.State == ResourceState.Stopped)
        {
            slot.StopUnconfirmed = false;
            return;
        }

        slot.StopUnconfirmed = false;
        if (++_stopTries >= StopTriesMax)
        {
            BecomeUnclean(slot, $"{slot.Configuration.Name} said stopped and its probe says {slot.State}: {slot.Detail}");
        }
    }

    /// <summary>Rule S: may still be active here. The peer starts it only over this node fenced.</summary>
    private void BecomeUnclean(ResourceSlot slot, string why)
    {
        slot.StopFailed = true;
        IsUnclean = true;
        _handOver = false;
        _conditions.Begin(NoticeKind.GroupUnclean, _index, NoticeLevel.Critical, Name,
            $"{why}. It counts as held here; the peer takes it only when this node is confirmed down. Repair it, then clear its failures");
        _context.Changed();
    }
}
