namespace HaCore.Bench.Lateness;

/// <summary>What stands in the way of the heartbeats.</summary>
internal enum LoadKind
{
    /// <summary>Nothing.</summary>
    Idle = 0,

    /// <summary>Two other processes that never rest: one for each core of the machine that the published table was made on.</summary>
    BusyCores,

    /// <summary>A thread of the node allocates about 1 GB/s beside 200 MB that live.</summary>
    AllocationChurn,

    /// <summary>400 blocked items fill the node's thread pool.</summary>
    BlockedPool,

    /// <summary>A full, blocking collection of 200 MB that live, twice a second.</summary>
    FullCollections,
}
