using HaCore.Engine;

namespace HaCore.Search.Worlds;

/// <summary>
/// The engine's configuration in the search. Everything happens on a grid of one interval; the dead time is one or two of them, less one tick, so that no state
/// differs by a fraction of time that no rule looks at.
/// </summary>
internal static class ScopeConfiguration
{
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    public static EngineConfiguration[] For(Scope scope) => [Make(scope, "a", "b"), Make(scope, "b", "a")];

    private static EngineConfiguration Make(Scope scope, string local, string peer) => new()
    {
        Cluster = "search",
        LocalNode = new NodeId(local),
        Peer = new NodeId(peer),
        ClusterHash = 1,
        ClusterDigest = 2,
        Times = new EngineTimes
        {
            HeartbeatInterval = Interval,
            WarnTime = Interval * 100,
            DeadTime = (Interval * scope.DeadIntervals) - TimeSpan.FromTicks(1),
            InitialDeadTime = Interval * scope.DeadIntervals,
            FlapLimit = 0,
            FlapWindow = TimeSpan.Zero,
            FlapHold = TimeSpan.Zero,
        },
        // A hair under the interval: whatever is due, is due at a step of the grid or just before it, which is no lateness (rule L: a quarter of the dead time).
        Links = [new LinkConfiguration(new LinkId("wire"), Interval - TimeSpan.FromTicks(1), TimeSpan.Zero)],
        Groups = [.. Enumerable.Range(0, scope.Groups).Select(g => new GroupConfiguration
        {
            Name = new GroupId("g" + g),
            Hash = 10 + (ulong)g,
            Digest = 20 + (ulong)g,
            PreferredNode = scope.Preferred is null ? null : new NodeId(scope.Preferred),
            Failback = scope.Preferred is null ? FailbackPolicy.Never : FailbackPolicy.WhenReady,
            RestartLimit = 0,
            RestartWindow = Interval * scope.DeadIntervals,
            ReplicatedData = scope.ReplicatedData,
            Resources = [new ResourceConfiguration { Name = new ResourceId("r" + g), Type = "Searched", ProbeInterval = TimeSpan.FromDays(1000), UnknownProbesMax = 1 }],
        })],
        FencingPolicy = new ChoicePolicy(),
        FencingDeviceCount = scope.Fences ? 1 : 0,
        FenceAtStart = scope.FenceAtStart,
    };
}

/// <summary>Says what the search chose for this step. Whether a policy waits or fences is a choice like any other.</summary>
internal sealed class ChoicePolicy : IFencingPolicy
{
    [ThreadStatic]
    private static bool t_fences;

    [ThreadStatic]
    private static bool t_wasAsked;

    /// <summary>What it answers on this thread.</summary>
    public static bool Fences { get => t_fences; set => t_fences = value; }

    public static bool WasAsked { get => t_wasAsked; set => t_wasAsked = value; }

    public FencingDecision Decide(FencingContext context)
    {
        t_wasAsked = true;
        return t_fences ? FencingDecision.Fence("search: fence") : FencingDecision.Wait("search: wait");
    }
}
