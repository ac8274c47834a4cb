using HaCore.Configuration;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace HaCore.Tests.Configuration;

/// <summary>What may be said about self-fencing and the network probe, and what is refused.</summary>
public sealed class SelfFencingConfigurationTests
{
    private const string Cluster = """
        "Nodes": [ "novanta", "novantuno" ], "LocalNode": "novanta", "KeyFile": "/etc/hacore/unipd.key",
        "Links": [ { "Name": "lan", "Type": "Wire", "Interface": "eth1" }, { "Name": "crossover", "Type": "Wire", "Interface": "eth0" } ]
        """;

    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public void Nothing_is_the_default()
    {
        var definition = Make.Definition(ha => ha.Good());

        Assert.Null(definition.SelfFencing);
        Assert.Null(definition.NetworkProbe);
        Assert.Null(definition.Engine.SelfFencing);
    }

    [Fact]
    public void The_right_time_is_two_dead_times_without_a_device()
    {
        var definition = Make.Definition(ha => Accepting(ha.Good().UseTimes(times => times.DeadTime = 3 * Second)));

        Assert.Equal((6 * Second, Second), (definition.SelfFencing!.RightTime, definition.SelfFencing.Margin));
    }

    [Fact]
    public void With_a_device_the_right_time_leaves_the_device_time_to_confirm()
    {
        var definition = Make.Definition(ha => ha.Good().UseFencingPolicy(FencingPolicyKind.Fence).AddFencingDevice<PowerSwitch>("pdu").UseSelfFencing(_ => new Bomb(new()), null));

        Assert.Equal(66 * Second, definition.SelfFencing!.RightTime);   // 2 x 2 s + delay 1 s + jitter 1 s + 60 s
    }

    [Fact]
    public void Everything_can_come_from_the_section()
    {
        var definition = Make.Definition(ha => WithTypes(ha).Bind(Make.Section($$"""
            { {{Cluster}}, "Fencing": { "Policy": "SelfFencing" },
              "SelfFencing": { "Type": "bomb", "Fuse": "00:00:07", "RightTime": "00:00:10", "Margin": "00:00:02", "AcceptTotalOutage": true },
              "Gazer": { "Star": "Sirius" } }
            """)));

        Assert.Equal((10 * Second, 2 * Second), (definition.SelfFencing!.RightTime, definition.SelfFencing.Margin));
    }

    [Fact]
    public void Options_of_the_type_are_bound_and_one_node_may_have_others()
    {
        var json = $$"""
            { {{Cluster}}, "Fencing": { "Policy": "SelfFencing" },
              "SelfFencing": { "Type": "Bomb", "Fuse": "00:00:07", "AcceptTotalOutage": true },
              "Gazer": { "Star": "Sirius" },
              "PerNode": { "novanta": { "SelfFencing": { "Fuse": "00:00:09" }, "Gazer": { "Star": "Vega" } } } }
            """;
        using var provider = Make.Provider(ha => WithTypes(ha).Bind(Make.Section(json)));
        var definition = ClusterDefinitionFactory.Create(provider, Make.Name);

        Assert.Equal(9 * Second, ((Bomb)definition.SelfFencing!.Create(provider)).Options.Fuse);
        Assert.Equal("Vega", ((Gazer)definition.NetworkProbe!(provider)).Options.Star);
    }

    [Fact]
    public void Code_after_the_section_replaces_it()
    {
        using var provider = Make.Provider(ha => WithTypes(ha)
            .Bind(Make.Section($$"""{ {{Cluster}}, "Fencing": { "Policy": "Wait" }, "SelfFencing": { "Type": "Bomb", "Fuse": "00:00:07" } }"""))
            .UseSelfFencing<Bomb, BombOptions>(options => options.Fuse = 3 * Second, settings => settings.AcceptTotalOutage = true));
        var definition = ClusterDefinitionFactory.Create(provider, Make.Name);

        Assert.Equal(3 * Second, ((Bomb)definition.SelfFencing!.Create(provider)).Options.Fuse);
    }

