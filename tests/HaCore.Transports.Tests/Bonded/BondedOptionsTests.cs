using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace HaCore.Transports.Tests;

public sealed class BondedOptionsTests
{
    private static readonly HeartbeatMember[] s_members = [BondNode.Member("lan", null!), BondNode.Member("modem", null!)];

    [Fact]
    public void Defaults_fit_every_profile()
    {
        foreach (var (interval, dead) in ((double, double)[])[(0.2, 2), (0.1, 0.5), (2, 10), (0.1, 0.3)])
        {
            var members = s_members.Select(member => new HeartbeatMember
            {
                Link = member.Link,
                Transport = member.Transport,
                Interval = TimeSpan.FromSeconds(interval),
                MinGap = TimeSpan.FromSeconds(interval / 10),
                LostAfter = TimeSpan.FromSeconds(dead),
            }).ToArray();
            var options = new BondedOptions { Mode = BondedMode.ActiveBackup };
            var plan = new BondedPlan(options, members, TimeSpan.Zero);
            Assert.Empty(BondedPlan.Check(new BondedOptions { Mode = BondedMode.ActiveBackup, MonitorInterval = plan.MonitorInterval, DownDelay = plan.DownDelay, UpDelay = plan.UpDelay }, members));
        }
    }

    [Theory]
    [InlineData("Mode (7) must be", "Mode")]
    [InlineData("Primary (lan) must not be set with Mode AllLinks", "Primary")]
    [InlineData("MonitorInterval (0.5 s) must not be set with Mode AllLinks", "Monitor")]
    [InlineData("DownDelay (0.5 s) must not be set with Mode AllLinks", "Down")]
    [InlineData("UpDelay (0.5 s) must not be set with Mode AllLinks", "Up")]
    [InlineData("MonitorInterval (0 s) must be more than 0 s", "NoMonitor")]
    [InlineData("DownDelay (-1 s) must be more than 0 s", "NoDown")]
    [InlineData("UpDelay (-1 s) must be between 0 s and 3600 s", "NoUp")]
    [InlineData("UpDelay (3601 s) must be between 0 s and 3600 s", "LongUp")]
    public void Wrong_options_are_refused_with_value_rule_and_consequence(string message, string wrong)
    {
        var result = new BondedOptionsValidator().Validate(null, Wrong(wrong));
        Assert.StartsWith(message, Assert.Single(result.Failures!), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Primary (\"lna\") must be one of the members (lan, modem)", "Primary", 0)]
    [InlineData("MonitorInterval (0.1 s) must be between the heartbeat interval (0.2 s) and a third of the dead time (0.667 s)", "Monitor", 0.1)]
    [InlineData("MonitorInterval (0.7 s) must be between the heartbeat interval (0.2 s) and a third of the dead time (0.667 s)", "Monitor", 0.7)]
    [InlineData("DownDelay (0.1 s) must be between the heartbeat interval (0.2 s) and a third of the dead time (0.667 s)", "Down", 0.1)]
    [InlineData("DownDelay (1 s) must be between the heartbeat interval (0.2 s) and a third of the dead time (0.667 s)", "Down", 1)]
    public void Options_that_do_not_fit_the_members_are_refused(string message, string wrong, double seconds)
    {
        var options = new BondedOptions { Mode = BondedMode.ActiveBackup };
        switch (wrong)
        {
            case "Primary":
                options.Primary = "lna";
                break;
            case "Monitor":
                options.MonitorInterval = TimeSpan.FromSeconds(seconds);
                break;
            default:
                options.DownDelay = TimeSpan.FromSeconds(seconds);
                break;
        }

        var failure = Assert.Throws<OptionsValidationException>(() => new BondedTransport(options, s_members));
        Assert.StartsWith($"The bond of lan and modem: {message}", Assert.Single(failure.Failures), StringComparison.Ordinal);
    }

    [Fact]
    public void A_bond_in_code_has_its_options_and_members()
    {
        using var provider = Provider(ha => ha
            .AddBondedTransport("bond", o => o.Mode = BondedMode.ActiveBackup, members => members
                .AddUdpTransport("lan", o => { o.Interface = "eth1"; o.Mode = UdpMode.Broadcast; })
                .AddUdpTransport("wan", o => o.PeerAddress = "192.0.2.2", link => link.Interval = TimeSpan.FromSeconds(1)))
            .AddBondedTransport("second", null, members => members
                .AddUdpTransport("x", o => o.PeerAddress = "192.0.2.3")
                .AddUdpTransport("y", o => o.PeerAddress = "192.0.2.4")));
        Assert.Equal(BondedMode.ActiveBackup, Options<BondedOptions>(provider, "bond").Mode);
        Assert.Equal(BondedMode.AllLinks, Options<BondedOptions>(provider, "second").Mode);
        Assert.Equal("192.0.2.2", Options<UdpOptions>(provider, "wan").PeerAddress);
    }

    [Fact]
    public void A_bond_in_configuration_sets_every_option_and_nodes_override_its_members()
    {
        var section = new ConfigurationBuilder().AddJsonStream(new MemoryStream("""
            {
              "HaCluster": {
                "Nodes": [ "novanta", "novantuno" ], "LocalNode": "novanta",
                "Links": [ {
                  "Name": "bond", "Type": "Bonded", "Mode": "ActiveBackup", "Primary": "lan",
                  "MonitorInterval": "00:00:00.4", "DownDelay": "00:00:00.3", "UpDelay": "00:00:05",
                  "Members": [
                    { "Name": "lan", "Type": "Udp", "Mode": "Broadcast", "Interface": "eth1" },
                    { "Name": "wan", "Type": "Udp", "PeerAddress": "192.0.2.2" }
                  ]
                } ],
                "PerNode": { "novanta": { "wan": { "PeerAddress": "192.0.2.1" } } }
              }
            }
            """u8.ToArray())).Build().GetSection("HaCluster");
        using var provider = Provider(ha => ha.AddBondedTransportType().AddBondedTransportType().AddUdpTransportType().Bind(section));
        var options = Options<BondedOptions>(provider, "bond");
        Assert.Equal(
            (BondedMode.ActiveBackup, "lan", 400, 300, 5000),
            (options.Mode, options.Primary, options.MonitorInterval!.Value.TotalMilliseconds, options.DownDelay!.Value.TotalMilliseconds, options.UpDelay!.Value.TotalMilliseconds));
        Assert.Equal("eth1", Options<UdpOptions>(provider, "lan").Interface);
        Assert.Equal("192.0.2.1", Options<UdpOptions>(provider, "wan").PeerAddress);
    }

    private static ServiceProvider Provider(Action<IHaClusterBuilder> configure) =>
        new ServiceCollection().AddSingleton(TimeProvider.System).AddHaCluster("unipd", configure).BuildServiceProvider();

    private static TOptions Options<TOptions>(IServiceProvider provider, string link) => provider.GetRequiredService<IOptionsMonitor<TOptions>>().Get($"unipd/{link}");

    private static BondedOptions Wrong(string what)
    {
        var half = TimeSpan.FromSeconds(0.5);
        return what switch
        {
            "Mode" => new() { Mode = (BondedMode)7 },
            "Primary" => new() { Primary = "lan" },
            "Monitor" => new() { MonitorInterval = half },
            "Down" => new() { DownDelay = half },
            "Up" => new() { UpDelay = half },
            "NoMonitor" => new() { Mode = BondedMode.ActiveBackup, MonitorInterval = TimeSpan.Zero },
            "NoDown" => new() { Mode = BondedMode.ActiveBackup, DownDelay = TimeSpan.FromSeconds(-1) },
            "NoUp" => new() { Mode = BondedMode.ActiveBackup, UpDelay = TimeSpan.FromSeconds(-1) },
            "LongUp" => new() { Mode = BondedMode.ActiveBackup, UpDelay = TimeSpan.FromSeconds(3601) },
            _ => throw new ArgumentOutOfRangeException(nameof(what), what, null),
        };
    }
}
