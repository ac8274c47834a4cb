using HaCore.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace HaCore.Tests.Configuration;

/// <summary>Rule M3: what both nodes must agree on, and nothing else.</summary>
public sealed class DigestTests
{
    public static TheoryData<string, Action<IHaClusterBuilder>> ChangesOfTheCluster => new()
    {
        { "times", ha => ha.UseTimes(t => t.WarnTime = TimeSpan.FromSeconds(1.5)) },
        { "flap damping", ha => ha.UseTimes(t => t.FlapLimit = 4) },
    };

    public static TheoryData<string, Action<IHaClusterBuilder>> ChangesOfNothing => new()
    {
        { "key file", ha => ha.UseKeyFile("/other") },
        { "state directory", ha => ha.UseStateDirectory("/other") },
        { "local node", ha => ha.UseLocalNode("novantuno") },
        { "real time", ha => ha.UseRealTime() },
        { "links", ha => ha.AddWire("third", "eth2") },
        { "fencing details", ha => ha.UseFencing(f => f.Delay = default) },
    };

    public static TheoryData<string, Action<IHaGroupBuilder>> ChangesOfTheGroup => new()
    {
        { "one more resource", g => g.AddNote("c") },
        { "preferred node", g => g.PreferNode("novantuno") },
        { "failback", g => g.Failback(FailbackPolicy.Never) },
        { "failback delay", g => g.Failback(FailbackPolicy.AfterDelay, TimeSpan.FromSeconds(1)) },
        { "restart limit", g => g.RestartLimit(1, TimeSpan.FromMinutes(10)) },
        { "restart window", g => g.RestartLimit(3, TimeSpan.FromMinutes(9)) },
        { "cold start", g => g.ColdStart(ColdStartPolicy.TakeOver) },
    };

    [Fact]
    public void Same_cluster_has_the_same_digests()
    {
        var (one, two) = (Base().Engine, Base().Engine);
        Assert.Equal((one.ClusterHash, one.ClusterDigest, one.Groups[0].Hash, one.Groups[0].Digest), (two.ClusterHash, two.ClusterDigest, two.Groups[0].Hash, two.Groups[0].Digest));
    }

    [Fact]
    public void Order_in_which_nodes_are_named_does_not_count()
    {
        var turned = Make.Definition(ha => Finish(ha.AddNode("novantuno").AddNode("novanta").UseLocalNode("novanta")));
        var straight = Make.Definition(ha => Finish(ha.AddNode("novanta").AddNode("novantuno").UseLocalNode("novanta")));
        Assert.Equal(straight.Engine.ClusterDigest, turned.Engine.ClusterDigest);

        static void Finish(IHaClusterBuilder ha) => ha.UseKeyFile("/k").AddWire("lan", "eth1").UseFencingPolicy(FencingPolicyKind.Wait);
    }

    [Theory]
    [MemberData(nameof(ChangesOfTheCluster), DisableDiscoveryEnumeration = true)]
    public void Change_of_the_cluster_shows_in_its_digest_only(string change, Action<IHaClusterBuilder> make)
    {
        var (before, after) = (Base().Engine, Base(make).Engine);
        Assert.True(before.ClusterDigest != after.ClusterDigest, change);
        Assert.Equal(before.Groups[0].Digest, after.Groups[0].Digest);
    }

    [Theory]
    [MemberData(nameof(ChangesOfNothing), DisableDiscoveryEnumeration = true)]
    public void What_belongs_to_one_node_is_in_no_digest(string change, Action<IHaClusterBuilder> make)
    {
        var (before, after) = (Base().Engine, Base(make).Engine);
        Assert.True(before.ClusterDigest == after.ClusterDigest, change);
        Assert.True(before.Groups[0].Digest == after.Groups[0].Digest, change);
    }

    [Theory]
    [MemberData(nameof(ChangesOfTheGroup), DisableDiscoveryEnumeration = true)]
    public void Change_of_a_group_shows_in_its_digest_only(string change, Action<IHaGroupBuilder> make)
    {
        var (before, after) = (Base().Engine, Base(group: make).Engine);
        Assert.True(before.Groups[0].Digest != after.Groups[0].Digest, change);
        Assert.Equal(before.ClusterDigest, after.ClusterDigest);
        Assert.Equal(before.Groups[0].Hash, after.Groups[0].Hash);
    }

