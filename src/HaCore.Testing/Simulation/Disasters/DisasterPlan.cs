using System.Globalization;
using System.Text;
using HaCore.Engine;

namespace HaCore.Testing.Simulation.Disasters;

/// <summary>Everything that one seed draws: the cluster, its site, and what happens to it. Played as often as wanted, in full or without some actions.</summary>
internal sealed record DisasterPlan
{
    public required ulong Seed { get; init; }
    public required IReadOnlyList<string> Links { get; init; }
    public required IReadOnlyList<GroupConfiguration> Groups { get; init; }
    public required EngineTimes Times { get; init; }

    /// <summary>A policy of its own for each node and run.</summary>
    public required Func<IFencingPolicy> Policy { get; init; }
    public required string PolicyText { get; init; }
    public int Devices { get; init; }
    public bool FenceAtStart { get; init; }

    /// <summary>The policy may take a living peer for down: two holders may exist until they hear each other.</summary>
    public bool Unfenced { get; init; }

    /// <summary>Agents say "stopped" of what runs.</summary>
    public bool AgentsLie { get; init; }

    /// <summary>An operator says "down" of what runs.</summary>
    public bool OperatorLies { get; init; }
    public bool HasAttacker { get; init; }

    /// <summary>Of the first link, if it is a composite one.</summary>
    public int LinkMembers { get; init; }
    public bool RealSignature { get; init; }
    public int DriftOfA { get; init; }
    public int DriftOfB { get; init; }
    public TimeSpan DiskLatency { get; init; }

    /// <summary>Null = no watchdogs.</summary>
    public EngineSelfFencing? SelfFencing { get; init; }
    public TimeSpan WatchdogTimeout { get; init; }
    public bool BothStart { get; init; }
    public required IReadOnlyList<DisasterAction> Actions { get; init; }

    /// <summary>When the trouble ends and the healing begins.</summary>
    public required TimeSpan Length { get; init; }

    public string Describe()
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"links {string.Join(", ", Links)}; interval {Times.HeartbeatInterval.TotalSeconds:0.###} s, dead {Times.DeadTime.TotalSeconds:0.###} s, ")
            .Append(CultureInfo.InvariantCulture, $"initial {Times.InitialDeadTime.TotalSeconds:0.###} s; policy {PolicyText}, devices {Devices}{(FenceAtStart ? ", FenceAtStart" : "")}{(SelfFencing is null ? "" : $", watchdog {WatchdogTimeout.TotalSeconds:0.###} s, right {SelfFencing.RightTime.TotalSeconds:0.###} s, certain {SelfFencing.CertainTime.TotalSeconds:0.###} s")}; ")
            .Append(CultureInfo.InvariantCulture, $"drift {DriftOfA} and {DriftOfB} ppm; {(BothStart ? "both start" : "only a starts")}{(AgentsLie ? "; agents lie" : "")}{(OperatorLies ? "; an operator lies" : "")}")
            .AppendLine();
        foreach (var group in Groups)
        {
            text.Append(CultureInfo.InvariantCulture, $"group {group.Name}: {group.Resources.Count} resources, prefers {group.PreferredNode?.Value ?? "nothing"}, failback {group.Failback}")
                .Append(CultureInfo.InvariantCulture, $"{(group.ReplicatedData ? $", replicated data, cold start {group.ColdStart}" : "")}, {group.SplitBrain}").AppendLine();
        }

        return text.ToString();
    }

    public World CreateWorld(bool tracing) => new(settings =>
    {
        settings.Seed = (int)(Seed & int.MaxValue);
        settings.Random = new SimRandom(Seed ^ 0xD15A57E2);   // not the numbers that the plan was drawn with
        settings.Tracing = tracing;
        settings.Signer = RealSignature ? null : static key => new FastSigner(key);
        settings.Recording = HasAttacker;
        settings.Links = Links;
        settings.Times = Times;
        settings.Policy = Policy();
        settings.FencingDeviceCount = Devices;
        settings.FenceAtStart = FenceAtStart;
        settings.UnfencedAllowed = Unfenced;
        settings.TwoHoldersAllowed = Unfenced || AgentsLie || OperatorLies;
        settings.FalseNotHeldAllowed = AgentsLie;
        settings.FalseVerdictAllowed = OperatorLies;
        settings.SelfFencing = SelfFencing;
        settings.WatchdogTimeout = WatchdogTimeout;
        settings.RebootAfterReset = TimeSpan.FromSeconds(5);
        settings.DriftPpm = node => node == "a" ? DriftOfA : DriftOfB;
        settings.Groups.AddRange(Groups);
        settings.PerNode = (_, configuration) => LinkMembers == 0 ? configuration : configuration with
        {
            Links = [configuration.Links[0] with { Members = [.. Enumerable.Range(0, LinkMembers).Select(i => new LinkId($"{Links[0]}-{i}"))] }, .. configuration.Links.Skip(1)],
        };
    });
}
