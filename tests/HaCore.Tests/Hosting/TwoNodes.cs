using HaCore.Hosting;
using HaCore.Tests.State;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;

namespace HaCore.Tests.Hosting;

/// <summary>Two hosts in this process, two cables in memory, one key, one service that must never run twice.</summary>
internal sealed class TwoNodes : IAsyncDisposable
{
    public const string Cluster = "pair";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);   // builds may run beside the tests
    private readonly TemporaryFolder _folder = new();

    public TwoNodes()
    {
        ClusterKeyFile.Create(KeyFile);
        First = new TestNode(this, "alpha");
        Second = new TestNode(this, "beta");
    }

    public LoopbackCable[] Cables { get; } = [new(), new()];

    public TestNode First { get; }

    public TestNode Second { get; }

    public string KeyFile => Path.Combine(_folder.Path, "key");

    /// <summary>Did the service ever run on both nodes at once?</summary>
    public bool RanTwice { get; private set; }

    public string StateOf(string node) => Path.Combine(_folder.Path, node);

    public void Look() => RanTwice |= First.Service.IsRunning && Second.Service.IsRunning;

    public async Task StartAsync()
    {
        await First.StartAsync();
        await Second.StartAsync();
    }

    public static async Task<ClusterSnapshot> WaitAsync(TestNode node, Func<ClusterSnapshot, bool> condition)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(Patience);
        ClusterSnapshot? last = null;
        try
        {
            await foreach (var snapshot in node.Cluster.WatchAsync(patience.Token))
            {
                last = snapshot;
                if (condition(snapshot))
                {
                    return snapshot;
                }
            }
        }
        catch (OperationCanceledException)
        {
        }

        throw new InvalidOperationException($"{node.Name} never came to it: {last?.Groups[0]} {string.Join("; ", last?.Conditions ?? [])}\n{node.DescribeLog()}");
    }

    public static Task<ClusterSnapshot> WaitForActiveAsync(TestNode node) => WaitAsync(node, snapshot => snapshot.Groups is [{ Activity: GroupActivity.Active }]);

    public static Task<ClusterSnapshot> WaitForSessionAsync(TestNode node) => WaitAsync(node, snapshot => snapshot.HasSession);

    public async ValueTask DisposeAsync()
    {
        await First.DisposeAsync();
        await Second.DisposeAsync();
        _folder.Dispose();
    }
}

/// <param name="nodes">Its cluster.</param>
/// <param name="name">Its name.</param>
/// <param name="double">A second machine with this name: it has a state directory of its own and the other end of the cables.</param>
internal sealed class TestNode(TwoNodes nodes, string name, bool @double = false) : IAsyncDisposable
{
    private IHost? _host;

    public string Name => name;

    public NodeId Id => new(name);

    public FakeLogCollector Log { get; private set; } = new();

    /// <summary>The service on this node: outlives a host that crashes.</summary>
    public Service Service { get; } = new(nodes);

    public IHost Host => _host ?? throw new InvalidOperationException("not built");

    public IHaCluster Cluster => Host.Services.GetRequiredKeyedService<IHaCluster>(TwoNodes.Cluster);

    public HaClusterHost Shell => Host.Services.GetRequiredKeyedService<HaClusterHost>(TwoNodes.Cluster);

