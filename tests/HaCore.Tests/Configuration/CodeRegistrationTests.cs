using HaCore.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace HaCore.Tests.Configuration;

public sealed class CodeRegistrationTests
{
    [Fact]
    public void Cluster_in_code_becomes_a_definition()
    {
        var definition = Make.Definition(ha => ha.Good()
            .AddGroup("vservers", g => g
                .PreferNode("novanta").Failback(FailbackPolicy.WhenReady)
                .RestartLimit(2, TimeSpan.FromMinutes(5)).ColdStart(ColdStartPolicy.TakeOver)
                .AddResource<DiskAgent, DiskOptions>("disk", settings: s => s.CarriesReplicatedData = true)
                .AddNote("milliways", o => o.Text = "42", s => s.Start.Timeout = TimeSpan.FromSeconds(90))));

        var engine = definition.Engine;
        Assert.Equal("unipd", engine.Cluster);
        Assert.Equal(new NodeId("novanta"), engine.LocalNode);
        Assert.Equal(new NodeId("novantuno"), engine.Peer);
        Assert.Equal(["lan", "crossover"], engine.Links.Select(link => link.Name.Value));
        Assert.All(engine.Links, link => Assert.Equal(TimeSpan.FromMilliseconds(200), link.Interval));
        Assert.All(engine.Links, link => Assert.Equal(TimeSpan.FromMilliseconds(20), link.MinGap));
        Assert.Equal(TimeSpan.FromSeconds(2), engine.Times.DeadTime);
        Assert.IsType<ProceedUnfencedPolicy>(Assert.IsType<NetworkAwarePolicy>(engine.FencingPolicy).Inner);

        var group = Assert.Single(engine.Groups);
        Assert.Equal(new NodeId("novanta"), group.PreferredNode);
        Assert.Equal(FailbackPolicy.WhenReady, group.Failback);
        Assert.Equal(2, group.RestartLimit);
        Assert.Equal(TimeSpan.FromMinutes(5), group.RestartWindow);
        Assert.Equal(ColdStartPolicy.TakeOver, group.ColdStart);
        Assert.True(group.ReplicatedData);
        Assert.Equal([true, false], group.Resources.Select(resource => resource.HasPrepare));
        Assert.Equal(["Disk", "Note"], group.Resources.Select(resource => resource.Type));
        Assert.Equal(TimeSpan.FromSeconds(90), definition.Resources[0][1].Start.Timeout);
        Assert.Equal("/etc/hacore/unipd.key", definition.KeyFile);
        Assert.Equal("/var/lib/hacore/unipd", definition.StateDirectory);
        Assert.Empty(definition.Warnings);
    }

    [Fact]
    public void Third_party_agent_in_one_line_gets_its_own_validated_options_and_services()
    {
        using var provider = Make.Provider(ha => ha.Good()
            .AddGroup("notes", g => g.AddNote("first", o => o.Text = "one").AddNote("second", o => o.Text = "two")));
        var definition = ClusterDefinitionFactory.Create(provider, Make.Name);

        var agents = definition.Resources[0].Select(resource => Assert.IsType<NoteAgent>(resource.CreateAgent(provider))).ToList();
        Assert.Equal(["one", "two"], agents.Select(agent => agent.Options.Text));
        Assert.NotSame(agents[0], agents[1]);
        Assert.Same(TimeProvider.System, agents[0].Time);
        Assert.Equal("one", provider.GetRequiredService<IOptionsMonitor<NoteOptions>>().Get("unipd/first").Text);
    }

    [Fact]
    public void Definition_is_made_once()
    {
        using var provider = Make.Provider(ha => ha.Good());
        Assert.Same(ClusterDefinitionFactory.Create(provider, Make.Name), ClusterDefinitionFactory.Create(provider, Make.Name));
    }

