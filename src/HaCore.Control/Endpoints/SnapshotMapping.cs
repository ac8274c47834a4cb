using HaCore.Control.Contract;

namespace HaCore.Control;

/// <summary>From what the core says to what goes over the wire.</summary>
internal static class SnapshotMapping
{
    public static SnapshotDocument ToDocument(ClusterSnapshot snapshot) => new()
    {
        Cluster = snapshot.Cluster,
        LocalNode = snapshot.LocalNode.ToString(),
        Revision = snapshot.Revision,
        Health = HealthOf(snapshot),
        Maintenance = snapshot.Maintenance,
        HasSession = snapshot.HasSession,
        EngineSteps = snapshot.EngineSteps,
        Conditions = snapshot.Conditions,
        Nodes = [.. snapshot.Nodes.Select(node => ToDocument(node, snapshot.LocalNode))],
        Links = [.. snapshot.Links.Select(ToDocument)],
        Groups = [.. snapshot.Groups.Select(ToDocument)],
    };

    public static NoticeDocument ToDocument(ClusterNotice notice, string cluster) => new()
    {
        Cluster = cluster,
        Incarnation = notice.Incarnation,
        Sequence = notice.Sequence,
        Time = notice.Time,
        Level = notice.Level.ToString(),
        EventId = notice.EventId,
        Event = notice.Event,
        Subject = notice.Subject,
        Detail = notice.Detail,
    };

    public static CommandDocument ToDocument(IOperatorCommand command) => new(
        command.Name,
        command.Description,
        [.. command.Parameters.Select(p => new ParameterDocument(p.Name, p.Description, WordOf(p.Kind), p.IsRequired, p.Default))]);

    private static string HealthOf(ClusterSnapshot snapshot)
    {
        if (snapshot.Nodes.Count == 0 || snapshot.Groups.Any(IsDown))
        {
            return SnapshotHealth.Down;
        }

        var isGood = snapshot is { HasSession: true, Maintenance: false, Conditions.Count: 0 }
            && snapshot.Nodes.All(node => node.State == MemberState.Online)
            && snapshot.Links.All(link => link.Alive && link.Members.All(member => member.Alive))
            && snapshot.Groups.All(group => group.ActiveOn != snapshot.LocalNode || group.Activity == GroupActivity.Active);
        return isGood ? SnapshotHealth.Good : SnapshotHealth.Degraded;
    }

    private static bool IsDown(GroupSnapshot group) =>
        group.ActiveOn is null
        || group.Diverged
        || group.Activity == GroupActivity.Unclean
        || (group.LocalHold == HoldState.Held && group.Resources.Any(resource => resource.State == ResourceState.Failed));

    private static NodeDocument ToDocument(NodeSnapshot node, NodeId local) => new()
    {
        Node = node.Node.ToString(),
        Local = node.Node == local,
        State = node.State.ToString(),
        Incarnation = node.Incarnation,
        SilentForSeconds = node.SilentFor?.TotalSeconds,
        ConfirmDownToken = node.ConfirmDownToken,
    };

    private static LinkDocument ToDocument(LinkSnapshot link) => new()
    {
        Link = link.Link.ToString(),
        Alive = link.Alive,
        Detail = link.Detail,
        LastHeardSeconds = link.LastHeard?.TotalSeconds,
        RoundTripSeconds = link.RoundTrip?.TotalSeconds,
        Received = link.Received,
        Lost = link.Lost,
        Late = link.Late,
        Rejected = link.Rejected,
        Members = [.. link.Members.Select(member => new MemberDocument { Member = member.Link.ToString(), Alive = member.Alive, Active = member.Active, Detail = member.Detail })],
    };

    private static GroupDocument ToDocument(GroupSnapshot group) => new()
    {
        Group = group.Group.ToString(),
        Term = group.Term,
        Owner = group.Owner.ToString(),
        ActiveOn = group.ActiveOn?.ToString(),
        Activity = group.Activity.ToString(),
        LocalHold = group.LocalHold.ToString(),
        PeerHold = group.PeerHold.ToString(),
        Readiness = group.Readiness.ToString(),
        FailCount = group.FailCount,
        Diverged = group.Diverged,
        ProposedVictim = group.ProposedVictim?.ToString(),
        Pinned = group.Pinned?.ToString(),
        Why = group.Why,
        Resources = [.. group.Resources.Select(ToDocument)],
    };

    private static ResourceDocument ToDocument(ResourceSnapshot resource) => new()
    {
        Resource = resource.Resource.ToString(),
        Type = resource.Type,
        State = resource.State.ToString(),
        Readiness = resource.Readiness.ToString(),
        Detail = resource.Detail,
        Facts = [.. resource.Facts.Select(fact => new FactDocument(fact.Key, fact.Value))],
    };

    private static string WordOf(OperatorCommandParameterKind kind) => kind switch
    {
        OperatorCommandParameterKind.Option => "option",
        OperatorCommandParameterKind.Argument => "argument",
        OperatorCommandParameterKind.Flag => "flag",
    };
}
