using HaCore.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace HaCore.Tests.Configuration;

public sealed class ShutdownTimeoutTests
{
    [Fact]
    public void Budget_is_the_sum_of_the_stops_and_the_leaving()
    {
        var definition = Make.Definition(ha => ha.Good()
            .AddGroup("one", g => g.AddNote("a", settings: Stop(30, 2, 1)).AddNote("b", settings: Stop(10, 0, 1)))
            .AddGroup("two", g => g.AddNote("c", settings: Stop(5, 1, 0))));
        Assert.Equal(TimeSpan.FromSeconds((30 * 3) + 2 + 10 + 10 + (2 * 2)), definition.ShutdownBudget);
    }

    [Fact]
    public void Host_waits_for_the_budgets_of_all_its_clusters()
    {
        using var provider = Services(90).BuildServiceProvider();
        Assert.Equal(TimeSpan.FromSeconds(94 + 94 + 5), provider.GetRequiredService<IOptions<HostOptions>>().Value.ShutdownTimeout);
    }

    [Fact]
    public void Longer_timeout_of_the_host_stays()
    {
        var services = Services(90);
        services.Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.FromHours(1));
        using var provider = services.BuildServiceProvider();
        Assert.Equal(TimeSpan.FromHours(1), provider.GetRequiredService<IOptions<HostOptions>>().Value.ShutdownTimeout);
    }

    [Fact]
    public void Infinite_timeout_of_the_host_stays()
    {
        var services = Services(90);
        services.Configure<HostOptions>(options => options.ShutdownTimeout = Timeout.InfiniteTimeSpan);
        using var provider = services.BuildServiceProvider();
        Assert.Equal(Timeout.InfiniteTimeSpan, provider.GetRequiredService<IOptions<HostOptions>>().Value.ShutdownTimeout);
    }

    [Fact]
    public void Cluster_with_errors_leaves_the_host_as_it_is()
    {
        var services = new ServiceCollection();
        services.AddHaCluster("one", ha => ha.AddNode("alone"));
        using var provider = services.BuildServiceProvider();
        Assert.Equal(new HostOptions().ShutdownTimeout, provider.GetRequiredService<IOptions<HostOptions>>().Value.ShutdownTimeout);
    }

    private static ServiceCollection Services(int seconds)
    {
        var services = new ServiceCollection();
        services.AddHaCluster("one", ha => ha.Good().AddGroup("g", g => g.AddNote("a", settings: Stop(seconds, 0, 0))));
        services.AddHaCluster("two", ha => ha.Good().AddGroup("g", g => g.AddNote("a", settings: Stop(seconds, 0, 0))));
        return services;
    }

    private static Action<ResourceSettings> Stop(int timeout, int retries, int delay) => settings =>
        (settings.Stop.Timeout, settings.Stop.Retries, settings.Stop.RetryDelay) = (TimeSpan.FromSeconds(timeout), retries, TimeSpan.FromSeconds(delay));
}
