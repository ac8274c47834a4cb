using HaCore.Configuration;
using HaCore.Engine;
using Microsoft.Extensions.DependencyInjection;

namespace HaCore.Tests.Configuration;

/// <summary>Every refusal of what code says: value, rule, consequence, and nothing else refused beside it.</summary>
public sealed class RefusalTests
{
    public static TheoryData<string, Action<IHaClusterBuilder>, string[]> Mistakes => new()
    {
        { "third node", ha => ha.AddNode("novantadue"), ["3 node(s) are configured (novanta, novantuno, novantadue)", "exactly two"] },
        { "foreign local node", ha => ha.UseLocalNode("novant"), ["This node is \"novant\"", "none of the configured nodes (novanta, novantuno)", "did you mean \"novanta\"?"] },
        { "relative key file", ha => ha.UseKeyFile("unipd.key"), ["KeyFile (\"unipd.key\") must be a full path"] },
        { "no key file", ha => ha.UseKeyFile(""), ["No key file is configured", "anybody on the wire"] },
        { "relative state directory", ha => ha.UseStateDirectory("state"), ["StateDirectory (\"state\") must be a full path"] },
        { "interval too short", ha => ha.UseTimes(t => t.HeartbeatInterval = Ms(5)), ["HeartbeatInterval (0.005 s) must be at least 0.01 s"] },
        { "dead time below three intervals", ha => ha.UseTimes(t => (t.HeartbeatInterval, t.DeadTime) = (Ms(800), Ms(2300))), ["DeadTime (2.3 s) must be at least 3 x HeartbeatInterval (0.8 s), that is 2.4 s", "two lost frames"] },
        { "dead time below the floor", ha => ha.UseRealTime().UseTimes(t => (t.HeartbeatInterval, t.WarnTime, t.DeadTime) = (Ms(50), Ms(100), Ms(299))), ["DeadTime (0.299 s) must be between 0.3 s and 3600 s"] },
        { "warn time below interval", ha => ha.UseTimes(t => t.WarnTime = Ms(200)), ["WarnTime (0.2 s) must be between HeartbeatInterval (0.2 s) and DeadTime (2 s)"] },
        { "warn time above dead time", ha => ha.UseTimes(t => t.WarnTime = Ms(2000)), ["WarnTime (2 s) must be between"] },
        { "initial dead time too short", ha => ha.UseTimes(t => t.InitialDeadTime = Ms(1999)), ["InitialDeadTime (1.999 s) must be between DeadTime (2 s) and 1 day"] },
        { "flap limit", ha => ha.UseTimes(t => t.FlapLimit = -1), ["FlapLimit (-1) must be between 0 and 100"] },
        { "flap window", ha => ha.UseTimes(t => t.FlapWindow = default), ["FlapWindow (0 s) must be between 1 s"] },
        { "flap hold", ha => ha.UseTimes(t => t.FlapHold = default), ["FlapHold (0 s) must be between 1 s"] },
        { "fence without a device", ha => ha.UseFencingPolicy(FencingPolicyKind.Fence), ["The fencing policy is \"Fence\" and no fencing device is configured"] },
        { "fencing delay", ha => ha.UseFencing(f => f.Delay = TimeSpan.FromMinutes(6)), ["Fencing: Delay (360 s) must be between 0 s and 300 s"] },
        { "link faster than the cluster", ha => Link(ha, s => s.Interval = Ms(100)), ["Link \"slow\": Interval (0.1 s) must be at least HeartbeatInterval (0.2 s)"] },
        { "link too slow", ha => Link(ha, s => s.Interval = Ms(1250)), ["Link \"slow\": Interval (1.25 s) leaves 1 frame(s) within DeadTime (2 s / 1.25 s = 1.6)", "Interval at most 0.666 s"] },
        { "gap too long", ha => Link(ha, s => s.MinGap = Ms(201)), ["Link \"slow\": MinGap (0.201 s) must be between 0.001 s and its Interval (0.2 s)"] },
        { "gap zero", ha => Link(ha, s => s.MinGap = default(TimeSpan)), ["Link \"slow\": MinGap (0 s) must be"] },
        { "too many links", ha => Many(15, i => ha.AddWire($"w{i}", "eth0")), ["The number of links (17) must be between 1 and 16"] },
        { "too many groups", ha => Many(17, i => ha.AddGroup($"g{i}", g => g.AddNote($"n{i}"))), ["The number of groups (17) must be between 0 and 16"] },
        { "too many resources", ha => ha.AddGroup("g", g => Many(17, i => g.AddNote($"n{i}"))), ["Group \"g\": the number of resources (17) must be between 1 and 16"] },
        { "empty group", ha => ha.AddGroup("g", _ => { }), ["Group \"g\": the number of resources (0) must be between 1 and 16"] },
        { "preferred node unknown", ha => Group(ha, g => g.PreferNode("novanda")), ["Group \"g\": PreferredNode (\"novanda\") is none of the configured nodes", "did you mean \"novanta\"?"] },
        { "failback to nowhere", ha => Group(ha, g => g.Failback(FailbackPolicy.WhenReady)), ["Group \"g\": Failback (WhenReady) needs a PreferredNode"] },
        { "failback delay missing", ha => Group(ha, g => g.PreferNode("novanta").Failback(FailbackPolicy.AfterDelay)), ["Group \"g\": FailbackDelay (0 s) must be above zero with Failback AfterDelay"] },
        { "failback delay unused", ha => Group(ha, g => g.PreferNode("novanta").Failback(FailbackPolicy.WhenReady, Ms(1))), ["Group \"g\": FailbackDelay (0.001 s) must be above zero with Failback AfterDelay and zero with any other"] },
        { "failback undefined", ha => Group(ha, g => g.PreferNode("novanta").Failback((FailbackPolicy)9)), ["Group \"g\": Failback (9) must be one of Never, WhenReady, AfterDelay"] },
        { "cold start undefined", ha => Group(ha, g => g.ColdStart((ColdStartPolicy)9)), ["Group \"g\": ColdStart (9) must be one of WaitForPeer, TakeOver"] },
        { "restart limit", ha => Group(ha, g => g.RestartLimit(101, Ms(1000))), ["Group \"g\": RestartLimit (101) must be between 0 and 100"] },
        { "restart window", ha => Group(ha, g => g.RestartLimit(1, default)), ["Group \"g\": RestartWindow (0 s) must be between 1 s"] },
        { "timeout", ha => Resource(ha, s => s.Start.Timeout = default), ["Resource \"n\": Start: Timeout (0 s) must be between 0.001 s and 86400 s"] },
        { "retries", ha => Resource(ha, s => s.Stop.Retries = -1), ["Resource \"n\": Stop: Retries (-1) must be between 0 and 100"] },
        { "retry delay", ha => Resource(ha, s => s.Prepare.RetryDelay = TimeSpan.FromHours(2)), ["Resource \"n\": Prepare: RetryDelay (7200 s) must be between 0 s and 3600 s"] },
        { "probe timeout", ha => Resource(ha, s => s.Probe.Timeout = TimeSpan.FromDays(2)), ["Resource \"n\": Probe: Timeout (172800 s) must be"] },
        { "probe interval", ha => Resource(ha, s => s.ProbeInterval = Ms(99)), ["Resource \"n\": ProbeInterval (0.099 s) must be between 0.1 s"] },
        { "unknown probes", ha => Resource(ha, s => s.UnknownProbesMax = 0), ["Resource \"n\": UnknownProbesMax (0) must be between 1 and 1000"] },
        { "same name", ha => ha.AddGroup("lan", g => g.AddNote("n")), ["The name \"lan\" of a group is already that of a link", "unique"] },
        { "same name in capitals", ha => ha.AddGroup("g", g => g.AddNote("G")), ["The name \"G\" of a resource is already that of a group"] },
        { "bad name", ha => ha.AddGroup("g", g => g.AddNote("a b")), ["The name of a resource is \"a b\": it must be 1 to 63 letters, digits"] },
        { "dots as a name", ha => ha.AddGroup("..", g => g.AddNote("n")), ["The name of a group is \"..\"", "the first a letter or digit"] },
        { "long name", ha => ha.AddGroup(new string('x', 64), g => g.AddNote("n")), ["must be 1 to 63"] },
        { "type's own rule", ha => ha.AddGroup("g", g => g.AddNote("n", o => o.Copies = 10)), ["Resource \"n\": Copies (10) must be at most 9, or the printer jams."] },
        { "options that throw", ha => ha.AddGroup("g", g => g.AddNote("n", _ => throw new InvalidOperationException("no ink"))), ["Resource \"n\": its options cannot be set: no ink"] },
        { "policy that throws", ha => ha.UseFencingPolicy<BrokenPolicy>(), ["The fencing policy \"Broken\" cannot be made: no luck"] },
    };

