namespace HaCore.Engine;

/// <summary>
/// All that one node remembers of one cluster across restarts. Immutable; written as a whole, so that a term and its hold mark can never
/// disagree. "Confirmed down" is deliberately not in it (ownership page: it lives in memory only).
/// </summary>
internal sealed record PersistentState
{
    /// <summary>Counter of this node's starts; raised and written before the first frame. 1 is the first.</summary>
    public required uint Incarnation { get; init; }

    /// <summary>Newest incarnation ever heard of the peer; 0 = none.</summary>
    public uint PeerIncarnation { get; init; }

    /// <summary>Nonce of the peer's newest incarnation.</summary>
    public ulong PeerNonce { get; init; }
    public bool LocalStandby { get; init; }
    public bool Maintenance { get; init; }

    /// <summary>Grows with each change of <see cref="Maintenance"/>; the higher of two nodes wins.</summary>
    public uint MaintenanceRevision { get; init; }

    /// <summary>Boot id of the machine while the peer may count on its reset (rule F); null when it cannot.</summary>
    public string? ArmedBootId { get; init; }

    /// <summary>By name. Groups that are no longer configured are kept.</summary>
    public required IReadOnlyList<PersistentGroup> Groups { get; init; }
}

internal sealed record PersistentGroup
{
    public required string Name { get; init; }
    public long Term { get; init; }

    /// <summary>Boot id of the machine while the group may be active here; null after a confirmed stop (rule P).</summary>
    public string? HoldBootId { get; init; }
    public bool Diverged { get; init; }

    /// <summary>With <see cref="Diverged"/>: this node is the side that stopped, the proposed victim (rule C).</summary>
    public bool ConflictLost { get; init; }

    /// <summary>Where an operator put it; null for the configured placement.</summary>
    public string? Pinned { get; init; }

    /// <summary>Epoch of the last "your copy is outdated" that this node said as holder (rule R6).</summary>
    public uint PeerOutdatedEpoch { get; init; }

    /// <summary>This node goes on without its replica: its data alone is current (rule R6).</summary>
    public bool Sole { get; init; }

    /// <summary>Epoch of the peer's "your copy is outdated"; 0 = not outdated.</summary>
    public uint OutdatedEpoch { get; init; }
}
