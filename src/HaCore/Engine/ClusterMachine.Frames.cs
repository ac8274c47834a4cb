using HaCore.Wire;

namespace HaCore.Engine;

/// <summary>Frames in and out, own lateness (rule L), superseded selves (rule N).</summary>
internal sealed partial class ClusterMachine
{
    private ulong _sentDigest;
    private bool _isSuperseded;
    private bool _isMute;       // a new incarnation of this very process is being written down: nothing is sent before it is
    private long _muteVersion;
    private Instant _dampedUntil;
    private bool _answerAtOnce;
    private bool _lateInSession; // there was a session before the pause, so the pause is news to the peer
    private ulong _lateSequence; // only an echo of a later frame was made after this node woke up

    /// <summary>The peer asked this node to stay on standby after too many unplanned departures.</summary>
    private bool IsDamped => _context.Now < _dampedUntil;

    private void OnFrame(ClusterEvent.FrameReceived received)
    {
        var frame = received.Frame;
        var before = _store.PeerIncarnation;
        var wasDown = _peer.IsConfirmedDown;
        _links[received.Link].OnFrame(frame, _peer.RoundTrip(frame));
        switch (_peer.OnFrame(frame, IsVerdictOpen))
        {
            case FrameUse.Accepted:
                if (wasDown)
                {
                    Array.ForEach(_groups, static g => g.OnPeerAlive());
                }

                OnAccepted(frame);
                break;
            case FrameUse.Left:
                OnAccepted(frame);
                _answerAtOnce = true;
                _context.Notice(NoticeKind.PeerLeft, NoticeLevel.Information, _configuration.Peer.Value, "left in order");
                _fencing.Accept(VerdictKind.Left, NoticeLevel.Information, "it stopped everything and said so");
                break;
            case FrameUse.Superseded:
                OnSuperseded($"the peer knows incarnation {frame.EchoIncarnation} of this node, this is {_store.Incarnation}", frame.EchoIncarnation);
                break;
            case FrameUse.Ignored:
                _answerAtOnce |= frame.State == MemberState.Left;
                break;
            default:
                throw new InvalidOperationException("unknown use of a frame");
        }

        if (before != _store.PeerIncarnation)
        {
            foreach (var group in _groups)
            {
                group.OnPeerHello();
            }

            _nodeAnswer = 0;
            ForgetPromise();
        }
    }

    private void OnAccepted(Frame frame)
    {
        JudgeClockJump(frame);
        MergeMaintenance(frame);
        MergeNodeRequests(frame);
        MergeDamping(frame);
        var late = _isLate;
        var undecided = frame.EchoSequence <= _lateSequence; // L: a frame that waited in a queue while this node slept decides nothing
        foreach (var group in _groups)
        {
            group.Merge(late);
            group.MergeWanted();
            undecided |= late && (group.IsPeerInDoubt || group.Releasing == ReleaseReason.Conflict); // the loser stays late until it has stopped: both must name the same one
        }

        if (late && !undecided)
        {
            ClearLate(announce: true); // L: the first accepted frame decides; what the peer holds was released by the merge
        }

        if (_peer.HasSession && _conditions.IsActive(NoticeKind.PeerUnverified))
        {
            _conditions.End(NoticeKind.PeerUnverified, 0, "its frames verify again");
        }
    }

    private void OnUnverified(int link)
    {
        _fencing.UnverifiedAt = _context.Now;
        if (!_peer.HasSession)
        {
            _conditions.Begin(NoticeKind.PeerUnverified, 0, NoticeLevel.Error, _configuration.Peer.Value,
                $"frames in its name arrive on link {_configuration.Links[link].Name} and cannot be verified: compare the key files of both nodes");
        }
    }

    /// <summary>Rule N: someone has used a later start of this node.</summary>
    private void OnSuperseded(string why, uint above = 0)
    {
        if (_isSuperseded)
        {
            return;
        }

        var isFresh = !_peer.HadSession && Array.TrueForAll(_groups, static g => !g.IsHeld);
        if (isFresh && above != 0)
        {
            if (_isMute)
            {
                return;
            }

            if (above == uint.MaxValue)
            {
                throw new InvalidOperationException("the incarnations of this node are used up");
            }

            // A lost or restored state heals: a counter above everything the peer has heard, and another nonce.
            _store.Incarnation = above + 1;
            _context.Nonce = EngineContext.Scramble(_context.Nonce);
            _isMute = true;
            _muteVersion = _store.Touch();
            _context.Changed();
            _context.Notice(NoticeKind.Superseded, NoticeLevel.Warning, _configuration.LocalNode.Value, $"{why}; its state was lost or restored: going on as incarnation {_store.Incarnation}");
            return;
        }

        _isSuperseded = true;
        _context.Changed();
        _context.Notice(NoticeKind.Superseded, NoticeLevel.Critical, _configuration.LocalNode.Value, $"{why}: stopping everything here at once");
        foreach (var group in _groups)
        {
            group.StepDown(ReleaseReason.Superseded, "this node is superseded");
        }

        BeginLeaving();
    }

