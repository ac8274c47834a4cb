namespace HaCore.Engine;

/// <summary>The immutable picture for everyone else, made only when something in it changed.</summary>
internal sealed partial class ClusterMachine
{
    private ClusterSnapshot BuildSnapshot() => new()
    {
        Revision = _revision++,
        Cluster = _configuration.Cluster,
        LocalNode = _configuration.LocalNode,
        Maintenance = IsMaintenance,
        HasSession = _peer.HasSession,
        Conditions = [.. _conditions.Texts],
        Nodes =
        [
            new NodeSnapshot { Node = _configuration.LocalNode, State = LocalState, Incarnation = _store.Incarnation },
            new NodeSnapshot
            {
                Node = _configuration.Peer,
                State = PeerState,
                Incarnation = _store.PeerIncarnation,
                SilentFor = _context.Now - _peer.SilentSince,
                ConfirmDownToken = _peer.HasSession || _peer.IsConfirmedDown ? null : ConfirmDownToken,
            },
        ],
        Links = [.. _links.Select(l => new LinkSnapshot { Link = l.Configuration.Name, Alive = l.IsAlive, Detail = l.Detail, Members = l.MemberSnapshots })],
        Groups = [.. _groups.Select(BuildGroup)],
    };

    private MemberState PeerState =>
        _peer.HasSession ? _peer.View.State
        : _peer.Verdict == VerdictKind.Left ? MemberState.Left
        : _peer.IsConfirmedDown ? MemberState.Lost
        : _peer.View.State == MemberState.Detached ? MemberState.Detached
        : _peer.HadSession ? MemberState.Unclean : MemberState.Unknown;

    private GroupSnapshot BuildGroup(GroupMachine group)
    {
        var term = group.Record.Durable.Term;
        return new GroupSnapshot
        {
            Group = group.Configuration.Name,
            Term = term,
            Owner = Terms.IsOwnedBy(term, _configuration.LocalIsFirst) ? _configuration.LocalNode : _configuration.Peer,
            LocalHold = group.ShownHold,
            PeerHold = _peer.IsConfirmedDown ? HoldState.NotHeld : group.PeerGroup.Hold,
            Activity = group.Activity,
            Readiness = group.Readiness,
            FailCount = group.FailCount(),
            Diverged = group.Record.Durable.Diverged,
            ProposedVictim = ProposedVictim(group),
            Pinned = group.Record.Durable.Pinned is { } name ? new NodeId(name) : null,
            Why = Why(group),
            Leases = LeasesOf(group),
            ActiveOn = group.IsHeld ? _configuration.LocalNode : _peer.HasSession && group.PeerGroup.Hold == HoldState.Held ? _configuration.Peer : null,
            Resources = [.. group.Slots.Select(s => new ResourceSnapshot
            {
                Resource = s.Configuration.Name,
                Type = s.Configuration.Type,
                State = s.State,
                Readiness = s.Readiness,
                Detail = s.Detail,
                Facts = s.Facts,
            })],
        };
    }

    private NodeId? ProposedVictim(GroupMachine group) =>
        !group.Record.Durable.Diverged ? null
        : group.Record.Durable.ConflictLost ? _configuration.LocalNode
        : group.PeerGroup.Has(Wire.FrameGroupFlags.ConflictLost) ? _configuration.Peer : null;

    /// <summary>
    /// Rule L: a late self renews nothing; what runs out meanwhile is added again when the peer has answered. Without a session before the pause the pause changed nothing:
    /// whoever may take over without one could have done so before it, and a lone holder must not lose its addresses to it.
    /// </summary>
    private LeasePermission LeasesOf(GroupMachine group) =>
        (_isLate && _lateInSession) || _isSuperseded || !group.IsHeldByRight ? LeasePermission.Withheld
        : IsMaintenance || _leave == LeaveStage.Detaching ? LeasePermission.RunsOn
        : LeasePermission.Granted;

    /// <summary>The operator's first question, from the strongest reason down.</summary>
    private string Why(GroupMachine group)
    {
        if (group.IsUnclean)
        {
            return "a stop failed here: it counts as held until it is repaired and cleared";
        }

        if (group.Blocked is { } blocked)
        {
            return blocked;
        }

        if (!group.IsProbed)
        {
            return "not every resource was looked at yet";
        }

        if (IsMaintenance)
        {
            return "maintenance: nothing is started, stopped or moved";
        }

        return group.IsHeld ? WhyHeld(group) : WhyNotHeld(group);
    }

    private string WhyHeld(GroupMachine group)
    {
        if (group.Releasing != ReleaseReason.None)
        {
            return $"being stopped here: {group.Releasing}";
        }

        if (group.IsResidue)
        {
            return "found active here at start: waits for the peer, or for a verdict about it, to be adopted or stopped";
        }

        var here = $"held here since it was taken ({group.Reason})";
        return group.PrefersPeer ? $"{here}; prefers {_configuration.Peer}: {WhyPeerCannot(group)}, failback {group.Configuration.Failback}" : here;
    }

    private string WhyNotHeld(GroupMachine group)
    {
        if (_store.IsFailing)
        {
            return "the state cannot be written: this node takes nothing";
        }

        if (_peer.HasSession && group.PeerGroup.Hold == HoldState.Held)
        {
            return $"held by {_configuration.Peer}";
        }

        if (IsStandby)
        {
            return "this node is on standby";
        }

        if (group.Record.Current.OutdatedEpoch != 0 && !group.OperatorAcceptsDataLoss)
        {
            return "this copy is outdated, it missed writes of the peer (rule R6): it waits for the peer to bring it up to date, or for an operator who takes it and accepts the loss";
        }

        if (!group.CanRunHere)
        {
            return group.Readiness < Readiness.Usable ? $"this node is {group.Readiness} for it" : "failed too often here";
        }

        if (_peer.HasSession)
        {
            return !group.DigestsAgree ? $"configured differently on {_configuration.Peer}"
                : group.PeerGroup.Hold == HoldState.Unknown ? $"{_configuration.Peer} has not looked at its resources yet"
                : "being placed";
        }

        return _peer.IsConfirmedDown ? (group.IsCurrent ? "being taken over" : "this copy may be old (rule R6): waits for the peer or an operator")
            : $"no session with {_configuration.Peer} and it is not confirmed down";
    }
}
