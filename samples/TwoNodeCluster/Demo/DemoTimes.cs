namespace TwoNodeCluster.Demo;

/// <summary>The demo's own times: short, so that it can be watched. A real cluster starts from the defaults (dead time 2 s).</summary>
/// <param name="DeadTime">Silence after which a node is taken for dead.</param>
internal sealed record DemoTimes(TimeSpan DeadTime)
{
    public const double DeadSecondsDefault = 0.5;
    public const double DeadSecondsMin = 0.3; // what the engine takes at least
    public const double DeadSecondsMax = 10; // above it a demo is no pleasure

    /// <summary>Five heartbeats within the dead time: one or two may be lost or late on a busy computer.</summary>
    public TimeSpan HeartbeatInterval => DeadTime / 5;

    public TimeSpan WarnTime => DeadTime / 2;

    public TimeSpan InitialDeadTime => 4 * DeadTime;

    /// <summary>Longer than the dead time by so much that the frozen node is taken for dead for sure.</summary>
    public TimeSpan Freeze => 3 * DeadTime;

    /// <summary>What a busy computer may add to an outage before the demo calls it wrong: two cores, and a build beside it.</summary>
    public static TimeSpan BusyComputer { get; } = TimeSpan.FromSeconds(3);

    /// <summary>Longest wait for a node to start or to see its peer: a cold start of the runtime takes 0.2 s alone, seconds beside a build.</summary>
    public TimeSpan Patience => (4 * DeadTime) + TimeSpan.FromSeconds(10);
}