    [Theory]
    [MemberData(nameof(Mistakes), DisableDiscoveryEnumeration = true)]
    public void Mistake_is_the_one_error(string mistake, Action<IHaClusterBuilder> make, string[] parts)
    {
        var error = Make.Error(ha => make(ha.Good()));
        Assert.All(parts, part => Assert.True(error.Contains(part, StringComparison.Ordinal), $"{mistake}: \"{error}\" lacks \"{part}\""));
    }

    [Fact]
    public void Start_without_a_fencing_policy_explains_the_choices()
    {
        var error = Make.Error(ha => ha.AddNode("novanta").AddNode("novantuno").UseKeyFile("/k").AddWire("lan", "eth1"));
        Assert.Contains("No fencing policy is chosen", error, StringComparison.Ordinal);
        foreach (var kind in Enum.GetNames<FencingPolicyKind>())
        {
            Assert.Contains($"\"{kind}\" ", error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Cluster_without_links_is_refused()
    {
        var error = Make.Error(ha => ha.AddNode("novanta").AddNode("novantuno").UseKeyFile("/k").UseFencingPolicy(FencingPolicyKind.Wait));
        Assert.StartsWith("The number of links (0) must be between 1 and 16", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Bad_cluster_name_is_refused()
    {
        var error = Make.Error(ha => ha.Good(), name: "../unipd");
        Assert.Contains("The name of a cluster is \"../unipd\"", error, StringComparison.Ordinal);
    }

    [Fact]
    public void All_errors_come_at_once()
    {
        var errors = Make.Errors(ha => ha.AddNode("novanta")
            .UseTimes(t => t.FlapLimit = -1)
            .AddGroup("g", g => g.PreferNode("x").AddNote("n", o => o.Copies = 10)));
        Assert.Collection(
            errors,
            error => Assert.Contains("1 node(s)", error, StringComparison.Ordinal),
            error => Assert.Contains("key file", error, StringComparison.Ordinal),
            error => Assert.Contains("FlapLimit", error, StringComparison.Ordinal),
            error => Assert.Contains("fencing policy", error, StringComparison.Ordinal),
            error => Assert.Contains("number of links", error, StringComparison.Ordinal),
            error => Assert.Contains("PreferredNode", error, StringComparison.Ordinal),
            error => Assert.Contains("Copies", error, StringComparison.Ordinal));
    }

    [Fact]
    public void Groups_with_one_hash_are_refused()
    {
        var errors = new List<string>();
        ClusterRules.CheckHashes([("a", 1), ("b", 2), ("c", 1)], errors);
        Assert.Contains("The groups \"a\" and \"c\" have the same 64-bit hash", Assert.Single(errors), StringComparison.Ordinal);
    }

    [Fact]
    public void Limits_are_those_of_the_engine()
    {
        var definition = Make.Definition(ha => Many(16, i => (i == 0 ? ha.Good() : ha).AddGroup($"g{i}", g => Many(16, j => g.AddNote($"n{i}-{j}")))));
        Assert.Equal(EngineConfiguration.GroupsMax, definition.Engine.Groups.Count);
        Assert.All(definition.Engine.Groups, group => Assert.Equal(EngineConfiguration.ResourcesMax, group.Resources.Count));
    }

    [Theory]
    [InlineData(TimesProfile.Lan)]
    [InlineData(TimesProfile.Fast)]
    [InlineData(TimesProfile.Heartbeat2004)]
    public void Profile_obeys_the_rules(TimesProfile profile) => Assert.Empty(Make.Definition(ha => ha.Good().UseRealTime().UseTimes(profile)).Warnings);

    [Fact]
    public void One_link_only_is_a_lasting_warning()
    {
        var definition = Make.Definition(ha => ha.AddNode("novanta").AddNode("novantuno").UseKeyFile("/k").AddWire("lan", "eth1").UseFencingPolicy(FencingPolicyKind.Wait));
        Assert.Contains("only one link (\"lan\")", Assert.Single(definition.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void Short_dead_time_without_real_time_threads_is_a_lasting_warning() =>
        Assert.Contains("DeadTime is 0.5 s", Assert.Single(Make.Definition(ha => ha.Good().UseTimes(TimesProfile.Fast)).Warnings), StringComparison.Ordinal);

    private static TimeSpan Ms(int value) => TimeSpan.FromMilliseconds(value);

    private static void Many(int count, Action<int> each)
    {
        for (var i = 0; i < count; i++)
        {
            each(i);
        }
    }

    private static void Link(IHaClusterBuilder ha, Action<LinkSettings> settings) => ha.AddTransport("slow", _ => new WireTransport(new()), settings);

    private static void Group(IHaClusterBuilder ha, Action<IHaGroupBuilder> configure) => ha.AddGroup("g", g => configure(g.AddNote("n")));

    private static void Resource(IHaClusterBuilder ha, Action<ResourceSettings> settings) => ha.AddGroup("g", g => g.AddNote("n", settings: settings));

    internal sealed class BrokenPolicy : IFencingPolicy
    {
        public BrokenPolicy() => throw new InvalidOperationException("no luck");

        public FencingDecision Decide(FencingContext context) => default;
    }
}
