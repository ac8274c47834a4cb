using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace HaCore.Transports.Tests;

public sealed class UdpRegistrationTests
{
    [Fact]
    public void Links_in_code_have_options_of_their_own()
    {
        using var provider = Provider(ha => ha
            .AddUdpTransport("lan", o => { o.Interface = "eth1"; o.Mode = UdpMode.Broadcast; })
            .AddUdpTransport("crossover", o => o.PeerAddress = "192.0.2.2"));
        Assert.Equal("eth1", Options(provider, "lan").Interface);
        Assert.Equal("192.0.2.2", Options(provider, "crossover").PeerAddress);
    }

    [Fact]
    public void Links_in_configuration_set_every_option()
    {
        var link = new Dictionary<string, string?>
        {
            ["Name"] = "lan",
            ["Type"] = "Udp",
            ["Mode"] = "Multicast",
            ["Interface"] = "eth1",
            ["MulticastGroup"] = "239.192.6.94",
            ["Port"] = "6940",
            ["Ttl"] = "2",
            ["TrafficClass"] = "46",
        };
        var section = new ConfigurationBuilder()
            .AddInMemoryCollection(link.Select(pair => KeyValuePair.Create($"HaCluster:Links:0:{pair.Key}", pair.Value)))
            .Build().GetSection("HaCluster");
        using var provider = Provider(ha => ha.AddUdpTransportType().AddUdpTransportType().Bind(section));
        var options = Options(provider, "lan");
        Assert.Equal(
            (UdpMode.Multicast, "eth1", "239.192.6.94", 6940, 2, 46),
            (options.Mode, options.Interface, options.MulticastGroup, options.Port, options.Ttl, options.TrafficClass));
    }

    [Fact]
    public void Wrong_options_of_a_link_are_refused()
    {
        using var provider = Provider(ha => ha.AddUdpTransport("lan", o => o.Ttl = 0).AddUdpTransport("crossover", _ => { }));
        var failure = Assert.Throws<OptionsValidationException>(() => Options(provider, "lan"));
        Assert.Equal("unipd/lan", failure.OptionsName);
        Assert.Equal(2, failure.Failures.Count());   // each check runs once, however many links there are
    }

    private static ServiceProvider Provider(Action<IHaClusterBuilder> configure) =>
        new ServiceCollection().AddSingleton(TimeProvider.System).AddHaCluster("unipd", configure).BuildServiceProvider();

    private static UdpOptions Options(IServiceProvider provider, string link) => provider.GetRequiredService<IOptionsMonitor<UdpOptions>>().Get($"unipd/{link}");
}
