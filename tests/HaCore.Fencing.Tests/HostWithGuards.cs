using HaCore.Fencing.Tests.Watchdog;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Time.Testing;

namespace HaCore.Fencing.Tests;

/// <summary>A host with one node of a cluster that has no group, a link that never opens, and a simulated watchdog in place of the machine's.</summary>
internal sealed class HostWithGuards : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("hacore-guards-").FullName;
    private IHost? _host;

    public FakeWatchdog Watchdog { get; } = new(new FakeTimeProvider());

    public FakeLogCollector Log => Host.Services.GetFakeLogCollector();

    private IHost Host => _host ?? throw new InvalidOperationException("not built");

    /// <summary>Builds it, reads the cluster from JSON, starts it.</summary>
    public Task StartAsync(Action<IHaClusterBuilder> configure, string json = "{}")
    {
        var key = Path.Combine(_folder, "key");
        if (!File.Exists(key))
        {
            ClusterKeyFile.Create(key);
        }

        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Logging.AddFakeLogging();
        builder.Services.Replace(ServiceDescriptor.Singleton<IWatchdogKernel>(Watchdog));
        var section = new ConfigurationBuilder().AddJsonStream(new MemoryStream(System.Text.Encoding.UTF8.GetBytes($$"""{ "Cluster": {{json}} }"""))).Build().GetSection("Cluster");
        builder.Services.AddHaCluster("pair", ha =>
        {
            ha.AddNode("alpha").AddNode("beta").UseLocalNode("alpha").UseKeyFile(key).UseStateDirectory(Path.Combine(_folder, "state"))
                .UseFencingPolicy(FencingPolicyKind.SelfFencing).AddTransport("cable", _ => new NoCable());
            configure(ha);
            ha.Bind(section);
        });
        _host = builder.Build();
        return _host.StartAsync(TestContext.Current.CancellationToken);
    }

    public Task StopAsync() => Host.StopAsync(TestContext.Current.CancellationToken);

    public ClusterSnapshot Snapshot => Host.Services.GetRequiredKeyedService<IHaCluster>("pair").Current;

    public async ValueTask DisposeAsync()
    {
        if (_host is IAsyncDisposable host)
        {
            await host.DisposeAsync();
        }

        Directory.Delete(_folder, recursive: true);
    }

    private sealed class NoCable : IHeartbeatTransport
    {
        public ValueTask<IHeartbeatLink> OpenAsync(HeartbeatLinkContext context, CancellationToken cancellationToken) => throw new HeartbeatLinkException("There is no cable.");
    }
}