    [Theory]
    [InlineData("""{ "Fuse": "00:00:07" }""", "HaCluster:SelfFencing: self-fencing has no \"Type\" (known: Bomb).")]
    [InlineData("""{ "Type": "Bom" }""", "HaCluster:SelfFencing:Type: no self-fencing type \"Bom\" is registered in this host (known: Bomb); did you mean \"Bomb\"? A package's types are registered by a call on the cluster's builder.")]
    [InlineData("""{ "Type": "Bomb", "Fues": "00:00:07", "AcceptTotalOutage": true }""", "HaCluster:SelfFencing:Fues: the key \"Fues\" is unknown, and what is not understood is not ignored; did you mean \"Fuse\"?")]
    [InlineData("""{ "Type": "Bomb", "RightTime": "10", "AcceptTotalOutage": true }""", "HaCluster:SelfFencing:RightTime: \"10\" is refused: 10 means 10 days; write 00:00:10.")]
    [InlineData("""{ "Type": "Bomb", "Fuse": "7", "AcceptTotalOutage": true }""", "HaCluster:SelfFencing:Fuse: \"7\" is refused: 7 means 7 days; write 00:00:07.")]
    public void A_section_that_is_not_understood_is_refused(string section, string message) =>
        Assert.Equal(message, Make.Error(ha => WithTypes(ha).Bind(Make.Section($$"""{ {{Cluster}}, "Fencing": { "Policy": "Wait" }, "SelfFencing": {{section}} }"""))));

    [Fact]
    public void A_key_of_a_probe_that_no_package_registered_is_refused() =>
        Assert.StartsWith(
            "HaCluster:Gazer: the key \"Gazer\" is unknown",
            Make.Error(ha => ha.From($$"""{ {{Cluster}}, "Fencing": { "Policy": "Wait" }, "Gazer": { "Star": "Sirius" } }""")), StringComparison.Ordinal);

    [Fact]
    public void A_right_time_within_two_dead_times_is_refused() =>
        Assert.Equal(
            "SelfFencing: RightTime (3 s) must be between 2 x DeadTime (2 s), that is 4 s, and 3600 s: the session ends after the dead time, and a break of the links that heals within one more " +
            "would reset the machine all the same.",
            Make.Error(ha => ha.Good().UseSelfFencing(_ => new Bomb(new()), settings => (settings.RightTime, settings.AcceptTotalOutage) = (3 * Second, true))));

    [Fact]
    public void A_margin_out_of_range_is_refused() =>
        Assert.Equal(
            "SelfFencing: Margin (0 s) must be between 0.1 s and 60 s: shorter, a thread that stalls for a moment runs a group twice; longer, nobody waits.",
            Make.Error(ha => ha.Good().UseSelfFencing(_ => new Bomb(new()), settings => (settings.Margin, settings.AcceptTotalOutage) = (default, true))));

    [Theory]
    [InlineData(FencingPolicyKind.Wait)]
    [InlineData(FencingPolicyKind.SelfFencing)]
    public void Watchdogs_alone_want_the_total_outage_accepted_by_name(FencingPolicyKind policy)
    {
        const string message =
            "SelfFencing is configured and no fencing device: when either node dies, the other cannot tell it from cut links and resets itself as well if it holds a group. Safe, and no service " +
            "until both machines are back. Add a fencing device, which confirms the death first, or accept this by name: \"AcceptTotalOutage\": true.";

        Assert.Equal(message, Make.Error(ha => ha.Good().UseFencingPolicy(policy).UseSelfFencing(_ => new Bomb(new()), null)));
        Make.Definition(ha => Accepting(ha.Good().UseFencingPolicy(policy)));
    }

    [Theory]
    [InlineData(FencingPolicyKind.Wait)]
    [InlineData(FencingPolicyKind.ProceedUnfenced)]
    [InlineData(FencingPolicyKind.SelfFencing)]
    public void Without_a_device_every_policy_means_a_total_outage_that_must_be_accepted(FencingPolicyKind policy)
    {
        Assert.Contains("AcceptTotalOutage", Make.Error(ha => ha.Good().UseFencingPolicy(policy).UseSelfFencing(_ => new Bomb(new()), null)), StringComparison.Ordinal);
        Make.Definition(ha => ha.Good().UseFencingPolicy(policy).UseSelfFencing(_ => new Bomb(new()), settings => settings.AcceptTotalOutage = true));
    }

    [Fact]
    public void A_policy_that_waits_for_a_reset_that_nobody_does_is_refused() =>
        Assert.Equal(
            "The fencing policy is \"SelfFencing\" and no self-fencing is configured: each node would wait for a reset of the other that never comes. Configure it on both, with UseWatchdog or " +
            "\"SelfFencing\": { \"Type\": \"Watchdog\" }, or choose another policy.",
            Make.Error(ha => ha.Good().UseFencingPolicy(FencingPolicyKind.SelfFencing)));