    private void JudgeOwnLateness(Instant now)
    {
        if (_promised == Instant.Never || now <= _promised)
        {
            return;
        }

        OnLate(now - _promised, "this node was paused for");
    }

    private void JudgeClockJump(Frame frame)
    {
        var jump = _peer.ClockJump(frame);
        if (jump > TimeSpan.Zero)
        {
            _peer.LoseRight(jump); // whatever else the jump means: the peer's wait went on meanwhile
            OnLate(jump, "this node's clock lost", shift: false);
        }
    }

    /// <summary>
    /// Rule L. A late self is a suspect self: it judges nobody for one dead time, and where the peer has by now heard nothing for a dead time it may have
    /// been replaced. The peer began to count before the pause did: see <see cref="MayBeReplaced"/>.
    /// </summary>
    private void OnLate(TimeSpan lateness, string what, bool shift = true)
    {
        if (_peer.IsConfirmedDown || lateness <= _context.DeadTime / 4)
        {
            return;
        }

        var isReplaced = MayBeReplaced();
        if (shift)
        {
            _peer.Shift(lateness);
            foreach (var link in _links)
            {
                link.Shift(lateness);
            }
        }

        _verdictHoldOff = Instant.Max(_verdictHoldOff, _context.Now + _context.DeadTime);
        var isSerious = lateness > _context.DeadTime || isReplaced;
        _context.Notice(NoticeKind.LocalLate, NoticeLevel.Warning, _configuration.LocalNode.Value,
            $"{what} {lateness.TotalSeconds:0.00} s{(lateness > _context.DeadTime ? " (more than the dead time)" : "")}{(isSerious ? ": the peer may have taken over" : "")}; it judges nobody for one dead time");
        if (isSerious)
        {
            foreach (var group in _groups)
            {
                group.RememberDoubt(isAlreadyLate: _isLate);
            }

            _isLate = true;
            _lateInSession |= _peer.HasSession;
            _lateSequence = _context.Sequence;
            if (shift)
            {
                _peer.EndSession(lateness > _context.DeadTime ? "this node was paused beyond the dead time" : "this node was paused until the peer may have taken over");
            }

            _context.Changed();
        }
    }

    /// <summary>
    /// The peer counts its silence from a frame of its own that this node's last frame echoed, so it may act up to an interval (the age of that frame when it
    /// was echoed; half of one more for its way) before the dead time has passed since this node's newest frame that it echoed. That is earlier than a dead
    /// time after this node should have stepped.
    /// </summary>
    private bool MayBeReplaced()
    {
        if (!_peer.HasSession)
        {
            return false; // it was not there before the pause, so the pause changed nothing
        }

        var interval = TimeSpan.Zero;
        foreach (var link in _configuration.Links)
        {
            interval = link.Interval > interval ? link.Interval : interval;
        }

        return _context.Now - _peer.RightSince > _context.DeadTime - (interval * 1.5);
    }

    private void ClearLate(bool announce)
    {
        _isLate = false;
        _lateInSession = false;
        _context.Changed();
        if (announce)
        {
            foreach (var group in _groups)
            {
                group.AnnounceAgain();
            }
        }
    }

    private void MergeMaintenance(Frame frame)
    {
        var peerOn = (frame.Flags & FrameFlags.Maintenance) != 0;
        if (frame.MaintenanceRevision > _store.MaintenanceRevision
            || (frame.MaintenanceRevision == _store.MaintenanceRevision && peerOn && !_store.Maintenance))
        {
            SetMaintenance(peerOn, frame.MaintenanceRevision, "the peer says so");
        }
    }

    private void SetMaintenance(bool enabled, uint revision, string why)
    {
        var changed = _store.Maintenance != enabled;
        _store.Maintenance = enabled;
        _store.MaintenanceRevision = revision;
        _store.Touch();
        _context.Changed();
        if (!changed)
        {
            return;
        }

        if (enabled)
        {
            _conditions.Begin(NoticeKind.Maintenance, 0, NoticeLevel.Information, _configuration.Cluster, $"maintenance ({why}): probes go on, nothing is started, stopped, moved or taken over");
        }
        else
        {
            _conditions.End(NoticeKind.Maintenance, 0, $"maintenance ended ({why}): looking at everything anew");
            foreach (var group in _groups)
            {
                group.LookAnew();
            }
        }
    }

    private void MergeDamping(Frame frame)
    {
        var asked = (frame.Flags & FrameFlags.Damped) != 0;
        if (asked && !IsDamped)
        {
            _context.Changed();
            _context.Notice(NoticeKind.FlapDamped, NoticeLevel.Warning, _configuration.LocalNode.Value, "came and went too often: on standby until 'online' or the flap hold ends");
        }

        _dampedUntil = asked ? _context.Now + _configuration.Times.FlapHold : default;
    }

