namespace HaCore.Engine;

/// <summary>
/// When this node must reset its own machine (rules F, L, N, P, S). What the peer may conclude from a silence is what it was told: that this node is armed.
/// So a node is armed towards one incarnation of the peer, only while it holds something, and from the first frame that says so until an echo of one
/// that does not (ADR 12).
/// </summary>
internal sealed partial class ClusterMachine
{
    private bool _isStartJudged;
    private bool _isReliedOn;     // an armed frame was sent to the present incarnation of the peer and not taken back
    private ulong _armedSince;    // first frame of those that say "armed"
    private ulong _unarmedSince;  // first frame after them that does not

    /// <summary>
    /// Something is active here that must not be active on both nodes, or may be left of this boot. Merely not having looked is no reason to promise a reset: a
    /// node that is not armed is never taken for reset.
    /// </summary>
    private bool HoldsAnything => Array.Exists(_groups, static g => g.IsHeld || g.IsUnclean || g.IsMarkedHere);

    /// <summary>
    /// Should frames say "armed"? Never in maintenance or after everything was stopped: then resources may outlive the program, or none is left. And a promise is
    /// not begun on a right that is old already.
    /// </summary>
    private bool WantsArmed =>
        _configuration.SelfFencing is not null && !_store.Maintenance && _leave is not (LeaveStage.Telling or LeaveStage.Detaching)
        && (_isReliedOn || (_peer.HasSession && _context.Now - _peer.RightSince <= _context.DeadTime)) && HoldsAnything;

    /// <summary>The mark of the promise is on disk first: the next start on this boot must know of it.</summary>
    private bool TellsArmed => WantsArmed && _store.IsArmedMarkDurable;

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
            if (_store.ArmedBootId == _context.BootId)
            {
                ResetSelf("a program of this node died here after it had promised to reset the machine: its resources may run on, and the peer may be taking them over");
                return true;
            }
        }

        return ResetsForLostRight();
    }

    /// <summary>Also when it has released everything meanwhile: the peer was told that this machine is reset by then, and may give itself the right.</summary>
    private bool ResetsForLostRight()
    {
        if (_configuration.SelfFencing is not { } times || !_isReliedOn || _peer.IsConfirmedDown)
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

    private void AdvanceSelfFencing()
    {
        if (_configuration.SelfFencing is null)
        {
            return;
        }

        _context.Due(_context.Now + _configuration.Times.HeartbeatInterval); // a step is the proof of life, also where every link is slower than the heartbeat
        if (_peer.IsConfirmedDown)
        {
            ForgetPromise();
        }
        else if (_isReliedOn && !WantsArmed && (_peer.NewestHeardEcho >= _unarmedSince && _unarmedSince != 0 || _leave == LeaveStage.Telling))
        {
            _isReliedOn = false; // the peer heard that it is over; or nothing is left here and this incarnation never takes anything again
            _context.Changed();
        }

        WarnOfLostRight();
        _store.MarkArmed(WantsArmed || _isReliedOn);
        if (ResetsForLostRight() || _peer.IsConfirmedDown || _store.Maintenance)
        {
            return; // nobody waits for a reset of this machine
        }

        if (_isSuperseded && HoldsAnything)
        {
            ResetSelf("another program is this node now");
        }
        else if (_isReliedOn && _peer.HasSession && _peer.NewestEcho >= _armedSince && Array.Exists(_groups, static g => g.IsUnclean))
        {
            // S: not before the peer has heard that this node is armed, or it could not take over afterwards.
            ResetSelf("a stop failed, so something may be active here for ever");
        }
    }

    private void WarnOfLostRight()
    {
        if (!_isReliedOn || _peer.HasSession)
        {
            _conditions.End(NoticeKind.SelfFenced, 1, "the right is fresh again, the peer is confirmed down, or the promise is over");
        }
        else if (!_conditions.IsActive(NoticeKind.SelfFenced, 1))
        {
            _conditions.Begin(NoticeKind.SelfFenced, 1, NoticeLevel.Warning, _configuration.LocalNode.Value,
                $"this machine is reset {_configuration.SelfFencing!.RightTime.TotalSeconds:0.##} s after the last frame that the peer echoed, unless it is heard or confirmed down before");
        }
    }

    /// <summary>The peer is down, or is a new incarnation: what the old one was told died with it.</summary>
    private void ForgetPromise()
    {
        _isReliedOn = false;
        _armedSince = 0;
        _unarmedSince = 0;
    }

    private void ResetSelf(string why)
    {
        _isExited = true;
        _context.SnapshotStale = true;
        _context.Notice(NoticeKind.SelfFenced, NoticeLevel.Critical, _configuration.LocalNode.Value, $"resetting this machine: {why}");
        _context.Out.Add(new Decision.SelfFence(why));
    }

    /// <summary>What frames say about it, in milliseconds.</summary>
    private uint SelfFencingTime() =>
        TellsArmed ? (uint)Math.Min(Math.Ceiling(_configuration.SelfFencing!.CertainTime.TotalMilliseconds), uint.MaxValue) : 0;

    /// <summary>A frame goes out: from an armed one on the peer may rely on it, until the echo of one that is not.</summary>
    private void NotePromise(Wire.Frame frame)
    {
        if (frame.SelfFencingTime != 0)
        {
            _armedSince = _isReliedOn && _unarmedSince == 0 ? _armedSince : frame.Sequence;
            _unarmedSince = 0;
            _isReliedOn = true;
        }
        else if (_isReliedOn && _unarmedSince == 0)
        {
            _unarmedSince = frame.Sequence;
        }
    }
}
