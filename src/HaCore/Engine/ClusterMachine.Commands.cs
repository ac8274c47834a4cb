using HaCore.Wire;

namespace HaCore.Engine;

/// <summary>The operator's commands (rules O, W) and those that travel to the peer.</summary>
internal sealed partial class ClusterMachine
{
    private bool _standbyIsForced;
    private byte _nodeRequest;
    private NodeRequestKind _nodeRequestKind;
    private byte _nodeAnswer;
    private byte _lastRequest;

    /// <summary>Names what the operator looked at: any authentic frame since then makes another token (rule O).</summary>
    private string ConfirmDownToken =>
        $"{_store.Incarnation}-{(_store.PeerIncarnation == 0 ? "none" : _store.PeerIncarnation)}-{_peer.LastAuthentic.Ticks:x}";

    private void OnCommand(ClusterEvent.Command command)
    {
        var (accepted, detail) = command.Kind switch
        {
            CommandKind.None => (false, "no command"),
            CommandKind.Standby => SetStandby(command.Node, standby: true, command.Flag),
            CommandKind.Online => SetStandby(command.Node, standby: false, force: false),
            CommandKind.Maintenance => CommandMaintenance(command.Flag),
            CommandKind.Move => Move(command),
            CommandKind.ClearFailures => ClearFailures(command.Group),
            CommandKind.ClearDivergence => ClearDivergence(command),
            CommandKind.ConfirmDown => ConfirmDown(command),
            CommandKind.Take => Take(command),
        };
        _context.Notice(NoticeKind.OperatorCommand, accepted ? NoticeLevel.Information : NoticeLevel.Warning, command.Kind.ToString(), $"{(accepted ? "accepted" : "refused")}: {detail}");
        _context.Out.Add(new Decision.Answer(command.Request, accepted, detail));
        _context.Changed();
    }

    private (bool Accepted, string Detail) SetStandby(NodeId? node, bool standby, bool force)
    {
        if (node == _configuration.LocalNode)
        {
            return SetLocalStandby(standby, force);
        }

        if (node != _configuration.Peer)
        {
            return (false, $"{node} is not a node of this cluster ({_configuration.LocalNode}, {_configuration.Peer})");
        }

        if (!standby)
        {
            _peer.Departures.Clear();
            if (_peer.IsDuplicate)
            {
                _peer.IsDuplicate = false;
                _verdictHoldOff = Instant.Max(_verdictHoldOff, _context.Now + _context.DeadTime); // its silence was this node's own: nothing was admitted
                return (true, "the duplicate mark is lifted: the newest start of the peer is admitted again");
            }
        }

        if (!_peer.HasSession)
        {
            return (false, $"{node} cannot be told: there is no session with it");
        }

        Request(standby ? force ? NodeRequestKind.ForceStandby : NodeRequestKind.Standby : NodeRequestKind.Online);
        return (true, $"{node} is asked to go {(standby ? "on standby" : "online")}");
    }

    private (bool Accepted, string Detail) SetLocalStandby(bool standby, bool force)
    {
        _standbyIsForced = standby && force;
        if (!standby && IsDamped)
        {
            _dampedUntil = default;
            if (_peer.HasSession)
            {
                Request(NodeRequestKind.ClearDamping);
            }
        }

        if (_store.LocalStandby != standby)
        {
            _store.LocalStandby = standby;
            _store.Touch();
            _context.Notice(NoticeKind.NodeStandby, NoticeLevel.Information, _configuration.LocalNode.Value, standby ? "on standby" : "online again");
        }

        _context.Changed();
        return (true, standby ? force ? "on standby, by force" : "on standby: groups move as soon as the peer can take them" : "online");
    }

    private void Request(NodeRequestKind kind)
    {
        _lastRequest = (byte)(_lastRequest == byte.MaxValue ? 1 : _lastRequest + 1);
        (_nodeRequest, _nodeRequestKind) = (_lastRequest, kind);
    }

    private void MergeNodeRequests(Frame frame)
    {
        if (_nodeRequest != 0 && frame.NodeAnswer == _nodeRequest)
        {
            (_nodeRequest, _nodeRequestKind) = (0, NodeRequestKind.None);
        }

        if (frame.NodeRequest == 0 || frame.NodeRequest == _nodeAnswer)
        {
            return;
        }

        _nodeAnswer = frame.NodeRequest;
        switch (frame.NodeRequestKind)
        {
            case NodeRequestKind.Standby:
                SetLocalStandby(standby: true, force: false);
                break;
            case NodeRequestKind.ForceStandby:
                SetLocalStandby(standby: true, force: true);
                break;
            case NodeRequestKind.Online:
                SetLocalStandby(standby: false, force: false);
                break;
            case NodeRequestKind.ClearDamping:
                _peer.Departures.Clear();
                _context.Changed();
                break;
            case NodeRequestKind.None:
            default:
                break; // a newer peer asks for something that this version does not know: answered, not done
        }
    }