    public IHost Build(Action<IHaClusterBuilder>? more = null)
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Logging.AddFakeLogging();
        builder.Logging.SetMinimumLevel(LogLevel.Debug);
        builder.Services.AddSingleton(Service);
        builder.Services.AddHealthChecks().AddHaCluster(TwoNodes.Cluster);
        builder.Services.AddHaCluster(TwoNodes.Cluster, ha =>
        {
            ha.AddNode("alpha").AddNode("beta").UseLocalNode(name)
                .UseKeyFile(nodes.KeyFile).UseStateDirectory(nodes.StateOf(@double ? name + "-double" : name))
                .UseFencingPolicy(FencingPolicyKind.ProceedUnfenced)
                .UseTimes(times =>
                {
                    times.HeartbeatInterval = TimeSpan.FromMilliseconds(50);
                    times.WarnTime = TimeSpan.FromSeconds(1);
                    times.DeadTime = TimeSpan.FromSeconds(3);
                    times.InitialDeadTime = TimeSpan.FromSeconds(3);
                });
            foreach (var (cable, i) in nodes.Cables.Select((cable, i) => (cable, i)))
            {
                ha.AddTransport($"cable{i}", _ => name == "alpha" && !@double ? cable.First : cable.Second);
            }

            ha.AddGroup("group", group => group.PreferNode("alpha").AddResource<ServiceAgent>("service", settings =>
            {
                settings.ProbeInterval = TimeSpan.FromHours(1);
                settings.Start.Timeout = TimeSpan.FromSeconds(5);
                settings.Start.Retries = 0;
                settings.Stop.Timeout = TimeSpan.FromSeconds(5);
                settings.Stop.Retries = 0;
            }));
            more?.Invoke(ha);
        });
        _host = builder.Build();
        Log = _host.Services.GetFakeLogCollector();
        return _host;
    }

    public async Task StartAsync(Action<IHaClusterBuilder>? more = null) => await Build(more).StartAsync(TestContext.Current.CancellationToken);

    public async Task StopAsync(CancellationToken token) => await Host.StopAsync(token);

    /// <summary>The process dies: no word to the peer, the service dies with it.</summary>
    public async Task CrashAsync()
    {
        Service.IsBroken = true;
        Service.Die();
        var engine = Shell.Cluster.Runtime!.Loop;
        engine.Abort(); // or the host's disposal would leave in order
        await engine.Ended;
        await DisposeAsync();
        Environment.ExitCode = 0;
        Service.Die();
        Service.IsBroken = false;
    }

    public string DescribeLog() => string.Join('\n', Log.GetSnapshot().Select(record => $"{record.Level} {record.Id} {record.Message}"));

    public async ValueTask DisposeAsync()
    {
        if (_host is IAsyncDisposable host)
        {
            _host = null;
            await host.DisposeAsync();
        }
    }
}

internal sealed class ServiceAgent(Service service) : IResourceAgent
{
    public ValueTask<ProbeResult> ProbeAsync(OperationContext context, CancellationToken cancellationToken) =>
        ValueTask.FromResult(service.IsRunning ? ProbeResult.Running : ProbeResult.Stopped);

    public ValueTask<OperationResult> StartAsync(OperationContext context, CancellationToken cancellationToken) => service.StartAsync(cancellationToken);

    public ValueTask<OperationResult> StopAsync(OperationContext context, CancellationToken cancellationToken) => service.StopAsync(cancellationToken);
}

/// <summary>A service in memory: outlives the host that manages it.</summary>
internal sealed class Service(TwoNodes nodes)
{
    private int _running;
    private int _starts;

    public bool IsRunning => Volatile.Read(ref _running) != 0;

    public int Starts => Volatile.Read(ref _starts);

    /// <summary>Nothing can be started any more: the process is dead.</summary>
    public bool IsBroken { get; set; }

    public Func<CancellationToken, ValueTask<OperationResult>>? OnStart { get; set; }

    public Func<CancellationToken, ValueTask<OperationResult>>? OnStop { get; set; }

    public void Die() => Volatile.Write(ref _running, 0);

    public ValueTask<OperationResult> StartAsync(CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _starts);
        if (OnStart is { } script)
        {
            return script(cancellationToken);
        }

        Volatile.Write(ref _running, IsBroken ? 0 : 1);
        nodes.Look();
        return ValueTask.FromResult(OperationResult.Succeeded);
    }

    public ValueTask<OperationResult> StopAsync(CancellationToken cancellationToken)
    {
        if (OnStop is { } script)
        {
            return script(cancellationToken);
        }

        nodes.Look();
        Die();
        return ValueTask.FromResult(OperationResult.Succeeded);
    }
}
