using HaCore.Engine;

namespace HaCore;

/// <summary>Is a node in?</summary>
public enum MemberState
{
    /// <summary>Not known.</summary>
    Unknown = 0,

    /// <summary>Started; looks what is active and waits for its peer or the initial dead time.</summary>
    Joining,

    /// <summary>In, may hold groups.</summary>
    Online,

    /// <summary>In, holds nothing if the peer can.</summary>
    Standby,

    /// <summary>Stopping in order.</summary>
    Leaving,

    /// <summary>Stopped everything and said so.</summary>
    Left,

    /// <summary>Its program ended in maintenance; its resources run on.</summary>
    Detached,

    /// <summary>Silent, and not proved down.</summary>
    Unclean,

    /// <summary>Silent and confirmed down.</summary>
    Lost,
}

/// <summary>Does a node hold a group?</summary>
public enum HoldState
{
    /// <summary>Not known: counts as held.</summary>
    Unknown = 0,

    /// <summary>Everything is confirmed stopped there.</summary>
    NotHeld,

    /// <summary>From before the first start until everything is confirmed stopped.</summary>
    Held,
}

/// <summary>What a group is doing on this node.</summary>
public enum GroupActivity
{
    /// <summary>Not probed yet.</summary>
    Unknown = 0,

    /// <summary>Everything is stopped here.</summary>
    Stopped,

    /// <summary>Being started.</summary>
    Starting,

    /// <summary>Everything runs here.</summary>
    Active,

    /// <summary>Being stopped.</summary>
    Stopping,

    /// <summary>A stop failed: something may still be active here (rule S).</summary>
    Unclean,
}

/// <summary>The whole state of the cluster as one node sees it. Immutable.</summary>
public sealed record ClusterSnapshot
{
    /// <summary>Grows with each change; starts at 0.</summary>
    public required long Revision { get; init; }

    /// <summary>Name of the cluster.</summary>
    public required string Cluster { get; init; }

    /// <summary>The node that took this snapshot.</summary>
    public required NodeId LocalNode { get; init; }

    /// <summary>Local node first.</summary>
    public required IReadOnlyList<NodeSnapshot> Nodes { get; init; }

    /// <summary>In configured order.</summary>
    public required IReadOnlyList<LinkSnapshot> Links { get; init; }

    /// <summary>In configured order.</summary>
    public required IReadOnlyList<GroupSnapshot> Groups { get; init; }

    /// <summary>Is the cluster in maintenance?</summary>
    public bool Maintenance { get; init; }

    /// <summary>Are frames of the peer accepted and ours echoed?</summary>
    public bool HasSession { get; init; }

    /// <summary>
    /// Steps that the engine has taken on this node, read when the snapshot is taken from <see cref="IHaCluster.Current"/>. It grows with every
    /// heartbeat at least, so one that stands still for longer is an engine that hangs: what a watchdog should look at. 0 before the engine runs.
    /// </summary>
    public long EngineSteps { get; init; }

    /// <summary>Lasting conditions that someone should know, in words: a lost link, a blocked takeover, a missing real-time thread.</summary>
    public required IReadOnlyList<string> Conditions { get; init; }
}

/// <summary>One node.</summary>
public sealed record NodeSnapshot
{
    /// <summary>Its name.</summary>
    public required NodeId Node { get; init; }

    /// <summary>Is it in?</summary>
    public required MemberState State { get; init; }

    /// <summary>Counter of its starts; 0 when never heard.</summary>
    public required long Incarnation { get; init; }

    /// <summary>Age of the newest own frame that the peer echoed; null for the local node.</summary>
    public TimeSpan? SilentFor { get; init; }

    /// <summary>For the peer without a session: what <see cref="IHaCluster.ConfirmDownAsync"/> wants, once the machine is known to be off.</summary>
    public string? ConfirmDownToken { get; init; }
}

/// <summary>One heartbeat link. The numbers are read when the snapshot is taken from <see cref="IHaCluster.Current"/>.</summary>
public sealed record LinkSnapshot
{
    /// <summary>Its name.</summary>
    public required LinkId Link { get; init; }

