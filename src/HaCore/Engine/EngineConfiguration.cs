namespace HaCore.Engine;

/// <summary>Everything the machine needs to know, validated before it gets here. Immutable.</summary>
internal sealed record EngineConfiguration
{
    public const int GroupsMax = 16;      // one frame carries every group; 16 of them still fit an Ethernet frame
    public const int ResourcesMax = 16;   // per group; each may publish 8 bytes in the frame
    public const int LinksMax = 16;       // bits of a link mask
    public const int MembersMax = 8;      // of a composite link: more ways than any two machines have

    public required string Cluster { get; init; }
    public required NodeId LocalNode { get; init; }
    public required NodeId Peer { get; init; }

    /// <summary>Hash of the cluster's name: keeps two clusters on one wire apart.</summary>
    public required ulong ClusterHash { get; init; }

    /// <summary>Digest of what both nodes must agree on outside the groups: name, nodes, times (rule M3).</summary>
    public required ulong ClusterDigest { get; init; }

    public required EngineTimes Times { get; init; }
    public required IReadOnlyList<LinkConfiguration> Links { get; init; }
    public required IReadOnlyList<GroupConfiguration> Groups { get; init; }
    public required IFencingPolicy FencingPolicy { get; init; }
    public int FencingDeviceCount { get; init; }

    /// <summary>Order a fence, or proceed unfenced, against a peer never met in this incarnation (rule F: FenceAtStart).</summary>
    public bool FenceAtStart { get; init; }

    /// <summary>Null = this node does not reset itself.</summary>
    public EngineSelfFencing? SelfFencing { get; init; }

    /// <summary>Deaf loser of a conflict (rule C): true = the winner stops because the loser cannot hear that it lost.</summary>
    public bool StopWhenLoserIsDeaf { get; init; } = true;

    /// <summary>Does the local node's name come first in ordinal order? The first owns the even terms (rule T).</summary>
    public bool LocalIsFirst => string.CompareOrdinal(LocalNode.Value, Peer.Value) < 0;
}

/// <summary>Self-fencing as it is armed (rule F, inequality of the timing page).</summary>
/// <param name="RightTime">Without a session for this long, counted from the newest own frame that was echoed, a node that holds something resets itself.</param>
/// <param name="CertainTime">After this long, counted from the newest frame heard of this node, the peer may be certain that it is reset: the right time, keep-alive
/// interval, timeout, reset latency and margin together. Frames carry it.</param>
internal sealed record EngineSelfFencing(TimeSpan RightTime, TimeSpan CertainTime);

internal sealed record EngineTimes
{
    public required TimeSpan HeartbeatInterval { get; init; }
    public required TimeSpan WarnTime { get; init; }
    public required TimeSpan DeadTime { get; init; }
    public required TimeSpan InitialDeadTime { get; init; }

    /// <summary>Unplanned departures of the peer within the window that make it rejoin as standby; 0 = never.</summary>
    public int FlapLimit { get; init; } = 3;
    public TimeSpan FlapWindow { get; init; } = TimeSpan.FromHours(1);
    public TimeSpan FlapHold { get; init; } = TimeSpan.FromHours(2);
}

/// <param name="Name">Name of the link.</param>
/// <param name="Interval">Its own pace: at least the heartbeat interval.</param>
/// <param name="MinGap">Shortest time between two frames on it, for frames sent at once because the state changed.</param>
internal sealed record LinkConfiguration(LinkId Name, TimeSpan Interval, TimeSpan MinGap)
{
    private const int LostIntervals = 3;   // two frames lost in a row are no lost link, even where it is slower than the dead time wants

    /// <summary>Of a composite; empty otherwise.</summary>
    public IReadOnlyList<LinkId> Members { get; init; } = [];

    /// <summary>Silence after which a link of this pace is lost.</summary>
    public static TimeSpan LostAfter(TimeSpan interval, TimeSpan deadTime) => deadTime > interval * LostIntervals ? deadTime : interval * LostIntervals;
}

internal sealed record GroupConfiguration
{
    public required GroupId Name { get; init; }

    /// <summary>64-bit hash of the name, as frames carry it.</summary>
    public required ulong Hash { get; init; }

    /// <summary>Digest of order, names and types of its resources, placement and fencing (rule M3).</summary>
    public required ulong Digest { get; init; }
    public NodeId? PreferredNode { get; init; }
    public FailbackPolicy Failback { get; init; }
    public TimeSpan FailbackDelay { get; init; }

    /// <summary>Restarts in place within <see cref="RestartWindow"/> before the group moves.</summary>
    public int RestartLimit { get; init; } = 3;
    public TimeSpan RestartWindow { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Does any resource carry replicated data (rule R6)?</summary>
    public bool ReplicatedData { get; init; }
    public ColdStartPolicy ColdStart { get; init; }
    public SplitBrainPolicy SplitBrain { get; init; }
    public required IReadOnlyList<ResourceConfiguration> Resources { get; init; }
}

internal sealed record ResourceConfiguration
{
    public required ResourceId Name { get; init; }
    public required string Type { get; init; }

    /// <summary>Does its agent implement <see cref="IStandbyResourceAgent"/>?</summary>
    public bool HasPrepare { get; init; }
    public TimeSpan ProbeInterval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Unknown probes in a row of a resource that should run before it counts as failed.</summary>
    public int UnknownProbesMax { get; init; } = 3;
}