    [Fact]
    public void Two_clusters_of_a_host_cannot_both_reset_the_machine() =>
        Assert.Equal(
            "SelfFencing is configured for the cluster \"unipd\" and for \"other\" in this host: only one of them may have it. A watchdog can be opened once, and its reset ends all of them: one cluster " +
            "that lost its peer would stop the groups of the others.",
            Make.Error(ha =>
            {
                Accepting(ha.Good());
                ha.Services.AddHaCluster("other", other => Accepting(other.Good()));
                ha.Services.AddHaCluster("third", other => other.Good());
            }));

    [Fact]
    public void Its_name_is_not_that_of_anything_else() =>
        Assert.StartsWith(
            "The name \"SelfFencing\" of a section is already that of a link (capitals do not count)",
            Make.Error(ha => Accepting(ha.Good().AddWire("selffencing", "eth3"))), StringComparison.Ordinal);

    [Fact]
    public void A_probe_cannot_have_a_key_that_every_cluster_has() =>
        Assert.Throws<InvalidOperationException>(() => Make.Provider(ha => ha.AddNetworkProbeType<Gazer, GazerOptions>("Links", static (section, options) => section.Bind(options))));

    [Fact]
    public void A_word_cannot_stand_for_two_kinds() =>
        Assert.Throws<InvalidOperationException>(() => Make.Provider(ha => WithTypes(ha).AddSelfFencingType<OtherBomb, BombOptions>("Bomb", static (section, options) => section.Bind(options))));

    [Fact]
    public void The_nodes_compare_whether_it_is_configured_and_its_right_time()
    {
        var without = Make.Definition(ha => ha.Good()).Engine.ClusterDigest;
        var with = Make.Definition(ha => Accepting(ha.Good())).Engine.ClusterDigest;
        var longer = Make.Definition(ha => ha.Good().UseSelfFencing(_ => new Bomb(new()), settings => (settings.RightTime, settings.AcceptTotalOutage) = (9 * Second, true))).Engine.ClusterDigest;
        var slower = Make.Definition(ha => ha.Good().UseSelfFencing(_ => new Bomb(new()), settings => (settings.Margin, settings.AcceptTotalOutage) = (2 * Second, true))).Engine.ClusterDigest;

        Assert.Equal(3, new[] { without, with, longer }.Distinct().Count());
        Assert.Equal(with, slower);   // the frames carry the rest as it really is
    }

    [Fact]
    public void The_peer_waits_for_a_program_that_was_started_again_just_before_the_reset()
    {
        var armed = new SelfFencingTimes(60 * Second, Second, Second);

        Assert.Equal(122 * Second, SelfFencingRules.CertainTime(4 * Second, armed, Second));   // 2 x 60 + 1 + 1, not 4 + 1 + 60 + 1 + 1
    }

    private static IHaClusterBuilder WithTypes(IHaClusterBuilder ha) => ha.AddWireType()
        .AddSelfFencingType<Bomb, BombOptions>("Bomb", static (section, options) => section.Bind(options))
        .AddNetworkProbeType<Gazer, GazerOptions>("Gazer", static (section, options) => section.Bind(options));

    private static IHaClusterBuilder Accepting(IHaClusterBuilder ha) => ha.UseSelfFencing(_ => new Bomb(new()), settings => settings.AcceptTotalOutage = true);

    internal sealed class BombOptions
    {
        public TimeSpan Fuse { get; set; } = TimeSpan.FromSeconds(5);
    }

    internal sealed class Bomb(BombOptions options) : ISelfFencing
    {
        public BombOptions Options { get; } = options;

        public SelfFencingTimes Arm() => new(Options.Fuse, Options.Fuse / 5, TimeSpan.Zero);

        public void KeepAlive()
        {
        }

        public void Reset(string reason)
        {
        }

        public void Disarm()
        {
        }
    }

    internal sealed class OtherBomb : ISelfFencing
    {
        public SelfFencingTimes Arm() => default;

        public void KeepAlive()
        {
        }

        public void Reset(string reason)
        {
        }

        public void Disarm()
        {
        }
    }

    internal sealed class GazerOptions
    {
        public string Star { get; set; } = "";
    }

    internal sealed class Gazer(GazerOptions options) : INetworkProbe
    {
        public GazerOptions Options { get; } = options;

        public TimeSpan DecidesWithin(TimeSpan deadTime) => TimeSpan.Zero;

        public void Run(NetworkProbeContext context, CancellationToken cancellationToken)
        {
        }
    }
}