    [Fact]
    public void Two_clusters_in_one_host_are_independent()
    {
        var services = new ServiceCollection();
        services.AddSingleton(TimeProvider.System);
        services.AddHaCluster("one", ha => ha.Good().AddGroup("notes", g => g.AddNote("note", o => o.Text = "in one")));
        services.AddHaCluster("two", ha => ha.Good().UseTimes(TimesProfile.Heartbeat2004).AddGroup("notes", g => g.AddNote("note", o => o.Text = "in two")));
        using var provider = services.BuildServiceProvider();

        var one = ClusterDefinitionFactory.Create(provider, "one");
        var two = ClusterDefinitionFactory.Create(provider, "two");
        Assert.Equal(TimeSpan.FromSeconds(2), one.Engine.Times.DeadTime);
        Assert.Equal(TimeSpan.FromSeconds(10), two.Engine.Times.DeadTime);
        Assert.NotEqual(one.Engine.ClusterHash, two.Engine.ClusterHash);
        Assert.NotEqual(one.StateDirectory, two.StateDirectory);
        Assert.Equal("in one", ((NoteAgent)one.Resources[0][0].CreateAgent(provider)).Options.Text);
        Assert.Equal("in two", ((NoteAgent)two.Resources[0][0].CreateAgent(provider)).Options.Text);
    }

    [Fact]
    public void Same_cluster_twice_is_refused()
    {
        var services = new ServiceCollection();
        services.AddHaCluster("one", ha => ha.Good());
        var exception = Assert.Throws<InvalidOperationException>(() => services.AddHaCluster("one", ha => ha.Good()));
        Assert.Contains("\"one\" is added twice", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Local_node_defaults_to_the_short_host_name()
    {
        var definition = Make.Definition(
            ha => ha.AddNode("novanta").AddNode("novantuno").UseKeyFile("/k").AddWire("lan", "eth1").UseFencingPolicy(FencingPolicyKind.Wait),
            host: "novantuno.example.org");
        Assert.Equal(new NodeId("novantuno"), definition.Engine.LocalNode);
        Assert.Equal(new NodeId("novanta"), definition.Engine.Peer);
    }

    [Fact]
    public void Policy_of_the_site_is_made_with_its_services()
    {
        var definition = Make.Definition(ha => ha.Good().UseFencingPolicy<CoinPolicy>());
        Assert.Same(TimeProvider.System, Assert.IsType<CoinPolicy>(definition.Engine.FencingPolicy).Time);

        var policy = new CoinPolicy(TimeProvider.System);
        Assert.Same(policy, Make.Definition(ha => ha.Good().UseFencingPolicy(policy)).Engine.FencingPolicy);
    }

    [Fact]
    public void Fencing_device_is_counted_and_made()
    {
        using var provider = Make.Provider(ha => ha.Good().UseFencingPolicy(FencingPolicyKind.Fence).UseFencing(f => f.FenceAtStart = true).AddFencingDevice<PowerSwitch>("pdu"));
        var definition = ClusterDefinitionFactory.Create(provider, Make.Name);
        Assert.Equal(1, definition.Engine.FencingDeviceCount);
        Assert.True(definition.Engine.FenceAtStart);
        Assert.IsType<PowerSwitch>(definition.FencingDevices[0].Create(provider));
        Assert.IsType<FencePolicy>(Assert.IsType<NetworkAwarePolicy>(definition.Engine.FencingPolicy).Inner);
    }

    [Fact]
    public void Link_has_a_pace_of_its_own()
    {
        var definition = Make.Definition(ha => ha.Good()
            .AddTransport("serial", _ => new WireTransport(new()), s => (s.Interval, s.MinGap) = (TimeSpan.FromMilliseconds(500), TimeSpan.FromMilliseconds(170))));
        Assert.Equal(TimeSpan.FromMilliseconds(500), definition.Engine.Links[2].Interval);
        Assert.Equal(TimeSpan.FromMilliseconds(170), definition.Engine.Links[2].MinGap);
    }

    [Fact]
    public void Group_builder_of_someone_else_is_refused()
    {
        Make.Provider(ha => ha.Good().AddGroup("notes", g =>
            Assert.Throws<ArgumentException>(() => new Wrapper(g.Name, g.Cluster).AddNote("x")))).Dispose();
    }

    private sealed record Wrapper(string Name, IHaClusterBuilder Cluster) : IHaGroupBuilder;
}
