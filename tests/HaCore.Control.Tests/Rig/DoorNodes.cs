using HaCore.Tests.Hosting;
using HaCore.Tests.State;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;

namespace HaCore.Control.Tests.Rig;

/// <summary>Two hosts in this process, each with a door of its own, two cables in memory. Made of public parts only, as a user's host is.</summary>
internal sealed class DoorNodes : IAsyncDisposable
{
    public const string Cluster = "pair";
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);   // builds may run beside the tests

    private readonly TemporaryFolder _folder = new();

    public DoorNodes()
    {
        ClusterKeyFile.Create(KeyFile);
        Alpha = new DoorNode(this, "alpha");
        Beta = new DoorNode(this, "beta");
    }

    public string Folder => _folder.Path;

    public string KeyFile => Path.Combine(_folder.Path, "key");

    public LoopbackCable[] Cables { get; } = [new(), new()];

    public DoorNode Alpha { get; }

    public DoorNode Beta { get; }

    /// <summary>Both in a session, the group active on alpha.</summary>
    public async Task StartBothAsync()
    {
        await Alpha.StartAsync();
        await Beta.StartAsync();
        await Alpha.WaitAsync(snapshot => snapshot is { HasSession: true, Groups: [{ Activity: GroupActivity.Active }] });
        await Beta.WaitAsync(snapshot => snapshot is { HasSession: true, Groups: [{ PeerHold: HoldState.Held }] });
    }

    public void CutAll(bool isCut)
    {
        foreach (var cable in Cables)
        {
            cable.IsCut = isCut;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Alpha.DisposeAsync();
        await Beta.DisposeAsync();
        _folder.Dispose();
    }
}

internal sealed class DoorNode(DoorNodes nodes, string name) : IAsyncDisposable
{
    private IHost? _host;

    public string Name => name;

    public string SocketPath => Path.Combine(nodes.Folder, name + ".sock");

    public IHost Host => _host ?? throw new InvalidOperationException("not built");

    public IHaCluster Cluster => Host.Services.GetRequiredKeyedService<IHaCluster>(DoorNodes.Cluster);

    public FakeLogCollector Log { get; private set; } = new();

    public IReadOnlyList<FakeLogRecord> Audit => [.. Log.GetSnapshot().Where(record => record.Id.Id == 3010)];

    public IHost Build(Action<IHaClusterBuilder>? more = null, Action<HaControlOptions>? door = null, Action<IServiceCollection>? services = null)
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Logging.AddFakeLogging();
        builder.Logging.SetMinimumLevel(LogLevel.Debug);
        AddCluster(builder.Services, more);
        builder.Services.AddHaControl(options =>
        {
            options.SocketPath = SocketPath;
            door?.Invoke(options);
        });
        services?.Invoke(builder.Services);
        _host = builder.Build();
        Log = _host.Services.GetFakeLogCollector();
        return _host;
    }

    public void AddCluster(IServiceCollection services, Action<IHaClusterBuilder>? more = null) => services.AddHaCluster(DoorNodes.Cluster, ha => Describe(ha, more));

    /// <summary>Started, with its door open.</summary>
    public async Task StartAsync(Action<IHaClusterBuilder>? more = null, Action<HaControlOptions>? door = null, Action<IServiceCollection>? services = null)
    {
        await Build(more, door, services).StartAsync(TestContext.Current.CancellationToken);
        await WaitForLogAsync(3000);
    }

    public Task StopAsync() => Host.StopAsync(TestContext.Current.CancellationToken);

    public async Task<ClusterSnapshot> WaitAsync(Func<ClusterSnapshot, bool> condition)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(DoorNodes.Patience);
        ClusterSnapshot? last = null;
        try
        {
            await foreach (var snapshot in Cluster.WatchAsync(patience.Token))
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

        throw new InvalidOperationException($"{name} never came to it: {last?.Groups[0]} {string.Join("; ", last?.Conditions ?? [])}\n{DescribeLog()}");
    }

    /// <summary>The door opens beside the host: the line that it does is what can be waited for.</summary>
    public async Task<FakeLogRecord> WaitForLogAsync(int id)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(DoorNodes.Patience);
        try
        {
            await foreach (var record in Log.GetLogsAsync(cancellationToken: patience.Token))
            {
                if (record.Id.Id == id)
                {
                    return record;
                }
            }
        }
        catch (OperationCanceledException)
        {
        }

        throw new InvalidOperationException($"{name} never logged {id}:\n{DescribeLog()}");
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

    public void Describe(IHaClusterBuilder ha, Action<IHaClusterBuilder>? more)
    {
        ha.AddNode("alpha").AddNode("beta").UseLocalNode(name)
            .UseKeyFile(nodes.KeyFile).UseStateDirectory(Path.Combine(nodes.Folder, $"{name}-{ha.Name}"))
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
            ha.AddTransport($"cable{i}", _ => name == "alpha" ? cable.First : cable.Second);
        }

        ha.AddGroup("web", group => group.PreferNode("alpha").AddResource<MemoryAgent>("service", settings => settings.ProbeInterval = TimeSpan.FromHours(1)));
        more?.Invoke(ha);
    }
}

/// <summary>A service in memory that does what it is told.</summary>
internal sealed class MemoryAgent : IResourceAgent
{
    private int _running;

    public ValueTask<ProbeResult> ProbeAsync(OperationContext context, CancellationToken cancellationToken) =>
        ValueTask.FromResult(Volatile.Read(ref _running) != 0 ? ProbeResult.Running : ProbeResult.Stopped);

    public ValueTask<OperationResult> StartAsync(OperationContext context, CancellationToken cancellationToken) => SetAsync(1);

    public ValueTask<OperationResult> StopAsync(OperationContext context, CancellationToken cancellationToken) => SetAsync(0);

    private ValueTask<OperationResult> SetAsync(int running)
    {
        Volatile.Write(ref _running, running);
        return ValueTask.FromResult(OperationResult.Succeeded);
    }
}
