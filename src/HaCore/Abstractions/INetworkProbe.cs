using Microsoft.Extensions.Logging;

namespace HaCore;

/// <summary>
/// Tells whether this node's own network works, from something that is not the peer: usually targets that answer a ping. It can make a node wait or step
/// down; it never confirms that a peer is down (rule F of the ownership page). One instance per cluster, disposed with the host.
/// </summary>
public interface INetworkProbe
{
    /// <summary>
    /// The longest time from the moment when the network breaks to the report that says so. Must be shorter than the dead time, or the start is refused:
    /// a node whose own cable is pulled would judge its peer before it has learned that.
    /// </summary>
    /// <param name="deadTime">The cluster's: from it a probe derives a pace that fits.</param>
    TimeSpan DecidesWithin(TimeSpan deadTime);

    /// <summary>
    /// Probes until the token is cancelled. Called on a thread of its own, which it may block in system calls; must not need the thread pool, which may be
    /// starved exactly when it matters. When it throws, the network counts as unknown and it is called again a second later.
    /// </summary>
    void Run(NetworkProbeContext context, CancellationToken cancellationToken);
}

/// <summary>What a network probe is given. Grows without breaking anyone.</summary>
public sealed class NetworkProbeContext
{
    /// <summary>The cluster's name.</summary>
    public required string Cluster { get; init; }

    /// <summary>This node.</summary>
    public required NodeId LocalNode { get; init; }

    /// <summary>The cluster's dead time.</summary>
    public required TimeSpan DeadTime { get; init; }

    /// <summary>
    /// Reports what is known now, with words for the operator. Never blocks; a newer report replaces one that the engine has not seen yet. To be called when
    /// the answer changes, after whatever dampening: the engine acts on it at once.
    /// </summary>
    public required Action<NetworkReach, string?> Report { get; init; }

    /// <summary>The clock for intervals.</summary>
    public required TimeProvider TimeProvider { get; init; }

    /// <summary>Never to be used in a steady state: a log that blocks would blind the probe.</summary>
    public required ILoggerFactory LoggerFactory { get; init; }
}
