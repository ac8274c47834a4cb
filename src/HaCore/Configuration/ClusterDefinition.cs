using HaCore.Engine;

namespace HaCore.Configuration;

/// <summary>One validated cluster, ready to run: what the builder and the configuration came to. Made once, at start.</summary>
internal sealed record ClusterDefinition
{
    public required EngineConfiguration Engine { get; init; }

    /// <summary>Same order as <see cref="EngineConfiguration.Links"/>.</summary>
    public required IReadOnlyList<Func<IServiceProvider, IHeartbeatTransport>> Transports { get; init; }

    /// <summary>[group][resource], same order as <see cref="EngineConfiguration.Groups"/>.</summary>
    public required IReadOnlyList<IReadOnlyList<ResourceDefinition>> Resources { get; init; }

    /// <summary>In the order in which they are used: level by level.</summary>
    public required IReadOnlyList<FencingDeviceDefinition> FencingDevices { get; init; }

    /// <summary>Null: this node does not reset itself.</summary>
    public SelfFencingDefinition? SelfFencing { get; init; }

    /// <summary>Null: none.</summary>
    public Func<IServiceProvider, INetworkProbe>? NetworkProbe { get; init; }

    /// <summary>Full path of the key file.</summary>
    public required string KeyFile { get; init; }

    /// <summary>Full path of the state directory of this cluster.</summary>
    public required string StateDirectory { get; init; }

    /// <summary>Run the heartbeat threads SCHED_RR and lock memory; warned when not permitted.</summary>
    public bool RealTime { get; init; }

    /// <summary>Sum of the stop budgets of all groups plus the leave protocol: what a host's shutdown may need.</summary>
    public required TimeSpan ShutdownBudget { get; init; }

    /// <summary>Lasting conditions for the log at start and the status: one link only, no real-time threads, ...</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];
}

/// <param name="Create">Makes it, once.</param>
/// <param name="RightTime">Without a session for this long a node that holds something resets itself.</param>
/// <param name="Margin">What the peer waits beyond all other times.</param>
internal sealed record SelfFencingDefinition(Func<IServiceProvider, ISelfFencing> Create, TimeSpan RightTime, TimeSpan Margin);

internal sealed class ResourceDefinition
{
    public required Func<IServiceProvider, IResourceAgent> CreateAgent { get; init; }
    public required OperationSettings Probe { get; init; }
    public required OperationSettings Prepare { get; init; }
    public required OperationSettings Start { get; init; }
    public required OperationSettings Stop { get; init; }
}

/// <param name="Timeout">Longest run of one try.</param>
/// <param name="Retries">Further tries after a Retryable result.</param>
/// <param name="RetryDelay">Between two tries.</param>
internal sealed record OperationSettings(TimeSpan Timeout, int Retries, TimeSpan RetryDelay);

internal sealed class FencingDeviceDefinition
{
    public required string Name { get; init; }

    /// <summary>Type word, for the operator.</summary>
    public string Type { get; init; } = "";

    public required int Level { get; init; }
    public required OperationSettings Fence { get; init; }
    public required TimeSpan MonitorInterval { get; init; }
    public required TimeSpan MonitorTimeout { get; init; }
    public required Func<IServiceProvider, IFencingDevice> Create { get; init; }
}
