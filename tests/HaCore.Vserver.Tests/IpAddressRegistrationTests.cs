using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace HaCore.Vserver.Tests;

public sealed class IpAddressRegistrationTests
{
    [Fact]
    public void Options_are_named_by_cluster_and_resource_and_validated()
    {
        var services = new ServiceCollection();
        services.AddHaCluster("test", ha => ha.AddGroup("web", g => g
            .AddIpAddress("good", o => (o.Address, o.Interface) = ("192.0.2.92/24", "eth1"))
            .AddIpAddress("bad", o => o.Address = "192.0.2.93")));
        using ServiceProvider provider = services.BuildServiceProvider();
        var options = provider.GetRequiredService<IOptionsMonitor<IpAddressOptions>>();
        Assert.Equal("eth1", options.Get("test/good").Interface);
        var refused = Assert.Throws<OptionsValidationException>(() => options.Get("test/bad"));
        Assert.Equal(2, refused.Failures.Count());
    }
}
