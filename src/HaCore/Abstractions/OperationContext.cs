namespace HaCore;

/// <summary>Why an operation runs.</summary>
public enum OperationReason
{
    /// <summary>The first placement after both nodes started.</summary>
    Bootstrap = 0,

    /// <summary>The peer is confirmed down.</summary>
    Takeover,

    /// <summary>The group returns to its preferred node.</summary>
    Failback,

    /// <summary>An operator, a standby or a failure on the peer moved the group.</summary>
    Move,

    /// <summary>Restart in place after a failed probe.</summary>
    Restart,

    /// <summary>The host stops.</summary>
    Shutdown,

    /// <summary>Cleaning up: what was found active at start, a conflict, a failed start.</summary>
    Recovery,
}

/// <summary>What is known about the peer when an operation runs.</summary>
public enum PeerStatus
{
    /// <summary>Not known.</summary>
    Unknown = 0,

    /// <summary>In a session: it is there and does not hold the group.</summary>
    Alive,

    /// <summary>It handed the group over or left in order: it stopped everything itself.</summary>
    HandedOver,

    /// <summary>Confirmed down by a fencing device or an operator.</summary>
    Fenced,

    /// <summary>Taken for down without proof (ProceedUnfenced): it may still be running.</summary>
    AssumedDown,
}

/// <summary>What an agent is told with each call. Grows without breaking anyone; can be constructed in tests.</summary>
public sealed class OperationContext
{
    private readonly Action? _requestProbe;

    /// <summary>Creates a context.</summary>
    /// <param name="requestProbe">What <see cref="RequestProbe"/> does; null for nothing.</param>
    public OperationContext(Action? requestProbe = null) => _requestProbe = requestProbe;

    /// <summary>Name of the cluster.</summary>
    public required string Cluster { get; init; }

    /// <summary>The group that the resource belongs to.</summary>
    public required GroupId Group { get; init; }

    /// <summary>The resource.</summary>
    public required ResourceId Resource { get; init; }

    /// <summary>This node.</summary>
    public required NodeId LocalNode { get; init; }

    /// <summary>The other node.</summary>
    public required NodeId Peer { get; init; }

    /// <summary>1 for the first try, 2 for the first retry, ...</summary>
    public int Attempt { get; init; } = 1;

    /// <summary>What the engine allows this try, after which the token is cancelled.</summary>
    public TimeSpan Timeout { get; init; }

    /// <summary>The clock to use for waits and deadlines.</summary>
    public required TimeProvider TimeProvider { get; init; }

    /// <summary>The cluster's dead time: after so much silence of this node its peer acts. Zero when it is not known (tests).</summary>
    public TimeSpan DeadTime { get; init; }

    /// <summary>
    /// The ownership term of the group: a fencing token. It only grows, and no two holders ever share one. Hand it to outside systems so
    /// that they can refuse an old owner.
    /// </summary>
    public long Term { get; init; }

    /// <summary>Why the operation runs.</summary>
    public OperationReason Reason { get; init; }

    /// <summary>What is known about the peer.</summary>
    public PeerStatus PeerStatus { get; init; }

    /// <summary>What the peer's agent of the same resource published last; empty when nothing was heard. At most 8 bytes.</summary>
    public ReadOnlyMemory<byte> PeerTwinFact { get; init; }

    /// <summary>Asks for a probe soon: for agents that hear of a change by themselves. Any thread, any time, coalesced.</summary>
    public void RequestProbe() => _requestProbe?.Invoke();
}
