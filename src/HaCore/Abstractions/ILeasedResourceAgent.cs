namespace HaCore;

/// <summary>
/// Optional: an agent whose resource is lent by something outside of this program (a kernel, a router, a lock service) that takes it back by itself
/// when nobody extends the lease. So a program that died, hangs or was paused leaves nothing behind, although nobody is there to stop it.
/// </summary>
/// <remarks>
/// What is leased is also what may be ended without an engine: <see cref="HaClusterLeases.EndAsync"/> calls Stop of these agents, of no others.
/// </remarks>
public interface ILeasedResourceAgent : IResourceAgent
{
    /// <summary>
    /// How often the lease must be extended. Called once, before anything runs; changes nothing. Zero: there is no lease, and
    /// <see cref="Renew"/> is never called. Sensible is a third of the lease: two calls may come late.
    /// </summary>
    /// <param name="deadTime">The cluster's: after so much silence the peer acts.</param>
    TimeSpan GetRenewInterval(TimeSpan deadTime);

    /// <summary>
    /// Extends the lease of what runs here. Called on a thread of this resource's own, of the same priority as the heartbeats, once per interval and
    /// as soon as it is allowed again after it was not; only while the engine makes progress, knows itself to hold the group by right, is not late
    /// (rule L) and believes that the resource runs. Never during Start or Stop, which wait for its return; a probe may run at the same time.
    /// </summary>
    /// <param name="renewal">What is allowed.</param>
    /// <returns>
    /// Succeeded, or why not: that is logged once until it works again, and the resource is probed. An exception counts as a failure.
    /// </returns>
    /// <remarks>Be short, wait for nothing: the kernel answers in microseconds, and what takes longer than the interval is late for the next one.</remarks>
    OperationResult Renew(LeaseRenewal renewal);
}

/// <summary>What <see cref="ILeasedResourceAgent.Renew"/> is told. Grows without breaking anyone; can be constructed in tests.</summary>
public sealed class LeaseRenewal
{
    private readonly Func<bool>? _isValid;

    /// <summary>Creates one.</summary>
    /// <param name="isValid">What <see cref="IsValid"/> asks; null for always.</param>
    public LeaseRenewal(Func<bool>? isValid = null) => _isValid = isValid;

    /// <summary>The resource.</summary>
    public required ResourceId Resource { get; init; }

    /// <summary>The cluster's dead time.</summary>
    public required TimeSpan DeadTime { get; init; }

    /// <summary>The clock to use.</summary>
    public required TimeProvider TimeProvider { get; init; }

    /// <summary>
    /// Maintenance: the program may be stopped and the resource is to run on. Make the lease one without an end; a later renewal without this
    /// gives it an end again.
    /// </summary>
    public bool RunsOn { get; init; }

    /// <summary>
    /// Is it allowed at this very moment? Asks anew each time. For an agent whose outside system would also grant anew what it had already taken back:
    /// it asks again afterwards, and takes its renewal back if the answer is no, because this thread itself may have been paused in between.
    /// </summary>
    public bool IsValid => _isValid?.Invoke() ?? true;
}
