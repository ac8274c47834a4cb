namespace HaCore.Engine;

/// <summary>Looking at everything anew after maintenance (rule W), and telling of a look that does not end.</summary>
internal sealed partial class GroupMachine
{
    private bool _isLookingAnew;
    private Instant _lookBegan;

    /// <summary>
    /// After maintenance: forget what was believed and look at everything (rule W). Until then what is held stays held, what is not held is Unknown
    /// to the peer, nothing is started or taken; only a stop that is wanted goes on, because stopping is always safe.
    /// </summary>
    public void LookAnew()
    {
        _isLookingAnew = true;
        _lookBegan = _context.Now;
        _restartFrom = -1;
        foreach (var slot in _slots)
        {
            slot.IsLooked = false;
            slot.IsLook = false;   // what is under way began before
            slot.ProbeWanted = true;
            slot.StopUnconfirmed = false;
            slot.State = slot.IsBusy && slot.Kind != OperationKind.Probe ? slot.State : ResourceState.Unknown;
        }

        _context.Changed();
    }

    /// <summary>Some resource was not looked at since the end of maintenance.</summary>
    private bool IsLooking => _isLookingAnew && !Array.TrueForAll(_slots, static s => s.IsLooked);

    /// <summary>Tells of a look that takes longer than a node waits for one: a person should know which resource keeps the group back.</summary>
    private void ReportLook()
    {
        if (IsSeen)
        {
            _conditions.End(NoticeKind.GroupUnknown, _index, "every resource was looked at");
            return;
        }

        var due = Instant.Max(_lookBegan, _context.Started) + _context.Configuration.Times.InitialDeadTime;
        _context.Due(due);
        if (_context.Now < due || IsBeingStopped || _conditions.IsActive(NoticeKind.GroupUnknown, _index)
            || Array.Find(_slots, s => IsProbed ? !s.IsLooked : s.State == ResourceState.Unknown) is not { } slot)
        {
            return;
        }

        _conditions.Begin(NoticeKind.GroupUnknown, _index, NoticeLevel.Error, Name,
            $"{slot.Configuration.Name} could not be looked at for {_context.Configuration.Times.InitialDeadTime.TotalSeconds:0.##} s ({slot.Detail ?? "no answer"}): "
            + "until it can, nothing of the group is started here and the peer takes it only when this node is confirmed down. Repair what its probe needs");
    }

    /// <summary>Rule W: the hold follows what was found. What is held and does not run here any more is free until it is placed anew.</summary>
    private void EndLook()
    {
        if (!_isLookingAnew || IsLooking)
        {
            return;
        }

        _isLookingAnew = false;
        if (IsHeld && !IsResidue && Array.TrueForAll(_slots, static s => s.State == ResourceState.Stopped && !s.IsBusy))
        {
            Release(ReleaseReason.StepDown, "nothing of it runs here after maintenance: free until it is placed anew");
        }
    }
}
