namespace HaCore;

/// <summary>Cuts a node off for certain. How, not whether: that is <see cref="IFencingPolicy"/>.</summary>
public interface IFencingDevice
{
    /// <summary>
    /// Cuts the target off. <see cref="FenceOutcome.Confirmed"/> only if no process that ran on the target before the call still runs, or, for one of
    /// several devices of a level, if this device's part of it is done and stays done. Runs on the thread pool; calls never overlap. Called again for a
    /// target that is off already: that is a success.
    /// </summary>
    /// <param name="context">Whom, and within which time.</param>
    /// <param name="cancellationToken">
    /// The timeout, or the host stops. Return only when nothing is done to the target any more: until then the attempt is in flight, however long
    /// that takes. What is returned after the timeout counts as <see cref="FenceOutcome.Unknown"/>.
    /// </param>
    ValueTask<FenceResult> FenceAsync(FencingDeviceContext context, CancellationToken cancellationToken);
}

/// <summary>Optional for a fencing device: says whether it could cut a node off, without harm to anybody.</summary>
public interface IMonitoredFencingDevice : IFencingDevice
{
    /// <summary>
    /// Looks whether the device can be reached and knows the target. Changes nothing. Called at start and every
    /// <see cref="FencingDeviceSettings.MonitorInterval"/>, never twice at once. A fence that is ordered meanwhile cancels it and does not wait for it.
    /// </summary>
    /// <param name="context">The peer is the target.</param>
    /// <param name="cancellationToken">The timeout, a fence, or the host stops.</param>
    ValueTask<FencingDeviceHealth> MonitorAsync(FencingDeviceContext context, CancellationToken cancellationToken);
}

/// <summary>One call of a fencing device. Grows without breaking anyone.</summary>
public sealed class FencingDeviceContext
{
    /// <summary>The cluster.</summary>
    public required string Cluster { get; init; }

    /// <summary>Name of the device.</summary>
    public required string Device { get; init; }

    /// <summary>This node.</summary>
    public required NodeId LocalNode { get; init; }

    /// <summary>The node that is to be cut off, or that a monitor is asked about.</summary>
    public required NodeId Target { get; init; }

    /// <summary>Which try of this order it is, from 1.</summary>
    public int Attempt { get; init; } = 1;

    /// <summary>The token is cancelled after this time.</summary>
    public required TimeSpan Timeout { get; init; }

    /// <summary>Why, for logs.</summary>
    public string Reason { get; init; } = "";

    /// <summary>The host's clock.</summary>
    public required TimeProvider TimeProvider { get; init; }
}

/// <summary>How a fencing attempt ended.</summary>
public enum FenceOutcome
{
    /// <summary>Not known: nothing may be taken over because of it.</summary>
    Unknown = 0,

    /// <summary>The target is down, verified.</summary>
    Confirmed,

    /// <summary>The target was not cut off.</summary>
    Failed,
}

/// <summary>Result of a fencing attempt. The default value is <see cref="FenceOutcome.Unknown"/>.</summary>
public readonly record struct FenceResult
{
    private FenceResult(FenceOutcome outcome, string? detail)
    {
        Outcome = outcome;
        Detail = detail;
    }

    /// <summary>How it ended.</summary>
    public FenceOutcome Outcome { get; }

    /// <summary>Words for the operator.</summary>
    public string? Detail { get; }

    /// <summary>The target is down, verified.</summary>
    public static FenceResult Confirmed(string detail) => new(FenceOutcome.Confirmed, detail);

    /// <summary>The target was not cut off.</summary>
    public static FenceResult Failed(string detail) => new(FenceOutcome.Failed, detail);

    /// <summary>Not known whether the target was cut off.</summary>
    public static FenceResult Unknown(string detail) => new(FenceOutcome.Unknown, detail);
}

/// <summary>Whether a fencing device could do its work.</summary>
public enum FencingDeviceState
{
    /// <summary>Not known: the device has no way to tell.</summary>
    Unknown = 0,

    /// <summary>It answers and knows the target.</summary>
    Usable,

    /// <summary>It cannot be reached, or refuses: a fence would fail.</summary>
    Unusable,
}

/// <summary>What a monitor of a fencing device found. The default value is <see cref="FencingDeviceState.Unknown"/>.</summary>
public readonly record struct FencingDeviceHealth
{
    private FencingDeviceHealth(FencingDeviceState state, string? detail)
    {
        State = state;
        Detail = detail;
    }

    /// <summary>What was found.</summary>
    public FencingDeviceState State { get; }

    /// <summary>Words for the operator.</summary>
    public string? Detail { get; }

    /// <summary>The device answers and knows the target.</summary>
    public static FencingDeviceHealth Usable(string detail) => new(FencingDeviceState.Usable, detail);

    /// <summary>A fence would fail.</summary>
    public static FencingDeviceHealth Unusable(string detail) => new(FencingDeviceState.Unusable, detail);

    /// <summary>The device cannot tell.</summary>
    public static FencingDeviceHealth Unknown(string detail) => new(FencingDeviceState.Unknown, detail);
}

/// <summary>
/// Optional for the options of a fencing device: checks at start what they say about the cluster that the device is in. One definition serves both
/// machines, so every node is checked on both.
/// </summary>
public interface IFencingDeviceOptions
{
    /// <summary>What is wrong, one sentence each: value, rule, consequence. Called once at start, after the validators of the options' type.</summary>
    IEnumerable<string> Check(FencingDeviceSite site);
}

/// <summary>Where a fencing device stands. Grows without breaking anyone.</summary>
public sealed class FencingDeviceSite
{
    /// <summary>Both nodes: each may be the target.</summary>
    public required IReadOnlyList<NodeId> Nodes { get; init; }

    /// <summary>
    /// How many devices its level has. With more than one, each must leave its part of the target off until the last has confirmed: two power
    /// switches that turn off and on one after the other never cut a machine with two power supplies off.
    /// </summary>
    public required int DevicesInLevel { get; init; }
}
