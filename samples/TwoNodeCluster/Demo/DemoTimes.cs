namespace TwoNodeCluster.Demo;

/// <summary>The demo's own times: short, so that it can be watched. A real cluster starts from the defaults (dead time 2 s).</summary>
internal static class DemoTimes
{
    public static readonly TimeSpan HeartbeatInterval = TimeSpan.FromMilliseconds(100);
    public static readonly TimeSpan WarnTime = TimeSpan.FromMilliseconds(250);
    public static readonly TimeSpan DeadTime = TimeSpan.FromMilliseconds(500);
    public static readonly TimeSpan InitialDeadTime = TimeSpan.FromSeconds(2);

    /// <summary>How long a frame may be kept waiting by a busy computer before the demo calls a takeover failed: two cores, a build beside it.</summary>
    public static readonly TimeSpan BusyComputer = TimeSpan.FromSeconds(3);

    /// <summary>Longest wait for a node to start or to see its peer: a cold start of the runtime takes 0.2 s alone, seconds beside a build.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
}
