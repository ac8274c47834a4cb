namespace HaCore;

/// <summary>
/// The cluster as the host's own code sees it. Thread-safe. Resolve it from the container: unkeyed when the host runs one cluster, keyed by
/// the cluster's name otherwise. Commands are carried out by the engine; a returned result says what it answered.
/// </summary>
public interface IHaCluster
{
    /// <summary>Name of the cluster.</summary>
    string Name { get; }

    /// <summary>The latest snapshot. Never null; before the engine runs every state in it is Unknown.</summary>
    ClusterSnapshot Current { get; }

    /// <summary>The current snapshot, then a new one after each change. A slow reader skips to the newest.</summary>
    IAsyncEnumerable<ClusterSnapshot> WatchAsync(CancellationToken cancellationToken = default);

    /// <summary>
    /// What happened, in order: the kept notices after <paramref name="after"/> (the newest 1000 since this node's start), then each new one. Ends when the cluster has ended
    /// on this node. A reader that falls more than 1000 behind misses some, which shows as a gap in <see cref="ClusterNotice.Sequence"/>.
    /// </summary>
    /// <param name="after">Sequence of the last notice that the reader has; 0 for everything that is kept.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    IAsyncEnumerable<ClusterNotice> ReadNoticesAsync(long after = 0, CancellationToken cancellationToken = default);

    /// <summary>Puts a node on standby: its groups move to the other node, it takes nothing. Survives restarts.</summary>
    /// <param name="node">Either node; a command for the peer travels in the heartbeats.</param>
    /// <param name="force">Stop the groups even when the other node cannot take them.</param>
    /// <param name="cancellationToken">Stops waiting for the answer, not the command.</param>
    ValueTask<CommandAnswer> StandbyAsync(NodeId node, bool force = false, CancellationToken cancellationToken = default);

    /// <summary>Ends the standby of a node, flap damping included.</summary>
    ValueTask<CommandAnswer> OnlineAsync(NodeId node, CancellationToken cancellationToken = default);

    /// <summary>Cluster-wide maintenance: probes go on, nothing is started, stopped, moved, fenced or taken over. Survives restarts of both nodes.</summary>
    ValueTask<CommandAnswer> SetMaintenanceAsync(bool enabled, CancellationToken cancellationToken = default);

    /// <summary>Moves a group and keeps it there (the target replaces the preferred node) until it is moved again or <paramref name="target"/> is null.</summary>
    /// <param name="group">The group.</param>
    /// <param name="target">Where to; null returns the group to its configured placement.</param>
    /// <param name="cancellationToken">Stops waiting for the answer, not the command.</param>
    ValueTask<CommandAnswer> MoveAsync(GroupId group, NodeId? target, CancellationToken cancellationToken = default);

    /// <summary>Forgets failures of a group on this node, retries an unclean stop, lifts a block.</summary>
    ValueTask<CommandAnswer> ClearFailuresAsync(GroupId group, CancellationToken cancellationToken = default);

    /// <summary>Clears the mark that both nodes held a group at once, after a human looked at the data.</summary>
    /// <param name="group">The group.</param>
    /// <param name="term">The term that the snapshot shows: proof that the operator looked at this divergence.</param>
    /// <param name="cancellationToken">Stops waiting for the answer, not the command.</param>
    ValueTask<CommandAnswer> ClearDivergenceAsync(GroupId group, long term, CancellationToken cancellationToken = default);

    /// <summary>Declares the peer down. Refused in a session, with a fence in flight, or if anything authentic came since the token was shown (rule O).</summary>
    /// <param name="node">The peer.</param>
    /// <param name="token"><see cref="NodeSnapshot.ConfirmDownToken"/> of the peer.</param>
    /// <param name="cancellationToken">Stops waiting for the answer, not the command.</param>
    ValueTask<CommandAnswer> ConfirmDownAsync(NodeId node, string token, CancellationToken cancellationToken = default);

    /// <summary>Takes a group whose data may be old (rule R6), once the peer is confirmed down.</summary>
    /// <param name="group">The group.</param>
    /// <param name="acceptDataLoss">Must be true: what the peer wrote last may be lost.</param>
    /// <param name="cancellationToken">Stops waiting for the answer, not the command.</param>
    ValueTask<CommandAnswer> TakeAsync(GroupId group, bool acceptDataLoss, CancellationToken cancellationToken = default);
}

/// <summary>The engine's answer to a command.</summary>
/// <param name="Accepted">Will it be carried out?</param>
/// <param name="Detail">What happens now, or why not; for the operator.</param>
public sealed record CommandAnswer(bool Accepted, string Detail);
