namespace HaCore.Engine;

/// <summary>The engine: pure, single-threaded, deterministic. Events and time in, ordered decisions out.</summary>
internal sealed class ClusterMachine
{
    /// <param name="configuration">Validated.</param>
    /// <param name="state">As loaded, with the incarnation already raised and written.</param>
    /// <param name="nonce">Random number of this start.</param>
    /// <param name="bootId">Names this boot of the machine (rule P).</param>
    public ClusterMachine(EngineConfiguration configuration, PersistentState state, ulong nonce, string bootId)
    {
        _ = (configuration, state, nonce, bootId);
        Snapshot = null!;
        Links = [];
    }

    /// <summary>When to step again even if nothing happens.</summary>
    public Instant NextDeadline { get; }

    /// <summary>Immutable; a new object whenever something in it changed.</summary>
    public ClusterSnapshot Snapshot { get; }

    /// <summary>Live numbers, one per configured link.</summary>
    public IReadOnlyList<LinkStatistics> Links { get; }

    /// <summary>Takes one event at one moment and adds what is to be done to <paramref name="decisions"/>.</summary>
    public void Step(Instant now, ClusterEvent input, List<Decision> decisions) => _ = (now, input, decisions, NextDeadline);
}
