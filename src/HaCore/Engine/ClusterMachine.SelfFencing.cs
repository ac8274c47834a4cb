namespace HaCore.Engine;

/// <summary>
/// When this node must reset its own machine (rules F, L, N, P, S). Only with self-fencing configured: then the peer takes over after a wait, without a
/// device, and relies on each of these.
/// </summary>
internal sealed partial class ClusterMachine
{
    private bool _isStartJudged;
    private ulong _unarmedSince; // first frame that says "not armed"; 0 = they say armed

    /// <summary>Frames say that this node resets itself. Not while it is disarmed by maintenance or by leaving: then its resources may outlive the program.</summary>
    private bool TellsArmed =>
        _configuration.SelfFencing is not null && !_store.Maintenance && _leave is not (LeaveStage.Telling or LeaveStage.Detaching);

    /// <summary>The peer may still count on this node's reset: it is told so, or it has not heard yet that this is over.</summary>
    private bool IsRelyingOnReset => TellsArmed || _unarmedSince == 0 || _peer.NewestEcho < _unarmedSince;

    /// <summary>Before anything else in a step: a node that slept through its right must not even send what it decided before.</summary>
    private bool ResetsBefore()
    {
        if (_configuration.SelfFencing is null)
        {
            return false;
        }

        if (!_isStartJudged)
        {
            _isStartJudged = true;
            if (!_store.Maintenance && Array.Exists(_groups, g => g.Record.Durable.HoldBootId == _context.BootId))
            {
                ResetSelf("a program of this node died here while it held a group: its resources run on, and the peer may be taking them over");
                return true;
            }
        }

        return ResetsForLostRight();
    }

    private bool ResetsForLostRight()
    {
        if (_configuration.SelfFencing is not { } times || _peer.IsConfirmedDown || !IsRelyingOnReset || !HoldsAnything)
        {
            return false;
        }

        var until = _peer.RightSince + times.RightTime;
        if (_context.Now <= until)
        {
            _context.Due(until + TimeSpan.FromTicks(1));
            return false;
        }

        ResetSelf($"the peer has echoed nothing for {times.RightTime.TotalSeconds:0.##} s (right time) and is not confirmed down: it takes over when it is certain that this machine was reset");
        return true;
    }

    private bool HoldsAnything => Array.Exists(_groups, static g => g.IsHeld || g.IsUnclean);

    private void AdvanceSelfFencing()
    {
        if (_configuration.SelfFencing is null || ResetsForLostRight() || _peer.IsConfirmedDown || _store.Maintenance)
        {
            return; // nobody waits for a reset of this machine
        }

        if (_isSuperseded && HoldsAnything)
        {
            ResetSelf("another program is this node now");
        }
        else if (_peer.KnowsThisNode && Array.Exists(_groups, static g => g.IsUnclean))
        {
            // S: not before the peer has accepted that this node is armed, or it could not take over afterwards.
            ResetSelf("a stop failed, so something may be active here for ever");
        }
    }

    private void ResetSelf(string why)
    {
        _isExited = true;
        _context.SnapshotStale = true;
        _context.Notice(NoticeKind.SelfFenced, NoticeLevel.Critical, _configuration.LocalNode.Value, $"resetting this machine: {why}");
        _context.Out.Add(new Decision.SelfFence(why));
    }

    /// <summary>What this frame says about it, in milliseconds; remembers since when frames say "not armed".</summary>
    private uint TellSelfFencing()
    {
        if (_configuration.SelfFencing is not { } times || !TellsArmed)
        {
            _unarmedSince = _unarmedSince == 0 ? _context.Sequence + 1 : _unarmedSince;
            return 0;
        }

        _unarmedSince = 0;
        return (uint)Math.Min(Math.Ceiling(times.CertainTime.TotalMilliseconds), uint.MaxValue);
    }
}
