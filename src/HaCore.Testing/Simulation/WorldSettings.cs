using HaCore.Engine;
using HaCore.Wire;

namespace HaCore.Testing.Simulation;

/// <summary>What a story starts from. Defaults: two links, the Lan times, one group of two resources that prefers "a", fencing by a device.</summary>
internal sealed class WorldSettings
{
    public int Seed { get; set; } = 1;

    /// <summary>Null = made from <see cref="Seed"/>.</summary>
    public Random? Random { get; set; }

    /// <summary>False: nothing is remembered of what happened, only judged.</summary>
    public bool Tracing { get; set; } = true;

    /// <summary>Null = HMAC-SHA256, as on a real wire.</summary>
    public Func<ReadOnlyMemory<byte>, IFrameSigner>? Signer { get; set; }

    /// <summary>Every frame that is sent is kept, for an attacker to play again.</summary>
    public bool Recording { get; set; }

    /// <summary>May the policy take a living peer for down? Stories choose their policy themselves.</summary>
    public bool UnfencedAllowed { get; set; } = true;

    /// <summary>Devices, agents or operators lie in this run: a verdict proves nothing about the world.</summary>
    public bool FalseVerdictAllowed { get; set; }

    public IReadOnlyList<string> Links { get; set; } = ["lan", "crossover"];
    public EngineTimes Times { get; set; } = new()
    {
        HeartbeatInterval = TimeSpan.FromMilliseconds(200),
        WarnTime = TimeSpan.FromSeconds(1),
        DeadTime = TimeSpan.FromSeconds(2),
        InitialDeadTime = TimeSpan.FromSeconds(20),
    };

    public IFencingPolicy Policy { get; set; } = new FencePolicy();
    public int FencingDeviceCount { get; set; } = 1;
    public bool FenceAtStart { get; set; }
    public bool StopWhenLoserIsDeaf { get; set; } = true;

    /// <summary>Null = no machine has a watchdog. Right time and certain time as the engine is told them.</summary>
    public EngineSelfFencing? SelfFencing { get; set; }

    /// <summary>From the moment a program stands still or is gone to the reset of its machine. Keep-alives are not simulated one by one: the interval is in here.</summary>
    public TimeSpan WatchdogTimeout { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>A machine that was reset boots and starts its program after this long; null = it stays off until the story starts it.</summary>
    public TimeSpan? RebootAfterReset { get; set; }

    /// <summary>Empty = one group "web".</summary>
    public List<GroupConfiguration> Groups { get; } = [];

    /// <summary>Own configuration of one node: for mismatches.</summary>
    public Func<string, EngineConfiguration, EngineConfiguration> PerNode { get; set; } = static (_, configuration) => configuration;

    /// <summary>Clock error of one node in parts per million.</summary>
    public Func<string, int> DriftPpm { get; set; } = static _ => 0;

    /// <summary>Unless a story is about two holders, the world fails at the first step that has them.</summary>
    public bool TwoHoldersAllowed { get; set; }

    /// <summary>For stories whose agents lie on purpose.</summary>
    public bool FalseNotHeldAllowed { get; set; }

    public static GroupConfiguration Group(
        string name,
        string? preferred = "a",
        FailbackPolicy failback = FailbackPolicy.WhenReady,
        IReadOnlyList<string>? resources = null) => new()
        {
            Name = new GroupId(name),
            Hash = Mix(name),
            Digest = Mix(name + "-digest"),
            PreferredNode = preferred is null ? null : new NodeId(preferred),
            Failback = failback,
            RestartLimit = 3,
            Resources =
        [
            .. (resources ?? ["disk", "service"]).Select(r => new ResourceConfiguration
            {
                Name = new ResourceId(name + "-" + r),
                Type = "Simulated",
                ProbeInterval = TimeSpan.FromSeconds(1),
            }),
        ],
        };

    public EngineConfiguration For(string node)
    {
        var configuration = new EngineConfiguration
        {
            Cluster = "story",
            LocalNode = new NodeId(node),
            Peer = new NodeId(node == "a" ? "b" : "a"),
            ClusterHash = Mix("story"),
            ClusterDigest = Mix("story-digest"),
            Times = Times,
            Links = [.. Links.Select(l => new LinkConfiguration(new LinkId(l), Times.HeartbeatInterval, TimeSpan.FromMilliseconds(20)))],
            Groups = Groups.Count > 0 ? Groups : [Group("web")],
            FencingPolicy = Policy,
            FencingDeviceCount = FencingDeviceCount,
            FenceAtStart = FenceAtStart,
            SelfFencing = SelfFencing,
            StopWhenLoserIsDeaf = StopWhenLoserIsDeaf,
        };
        return PerNode(node, configuration);
    }

    /// <summary>FNV-1a, 64 bits: only has to be the same on both nodes and different for different texts.</summary>
    internal static ulong Mix(string text)
    {
        var hash = 14695981039346656037UL;
        foreach (var c in text)
        {
            hash = (hash ^ c) * 1099511628211UL;
        }

        return hash;
    }
}

internal static class TimeWords
{
    public static TimeSpan Seconds(this int count) => TimeSpan.FromSeconds(count);

    public static TimeSpan Seconds(this double count) => TimeSpan.FromSeconds(count);

    public static TimeSpan Milliseconds(this int count) => TimeSpan.FromMilliseconds(count);

    public static TimeSpan Minutes(this int count) => TimeSpan.FromMinutes(count);

    public static TimeSpan Hours(this int count) => TimeSpan.FromHours(count);
}
