namespace HaCore;

/// <summary>
/// Manages one kind of resource. One instance per resource per node, created at start and disposed at stop when it is
/// <see cref="IAsyncDisposable"/> or <see cref="IDisposable"/>. Operations of one resource never overlap; they run on the thread pool,
/// never on a heartbeat thread. Timeouts and retries belong to the engine: obey the token and return.
/// </summary>
/// <remarks>
/// Start and Stop are idempotent: twice is success. Probe changes nothing. A successful Stop is a promise that nothing of the
/// resource is active on this node any more; another machine acts on it. Expected failures are results with a detail that an
/// operator understands; an exception is a bug and counts as <see cref="OperationOutcome.Unknown"/>.
/// </remarks>
public interface IResourceAgent
{
    /// <summary>Looks whether the resource is active on this node. Changes nothing.</summary>
    ValueTask<ProbeResult> ProbeAsync(OperationContext context, CancellationToken cancellationToken);

    /// <summary>Makes the resource active on this node. Success if it already is.</summary>
    ValueTask<OperationResult> StartAsync(OperationContext context, CancellationToken cancellationToken);

    /// <summary>Makes the resource inactive on this node. Success if it already is; never success while anything of it is still held.</summary>
    ValueTask<OperationResult> StopAsync(OperationContext context, CancellationToken cancellationToken);
}

/// <summary>
/// An agent that can make its node able to take over without being active: DRBD attached and connected as secondary, an image pulled.
/// Prepare runs on every node when it joins and after a repair, without a hold, in the order of the group.
/// </summary>
public interface IStandbyResourceAgent : IResourceAgent
{
    /// <summary>Makes this node able to take over. Never makes the resource active. Idempotent.</summary>
    ValueTask<OperationResult> PrepareAsync(OperationContext context, CancellationToken cancellationToken);
}
