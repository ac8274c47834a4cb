using HaCore.Configuration;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace HaCore.Tests.Configuration;

public sealed class ConfigurationBindingTests
{
    /// <summary>The cluster of 2004, with everything that a configuration can say about links, groups and resources.</summary>
    public const string Cluster2004 = """
        {
          "Nodes": [ { "Name": "novanta" }, "novantuno" ],
          "KeyFile": "/etc/hacore/unipd.key",
          "StateDirectory": "/srv/hacore/unipd",
          "RealTime": true,
          "Times": { "Profile": "Heartbeat2004", "InitialDeadTime": "00:03:00", "FlapLimit": 5, "FlapWindow": "02:00:00", "FlapHold": "1.00:00:00" },
          "Fencing": { "Policy": "ProceedUnfenced", "Delay": "00:00:03", "FenceAtStart": true, "StopWhenLoserIsDeaf": false },
          "Links": [
            { "Name": "lan", "Type": "Wire", "Interface": "eth1" },
            { "Name": "crossover", "Type": "wire", "Interface": "eth0", "Port": 695, "Interval": "00:00:02.500", "MinGap": "00:00:00.100" }
          ],
          "Groups": [
            {
              "Name": "vservers",
              "PreferredNode": "novanta",
              "Failback": "AfterDelay",
              "FailbackDelay": "00:05:00",
              "RestartLimit": 1,
              "RestartWindow": "00:30:00",
              "ColdStart": "TakeOver",
              "Resources": [
                { "Name": "disk", "Type": "Disk", "CarriesReplicatedData": true },
                {
                  "Name": "milliways",
                  "Type": "Note",
                  "Text": "42",
                  "Patience": "00:00:00.200",
                  "Copies": 3,
                  "Loud": true,
                  "Day": "Thursday",
                  "Readers": [ "Arthur", "Ford" ],
                  "Start": { "Timeout": "00:02:00", "Retries": 3, "RetryDelay": "00:00:05" },
                  "ProbeInterval": "00:00:30",
                  "UnknownProbesMax": 5
                }
              ]
            },
            { "Name": "mail", "Resources": [ { "Name": "postbox", "Type": "Note" } ] }
          ],
          "PerNode": {
            "novantuno": {
              "lan": { "Interface": "eth7" },
              "milliways": { "Text": "on the other side", "Start": { "Timeout": "00:04:00" } }
            }
          }
        }
        """;

    [Fact]
    public void Complete_configuration_becomes_a_definition()
    {
        using var provider = Make.Provider(ha => ha.From(Cluster2004), host: "novanta.example.org");
        var definition = ClusterDefinitionFactory.Create(provider, Make.Name);
        var engine = definition.Engine;

        Assert.Equal("novanta", engine.LocalNode.Value);
        Assert.Equal("novantuno", engine.Peer.Value);
        Assert.Equal("/etc/hacore/unipd.key", definition.KeyFile);
        Assert.Equal("/srv/hacore/unipd", definition.StateDirectory);
        Assert.True(definition.RealTime);
        Assert.Equal(
            (TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(10), TimeSpan.FromMinutes(3)),
            (engine.Times.HeartbeatInterval, engine.Times.WarnTime, engine.Times.DeadTime, engine.Times.InitialDeadTime));
        Assert.Equal((5, TimeSpan.FromHours(2), TimeSpan.FromDays(1)), (engine.Times.FlapLimit, engine.Times.FlapWindow, engine.Times.FlapHold));
        Assert.IsType<ProceedUnfencedPolicy>(Assert.IsType<NetworkAwarePolicy>(engine.FencingPolicy).Inner);
        Assert.True(engine.FenceAtStart);
        Assert.False(engine.StopWhenLoserIsDeaf);

        Assert.Equal(["lan", "crossover"], engine.Links.Select(link => link.Name.Value));
        Assert.Equal((TimeSpan.FromSeconds(2.5), TimeSpan.FromSeconds(0.1)), (engine.Links[1].Interval, engine.Links[1].MinGap));
        var wires = definition.Transports.Select(create => Assert.IsType<WireTransport>(create(provider)).Options).ToList();
        Assert.Equal([("eth1", 694), ("eth0", 695)], wires.Select(wire => (wire.Interface, wire.Port)));

        var group = engine.Groups[0];
        Assert.Equal(("vservers", "novanta"), (group.Name.Value, group.PreferredNode!.Value.Value));
        Assert.Equal((FailbackPolicy.AfterDelay, TimeSpan.FromMinutes(5)), (group.Failback, group.FailbackDelay));
        Assert.Equal((1, TimeSpan.FromMinutes(30)), (group.RestartLimit, group.RestartWindow));
        Assert.Equal((ColdStartPolicy.TakeOver, true), (group.ColdStart, group.ReplicatedData));
        Assert.Equal([("disk", "Disk", true), ("milliways", "Note", false)], group.Resources.Select(r => (r.Name.Value, r.Type, r.HasPrepare)));
        Assert.Equal((TimeSpan.FromSeconds(30), 5), (group.Resources[1].ProbeInterval, group.Resources[1].UnknownProbesMax));
        Assert.Equal(new OperationSettings(TimeSpan.FromMinutes(2), 3, TimeSpan.FromSeconds(5)), definition.Resources[0][1].Start);
        Assert.Equal(4, definition.Resources[0][1].Stop.Retries);   // what the type says is usual

        var note = Assert.IsType<NoteAgent>(definition.Resources[0][1].CreateAgent(provider)).Options;
        Assert.Equal(("42", TimeSpan.FromSeconds(0.2), 3, true, DayOfWeek.Thursday), (note.Text, note.Patience, note.Copies, note.Loud, note.Day));
        Assert.Equal(["Arthur", "Ford"], note.Readers);
        Assert.Equal("nothing", Assert.IsType<NoteAgent>(definition.Resources[1][0].CreateAgent(provider)).Options.Text);
        Assert.Equal((FailbackPolicy.Never, 3), (engine.Groups[1].Failback, engine.Groups[1].RestartLimit));
    }

