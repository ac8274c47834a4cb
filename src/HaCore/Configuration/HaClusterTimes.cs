using Microsoft.Extensions.DependencyInjection;

namespace HaCore;

/// <summary>A set of times that belong together.</summary>
public enum TimesProfile
{
    /// <summary>
    /// Interval 200 ms, warn 1 s, dead 2 s, initial 20 s. Any machine on a local network: four times the longest stall seen of a busy one (0.5 s).
    /// </summary>
    Lan = 0,

    /// <summary>
    /// Interval 100 ms, warn 250 ms, dead 500 ms, initial 10 s. Wants the real-time heartbeat threads
    /// (<see cref="HaClusterBuilderExtensions.UseRealTime(IHaClusterBuilder, bool)"/>): without them start and status warn, because a busy machine can stall that long.
    /// </summary>
    Fast,

    /// <summary>
    /// Interval 2 s, warn 4 s, dead 10 s, initial 120 s: what heartbeat sites used in 2004. Warn is two intervals: the first moment at which one
    /// frame is known to be missing, with more than half of the dead time left.
    /// </summary>
    Heartbeat2004,
}

/// <summary>The times of a cluster: the same on both nodes, or neither takes over in a session (they are part of the cluster's digest).</summary>
public sealed class HaClusterTimes
{
    /// <summary>
    /// From one heartbeat to the next on each link. 10 ms to <see cref="DeadTime"/> / 3; default 200 ms. Shorter costs bandwidth and processor time, longer
    /// leaves fewer chances to be heard before the dead time is over.
    /// </summary>
    public TimeSpan HeartbeatInterval { get; set; } = TimeSpan.FromMilliseconds(200);

    /// <summary>
    /// A link that is silent this long is reported. Between <see cref="HeartbeatInterval"/> and <see cref="DeadTime"/>; default 1 s. Late frames are how a site
    /// learns that its dead time is too short before it costs a takeover.
    /// </summary>
    public TimeSpan WarnTime { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// A peer that is silent this long on every link has lost its session: the fencing policy is asked. 300 ms to 1 h; default 2 s. It is most of the outage
    /// after a crash; shorter than the longest stall of a healthy machine, it takes over from a node that is only busy.
    /// </summary>
    public TimeSpan DeadTime { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// How long a node that has just started waits for a peer that it has not heard yet. <see cref="DeadTime"/> to 1 day; default 20 s. It covers two machines
    /// that boot at different speed after a power cut, and switches that take half a minute to forward.
    /// </summary>
    public TimeSpan InitialDeadTime { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>Unplanned departures of the peer within <see cref="FlapWindow"/> after which it rejoins as standby. 0 to 100; 0 = never; default 3.</summary>
    public int FlapLimit { get; set; } = 3;

    /// <summary>The window of <see cref="FlapLimit"/>. 1 s to 30 days; default 1 h.</summary>
    public TimeSpan FlapWindow { get; set; } = TimeSpan.FromHours(1);

    /// <summary>How long such a peer stays on standby unless an operator says otherwise. 1 s to 30 days; default 2 h.</summary>
    public TimeSpan FlapHold { get; set; } = TimeSpan.FromHours(2);

    /// <summary>Sets interval, warn, dead and initial dead time to those of a profile.</summary>
    public void Use(TimesProfile profile) =>
        (HeartbeatInterval, WarnTime, DeadTime, InitialDeadTime) = profile switch
        {
            TimesProfile.Lan => (Milliseconds(200), Milliseconds(1000), Milliseconds(2000), Milliseconds(20_000)),
            TimesProfile.Fast => (Milliseconds(100), Milliseconds(250), Milliseconds(500), Milliseconds(10_000)),
            TimesProfile.Heartbeat2004 => (Milliseconds(2000), Milliseconds(4000), Milliseconds(10_000), Milliseconds(120_000)),
        };

    private static TimeSpan Milliseconds(long value) => TimeSpan.FromMilliseconds(value);
}