    private void SendFrames()
    {
        if (_isExited)
        {
            return;
        }

        if (_isMute)
        {
            _context.Due(_context.Now + _configuration.Times.HeartbeatInterval);
            return;
        }

        FillFrame(_send.Frame);
        var digest = FrameDigest.Of(_send.Frame);
        var now = _context.Now;
        var isNews = digest != _sentDigest || _answerAtOnce;
        uint links = 0;
        var next = Instant.Never;
        for (var i = 0; i < _links.Length; i++)
        {
            var link = _links[i];
            if (now >= link.NextSend || (isNews && now - link.LastSent >= link.Configuration.MinGap))
            {
                links |= 1u << i;
                link.LastSent = now;
                link.NextSend = now + link.Configuration.Interval;
            }
            else if (isNews)
            {
                link.NextSend = Instant.Min(link.NextSend, link.LastSent + link.Configuration.MinGap);
            }

            next = Instant.Min(next, link.NextSend);
        }

        _context.Due(next);
        if (links == 0)
        {
            return;
        }

        _sentDigest = digest;
        _answerAtOnce = false;
        if (_context.Sequence == ulong.MaxValue)
        {
            throw new InvalidOperationException("the sequence numbers of this start are used up");
        }

        _send.Frame.Sequence = ++_context.Sequence;
        _send.Links = links;
        NotePromise(_send.Frame);
        _peer.OnSent();
        _context.Out.Add(_send);
    }

    private void FillFrame(Frame frame)
    {
        frame.Incarnation = _store.Incarnation;
        frame.Nonce = _context.Nonce;
        var admitted = _peer.IsAdmitted;
        frame.EchoIncarnation = admitted ? _store.PeerIncarnation : 0;
        frame.EchoNonce = admitted ? _store.PeerNonce : 0;
        frame.EchoSequence = admitted ? _peer.EchoSequence : 0;
        frame.EchoAge = admitted ? _peer.EchoAge : (ushort)0;
        frame.Uptime = (ulong)(_context.Now.Ticks / TimeSpan.TicksPerMillisecond);
        frame.State = LocalState;
        frame.Flags = (_isLate ? FrameFlags.Late : 0) | (_store.Maintenance ? FrameFlags.Maintenance : 0) | (_peer.IsDampable ? FrameFlags.Damped : 0);
        frame.MaintenanceRevision = _store.MaintenanceRevision;
        frame.ClusterDigest = _configuration.ClusterDigest;
        frame.SelfFencingTime = SelfFencingTime();
        frame.NodeRequest = _nodeRequest;
        frame.NodeRequestKind = _nodeRequestKind;
        frame.NodeAnswer = _nodeAnswer;
        frame.GroupCount = _groups.Length;
        for (var i = 0; i < _groups.Length; i++)
        {
            FillGroup(frame.Groups[i], _groups[i]);
        }
    }

    private static void FillGroup(FrameGroup frame, GroupMachine group)
    {
        var durable = group.Record.Durable;
        frame.Hash = group.Configuration.Hash;
        frame.Digest = group.Configuration.Digest;
        frame.Term = durable.Term;
        frame.Hold = group.ShownHold;
        frame.Readiness = group.Readiness;
        frame.FailCount = group.Blocked is not null || group.IsUnclean ? byte.MaxValue : (byte)group.FailCount();
        frame.Pinned = group.PinnedNumber(durable.Pinned);
        (frame.WantedRequest, frame.WantedTarget) = group.Wanted;
        frame.WantedAnswer = group.WantedAnswer;
        var tellsOutdated = durable.Sole && group.IsWritingAlone && group.IsHeld;
        frame.OutdatedEpoch = tellsOutdated ? durable.PeerOutdatedEpoch : 0;
        frame.OutdatedAnswer = durable.OutdatedEpoch;
        frame.Flags = (durable.Diverged ? FrameGroupFlags.Diverged : 0)
            | (tellsOutdated ? FrameGroupFlags.PeerOutdated : 0)
            | (durable.OutdatedEpoch != 0 ? FrameGroupFlags.Outdated : 0)
            | (durable.Sole ? FrameGroupFlags.Sole : 0)
            | (group.IsResidue ? FrameGroupFlags.Residue : 0)
            | (group.IsUnclean ? FrameGroupFlags.Unclean : 0)
            | (group.TellsDivergenceCleared ? FrameGroupFlags.DivergenceCleared : 0)
            | (durable.Diverged && durable.ConflictLost ? FrameGroupFlags.ConflictLost : 0);
        frame.TwinCount = group.Slots.Count;
        for (var i = 0; i < group.Slots.Count; i++)
        {
            frame.TwinLength[i] = group.Slots[i].TwinLength;
            frame.Twin[i] = group.Slots[i].Twin;
        }
    }
}