    [Fact]
    public void Per_node_overrides_apply_on_their_node_only()
    {
        using var provider = Make.Provider(ha => ha.From(Cluster2004), host: "novantuno");
        var definition = ClusterDefinitionFactory.Create(provider, Make.Name);

        Assert.Equal("eth7", ((WireTransport)definition.Transports[0](provider)).Options.Interface);
        Assert.Equal("eth0", ((WireTransport)definition.Transports[1](provider)).Options.Interface);
        var note = ((NoteAgent)definition.Resources[0][1].CreateAgent(provider)).Options;
        Assert.Equal(("on the other side", 3), (note.Text, note.Copies));
        Assert.Equal(new OperationSettings(TimeSpan.FromMinutes(4), 3, TimeSpan.FromSeconds(5)), definition.Resources[0][1].Start);
    }

    [Fact]
    public void Both_nodes_come_to_the_same_digests_from_one_file()
    {
        var here = Make.Definition(ha => ha.From(Cluster2004), host: "novanta").Engine;
        var there = Make.Definition(ha => ha.From(Cluster2004), host: "novantuno").Engine;
        Assert.Equal(here.ClusterDigest, there.ClusterDigest);
        Assert.Equal(here.Groups.Select(group => group.Digest), there.Groups.Select(group => group.Digest));
    }

    [Fact]
    public void Per_node_overrides_what_was_said_in_code()
    {
        using var provider = Make.Provider(ha => ha.AddNoteType().Good()
            .AddGroup("notes", g => g.AddNote("note", o => (o.Text, o.Copies) = ("from code", 2)))
            .Bind(Make.Section("""{ "PerNode": { "novanta": { "note": { "Text": "from the file" } } } }""")));
        var note = ((NoteAgent)ClusterDefinitionFactory.Create(provider, Make.Name).Resources[0][0].CreateAgent(provider)).Options;
        Assert.Equal(("from the file", 2), (note.Text, note.Copies));
    }

    [Theory]
    [InlineData(true, "/later")]
    [InlineData(false, "/from/file")]
    public void Of_code_and_configuration_the_later_wins(bool codeLast, string expected)
    {
        var section = Make.Section("""{ "KeyFile": "/from/file" }""");
        var definition = Make.Definition(ha => (codeLast ? ha.Good().Bind(section).UseKeyFile("/later") : ha.Good().Bind(section)).AddNoteType());
        Assert.Equal(expected, definition.KeyFile);
    }

    [Fact]
    public void Code_and_configuration_add_up()
    {
        var definition = Make.Definition(ha => ha.AddNoteType().Good()
            .AddGroup("notes", g => g.AddNote("note"))
            .Bind(Make.Section("""{ "Groups": [ { "Name": "more", "Resources": [ { "Name": "another", "Type": "Note" } ] } ] }""")));
        Assert.Equal(["notes", "more"], definition.Engine.Groups.Select(group => group.Name.Value));
    }

    [Fact]
    public void Type_word_may_be_registered_after_the_section_is_bound()
    {
        var definition = Make.Definition(ha => ha.Good()
            .Bind(Make.Section("""{ "Groups": [ { "Name": "g", "Resources": [ { "Name": "another", "Type": "Note" } ] } ] }"""))
            .AddNoteType());
        Assert.Equal("Note", definition.Engine.Groups[0].Resources[0].Type);
    }

    [Fact]
    public void Type_word_cannot_stand_for_two_agents()
    {
        Make.Provider(ha =>
        {
            ha.AddNoteType().AddNoteType();
            var exception = Assert.Throws<InvalidOperationException>(() => ha.AddAgentType<OtherAgent, NoteOptions>("note", static (section, options) => section.Bind(options)));
            Assert.Contains("choose another", exception.Message, StringComparison.Ordinal);
        }).Dispose();
    }

    [Fact]
    public void Options_with_a_reserved_name_cannot_be_a_type()
    {
        Make.Provider(ha =>
        {
            var exception = Assert.Throws<InvalidOperationException>(() => ha.AddAgentType<ReservedAgent, ReservedOptions>("R", static (section, options) => section.Bind(options)));
            Assert.Contains("Start cannot be set from configuration", exception.Message, StringComparison.Ordinal);
        }).Dispose();
    }

    internal sealed class OtherAgent(NoteOptions options) : IResourceAgent
    {
        public NoteOptions Options { get; } = options;

        public ValueTask<ProbeResult> ProbeAsync(OperationContext context, CancellationToken cancellationToken) => new(ProbeResult.Stopped);

        public ValueTask<OperationResult> StartAsync(OperationContext context, CancellationToken cancellationToken) => new(OperationResult.Succeeded);

        public ValueTask<OperationResult> StopAsync(OperationContext context, CancellationToken cancellationToken) => new(OperationResult.Succeeded);
    }

    internal sealed class ReservedOptions
    {
        public string Start { get; set; } = "";
    }

    internal sealed class ReservedAgent(ReservedOptions options) : IResourceAgent
    {
        public ReservedOptions Options { get; } = options;

        public ValueTask<ProbeResult> ProbeAsync(OperationContext context, CancellationToken cancellationToken) => new(ProbeResult.Stopped);

        public ValueTask<OperationResult> StartAsync(OperationContext context, CancellationToken cancellationToken) => new(OperationResult.Succeeded);

        public ValueTask<OperationResult> StopAsync(OperationContext context, CancellationToken cancellationToken) => new(OperationResult.Succeeded);
    }
}