    [Fact]
    public void Order_name_type_and_replication_of_resources_show()
    {
        ulong[] digests =
        [
            Of(g => g.AddNote("a").AddNote("b")),
            Of(g => g.AddNote("b").AddNote("a")),
            Of(g => g.AddNote("ab")),
            Of(g => g.AddNote("a").AddResource<DiskAgent, DiskOptions>("b")),
            Of(g => g.AddNote("a").AddResource<DiskAgent, DiskOptions>("b", settings: s => s.CarriesReplicatedData = true)),
        ];
        Assert.Equal(digests.Length, digests.Distinct().Count());
        Assert.Equal(digests[0], Of(g => g.AddNote("a", o => o.Text = "of this node").AddNote("b", settings: s => s.Start.Retries = 7)));

        static ulong Of(Action<IHaGroupBuilder> configure) => Make.Definition(ha => ha.Good().AddGroup("g", configure)).Engine.Groups[0].Digest;
    }

    [Fact]
    public void Fencing_policy_shows_in_the_groups()
    {
        var (before, after) = (Base().Engine, Base(ha => ha.UseFencingPolicy(FencingPolicyKind.Wait)).Engine);
        Assert.NotEqual(before.Groups[0].Digest, after.Groups[0].Digest);
        Assert.Equal(before.ClusterDigest, after.ClusterDigest);
    }

    [Fact]
    public void Order_level_name_and_type_of_fencing_devices_show_in_the_groups_and_their_times_do_not()
    {
        ulong[] digests =
        [
            Of(ha => ha),
            Of(ha => ha.AddFencingDevice<PowerSwitch>("a")),
            Of(ha => ha.AddFencingDevice<PowerSwitch>("b")),
            Of(ha => ha.AddFencingDevice<Outlet, OutletOptions>("a", null)),
            Of(ha => ha.AddFencingDevice<Outlet, OutletOptions>("a", null, d => d.Level = 2)),
            Of(ha => ha.AddFencingDevice<PowerSwitch>("a").AddFencingDevice<PowerSwitch>("b")),
            Of(ha => ha.AddFencingDevice<PowerSwitch>("b").AddFencingDevice<PowerSwitch>("a")),
        ];
        Assert.Equal(digests.Length, digests.Distinct().Count());
        Assert.Equal(digests[3], Of(ha => ha.AddFencingDevice<Outlet, OutletOptions>("a", o => o.Socket = "7", d => (d.Timeout, d.Retries, d.MonitorInterval) = (TimeSpan.FromSeconds(9), 0, TimeSpan.Zero))));

        static ulong Of(Func<IHaClusterBuilder, IHaClusterBuilder> devices) => Make.Definition(ha => devices(ha.Good()).AddGroup("g", g => g.AddNote("n"))).Engine.Groups[0].Digest;
    }

    [Fact]
    public void Code_and_configuration_come_to_the_same_digest()
    {
        var code = Make.Definition(ha => ha.AddNoteType().Good().AddGroup("g", g => g.AddNote("n"))).Engine;
        var file = Make.Definition(ha => ha.AddNoteType().Good().Bind(Make.Section("""{ "Groups": [ { "Name": "g", "Resources": [ { "Name": "n", "Type": "note" } ] } ] }"""))).Engine;
        Assert.Equal(code.Groups[0].Digest, file.Groups[0].Digest);
    }

    /// <summary>Two versions of HaCore must come to the same numbers: these never change.</summary>
    [Fact]
    public void Digests_are_those_of_the_first_release()
    {
        // printf vservers | sha256sum | cut -c1-16
        Assert.Equal(0x21afcf0ffed4216dUL, Digest.OfName("vservers"));
        Assert.Equal(0x85c8621270d8a57fUL, Base().Engine.ClusterDigest);
        Assert.Equal(0x3805b8d4ff696fabUL, Base().Engine.Groups[0].Digest);
    }

    private static ClusterDefinition Base(Action<IHaClusterBuilder>? cluster = null, Action<IHaGroupBuilder>? group = null) => Make.Definition(ha =>
    {
        ha.Good().AddGroup("g", g =>
        {
            g.PreferNode("novanta").Failback(FailbackPolicy.WhenReady).AddNote("a").AddNote("b");
            group?.Invoke(g);
        });
        cluster?.Invoke(ha);
    });
}