    /// <summary>Are the peer's frames arriving on it (newest younger than the dead time)?</summary>
    public required bool Alive { get; init; }

    /// <summary>Why it is not open, if it is not.</summary>
    public string? Detail { get; init; }

    /// <summary>Age of the newest authentic frame; null when none came yet.</summary>
    public TimeSpan? LastHeard { get; init; }

    /// <summary>Authentic frames received.</summary>
    public long Received { get; init; }

    /// <summary>Frames of the peer that never came on this link, by their sequence numbers.</summary>
    public long Lost { get; init; }

    /// <summary>Frames that came later than the warn time after the one before.</summary>
    public long Late { get; init; }

    /// <summary>Frames that were refused: other cluster, bad signature, malformed, replayed.</summary>
    public long Rejected { get; init; }

    /// <summary>Round trip: out by the fastest link, back by this one, without the time that the peer held it; null when not measured.</summary>
    public TimeSpan? RoundTrip { get; init; }

    /// <summary>Of a composite, in configured order; empty otherwise.</summary>
    public IReadOnlyList<LinkMemberSnapshot> Members { get; init; } = [];
}

/// <summary>One member of a composite link.</summary>
public sealed record LinkMemberSnapshot
{
    /// <summary>Its name.</summary>
    public required LinkId Link { get; init; }

    /// <summary>Are the peer's frames arriving on it?</summary>
    public required bool Alive { get; init; }

    /// <summary>Does it carry the heartbeats, or is it in reserve?</summary>
    public required bool Active { get; init; }

    /// <summary>Why it is not alive, if that is known.</summary>
    public string? Detail { get; init; }
}

/// <summary>One group.</summary>
public sealed record GroupSnapshot
{
    /// <summary>Its name.</summary>
    public required GroupId Group { get; init; }

    /// <summary>Its persisted ownership term.</summary>
    public required long Term { get; init; }

    /// <summary>The node that owns the term.</summary>
    public required NodeId Owner { get; init; }

    /// <summary>Does this node hold it?</summary>
    public required HoldState LocalHold { get; init; }

    /// <summary>Did the peer hold it in its last accepted frame?</summary>
    public required HoldState PeerHold { get; init; }

    /// <summary>What it is doing on this node.</summary>
    public required GroupActivity Activity { get; init; }

    /// <summary>May this node run it?</summary>
    public required Readiness Readiness { get; init; }

    /// <summary>Failures on this node within the restart window.</summary>
    public int FailCount { get; init; }

    /// <summary>Were both nodes holding it at once? Cleared by <see cref="IHaCluster.ClearDivergenceAsync"/>.</summary>
    public bool Diverged { get; init; }

    /// <summary>Of a diverged group: the node that stopped it when both held it, whose writes an operator may give up first. Null: neither or not known.</summary>
    public NodeId? ProposedVictim { get; init; }

    /// <summary>Where an operator put it; null for the configured placement.</summary>
    public NodeId? Pinned { get; init; }

    /// <summary>Why it is where it is, and what it waits for: the operator's first question.</summary>
    public required string Why { get; init; }

    /// <summary>In starting order.</summary>
    public required IReadOnlyList<ResourceSnapshot> Resources { get; init; }

    /// <summary>The node that holds it, as far as this node knows; null when none or not known.</summary>
    public NodeId? ActiveOn { get; init; }

    /// <summary>For the shell: may what is lent for a time be extended?</summary>
    internal LeasePermission Leases { get; init; }
}

/// <summary>One resource on this node.</summary>
public sealed record ResourceSnapshot
{
    /// <summary>Its name.</summary>
    public required ResourceId Resource { get; init; }

    /// <summary>Its configuration type word.</summary>
    public required string Type { get; init; }

    /// <summary>What the last observation said.</summary>
    public required ResourceState State { get; init; }

    /// <summary>May this node run it?</summary>
    public required Readiness Readiness { get; init; }

    /// <summary>The agent's words with its last result, if it had any.</summary>
    public string? Detail { get; init; }

    /// <summary>Facts of the last probe.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Facts { get; init; } = [];
}