    private (bool Accepted, string Detail) CommandMaintenance(bool enabled)
    {
        SetMaintenance(enabled, checked(_store.MaintenanceRevision + 1), "an operator says so");
        return (true, enabled ? "maintenance on both nodes" : "maintenance ends on both nodes");
    }

    private (bool Accepted, string Detail) Move(ClusterEvent.Command command)
    {
        if (!TryGroup(command.Group, out var group))
        {
            return (false, "no such group");
        }

        if (command.Node is { } node && node != _configuration.LocalNode && node != _configuration.Peer)
        {
            return (false, $"{node} is not a node of this cluster ({_configuration.LocalNode}, {_configuration.Peer})");
        }

        if (IsMaintenance)
        {
            return (false, "nothing is moved in maintenance");
        }

        var name = group.Configuration.Name;
        if (group.LocalOwns)
        {
            group.Pin(command.Node);
            return (true, command.Node is null ? $"{name} returns to its configured placement"
                : command.Node == _configuration.LocalNode ? $"{name} stays here"
                : group.IsPeerEligible ? $"{name} moves to {command.Node}" : $"{name} moves to {command.Node} as soon as it can take it: {WhyPeerCannot(group)}");
        }

        if (!_peer.HasSession)
        {
            return (false, $"{name} belongs to {_configuration.Peer} and there is no session with it");
        }

        _lastRequest = (byte)(_lastRequest == byte.MaxValue ? 1 : _lastRequest + 1);
        group.Want(command.Node, _lastRequest);
        return (true, $"{_configuration.Peer} owns {name} and is asked to place it");
    }

    private (bool Accepted, string Detail) ClearFailures(int index)
    {
        if (!TryGroup(index, out var group))
        {
            return (false, "no such group");
        }

        group.ClearFailures();
        return (true, $"failures of {group.Configuration.Name} on this node are forgotten");
    }

    private (bool Accepted, string Detail) ClearDivergence(ClusterEvent.Command command)
    {
        if (!TryGroup(command.Group, out var group))
        {
            return (false, "no such group");
        }

        return group.ClearDivergence(command.Term, "cleared by an operator")
            ? (true, $"the divergence of {group.Configuration.Name} is cleared")
            : (false, $"{group.Configuration.Name} {(group.Record.Current.Diverged ? $"diverged in term {group.Record.Durable.Term}, not {command.Term}: look again" : "is not marked as diverged")}");
    }

    private (bool Accepted, string Detail) ConfirmDown(ClusterEvent.Command command)
    {
        if (command.Node != _configuration.Peer)
        {
            return (false, $"only the peer ({_configuration.Peer}) can be confirmed down");
        }

        if (_peer.HasSession)
        {
            return (false, $"{_configuration.Peer} is in session: it lives");
        }

        if (_fencing.IsInFlight)
        {
            return (false, "a fence is in flight: wait for its result");
        }

        if (_isSuperseded || IsLeaving)
        {
            return (false, "this node is leaving");
        }

        if (command.Token != ConfirmDownToken)
        {
            return (false, $"the token is not the one that is shown now ({ConfirmDownToken}): something was heard since, or it was mistyped. Look again whether {_configuration.Peer} is really off");
        }

        _fencing.Accept(VerdictKind.Operator, NoticeLevel.Warning, "an operator says so");
        return (true, $"{_configuration.Peer} is taken for down");
    }

    private (bool Accepted, string Detail) Take(ClusterEvent.Command command)
    {
        if (!TryGroup(command.Group, out var group))
        {
            return (false, "no such group");
        }

        if (!command.Flag)
        {
            return (false, "what the peer wrote last may be lost: say so explicitly (accept data loss)");
        }

        if (_peer.HasSession && group.AreBothCopiesOutdated)
        {
            group.KeepThisCopy();
            return (true, $"both copies of {group.Configuration.Name} are outdated: the one on this node is kept, what the other one has and this one misses is given up");
        }

        if (!_peer.IsConfirmedDown)
        {
            return (false, $"{_configuration.Peer} is not confirmed down: confirm that first");
        }

        group.AcceptDataLoss();
        return (true, $"{group.Configuration.Name} is taken with the data that is here");
    }

    private bool TryGroup(int index, out GroupMachine group)
    {
        group = index >= 0 && index < _groups.Length ? _groups[index] : null!;
        return group is not null;
    }

    private string WhyPeerCannot(GroupMachine group) =>
        !_peer.HasSession ? "no session with it"
        : !group.DigestsAgree ? "it is configured differently"
        : _peer.View.State != MemberState.Online ? $"it is {_peer.View.State}"
        : group.PeerGroup.Hold != HoldState.NotHeld ? $"its hold is {group.PeerGroup.Hold}"
        : group.PeerGroup.Readiness < Readiness.Usable ? $"it is {group.PeerGroup.Readiness}"
        : group.PeerGroup.FailCount > group.Configuration.RestartLimit ? "it failed there too often"
        : group.Record.Current.Diverged ? "the data diverged"
        : "nothing stands against it";
}
