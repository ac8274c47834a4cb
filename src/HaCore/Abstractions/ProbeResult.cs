namespace HaCore;

/// <summary>What a probe found on this node.</summary>
public enum ResourceState
{
    /// <summary>Not known. Counts as active: nobody else starts the resource until it is known to be stopped or this node is fenced.</summary>
    Unknown = 0,

    /// <summary>Not active here. A promise: say it only after looking.</summary>
    Stopped,

    /// <summary>Active here and working.</summary>
    Running,

    /// <summary>Active here, in part or whole, and not working. Stop must clean it up before anything else happens.</summary>
    Failed,
}

/// <summary>May this node run the resource, and is it the better place?</summary>
public enum Readiness
{
    /// <summary>Not known: not taken over here.</summary>
    Unknown = 0,

    /// <summary>Cannot run here now (disk outdated, not configured, ...).</summary>
    NotReady,

    /// <summary>Can serve a takeover or a planned move, does not attract a failback.</summary>
    Usable,

    /// <summary>Can run here and may attract a failback. What an agent with nothing to say reports.</summary>
    Ready,
}

/// <summary>Whether the copies of replicated data agree, as the agent on this node sees it.</summary>
public enum ReplicaStatus
{
    /// <summary>Not replicated, or not known: no claim.</summary>
    Unknown = 0,

    /// <summary>This node's copy and the peer's are the same.</summary>
    InSync,

    /// <summary>This node goes on writing without the peer: the peer's copy is outdated.</summary>
    PeerOutdated,
}

/// <summary>One observation of a resource on this node. The default value is <see cref="ResourceState.Unknown"/>.</summary>
public readonly record struct ProbeResult
{
    /// <summary>Most facts that one probe may report; more are dropped.</summary>
    public const int FactsMax = 16;

    /// <summary>Most bytes of <see cref="TwinFact"/>; longer is treated as a bug of the agent.</summary>
    public const int TwinFactBytesMax = 8;

    private ProbeResult(ResourceState state, string? detail)
    {
        State = state;
        Detail = detail;
        Readiness = state == ResourceState.Unknown ? Readiness.Unknown : Readiness.Ready;
    }

    /// <summary>What was found.</summary>
    public ResourceState State { get; }

    /// <summary>Words for the operator; required for Failed and Unknown.</summary>
    public string? Detail { get; }

    /// <summary>May this node run the resource? Default <see cref="Readiness.Ready"/>, Unknown when the state is.</summary>
    public Readiness Readiness { get; init; }

    /// <summary>Whether replicated copies agree. Default <see cref="ReplicaStatus.Unknown"/>: no claim.</summary>
    public ReplicaStatus Replica { get; init; }

    /// <summary>Name and value pairs for snapshot and metrics ("resync", "41 %"); at most <see cref="FactsMax"/>.</summary>
    public IReadOnlyList<KeyValuePair<string, string>>? Facts { get; init; }

    /// <summary>At most 8 bytes that the peer's agent of the same resource receives in <see cref="OperationContext.PeerTwinFact"/>.</summary>
    public ReadOnlyMemory<byte> TwinFact { get; init; }

    /// <summary>Not active here.</summary>
    public static ProbeResult Stopped { get; } = new(ResourceState.Stopped, null);

    /// <summary>Active and working here.</summary>
    public static ProbeResult Running { get; } = new(ResourceState.Running, null);

    /// <summary>Active here in part or whole, and not working.</summary>
    /// <param name="detail">What is wrong, for the operator.</param>
    public static ProbeResult Failed(string detail) => new(ResourceState.Failed, detail);

    /// <summary>Could not be told.</summary>
    /// <param name="detail">Why not, for the operator.</param>
    public static ProbeResult Unknown(string detail) => new(ResourceState.Unknown, detail);
}
