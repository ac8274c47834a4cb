namespace HaCore.Engine;

/// <summary>What the answers of the agents mean for the group (rules P and S, restarts in place, start failures).</summary>
internal sealed partial class GroupMachine
{
    private void OnProbed(ResourceSlot slot, in ProbeResult probe)
    {
        slot.IsLooked |= slot.IsLook && probe.State != ResourceState.Unknown;
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
            // Timed out is not "said not running": a few in a row are needed before anything is done.
            slot.Detail = probe.Detail;
            slot.Readiness = probe.Readiness == Readiness.Unknown ? slot.Readiness : probe.Readiness;
            if (++slot.UnknownProbes < slot.Configuration.UnknownProbesMax)
            {
                return;
            }
        }

        slot.UnknownProbes = 0;
        slot.Observe(probe);
        if (probe.State == ResourceState.Unknown && !(IsProbed && slot.IsLooked))
        {
            slot.NextProbe = Instant.Min(slot.NextProbe, _context.Now + FirstProbeRetry);
        }

        if (slot.StopUnconfirmed)
        {
            ConfirmStop(slot);
        }
        else if (!IsProbed)
        {
            CompleteFirstProbes();
        }
        else if (IsHeld && !IsResidue && !_store.Maintenance && Releasing == ReleaseReason.None && before == ResourceState.Running && slot.State != ResourceState.Running)
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
            slot.IsStopUnseen = true;
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
