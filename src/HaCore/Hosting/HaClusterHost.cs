using HaCore.Configuration;
using HaCore.Engine;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace HaCore.Hosting;

/// <summary>
/// Runs one cluster in the host. Everything is checked and opened before any service of the host starts; frames go out after all of them have
/// started, so a host that cannot start takes nothing; the cluster leaves before any of them stops.
/// </summary>
internal sealed class HaClusterHost : IHostedLifecycleService, IAsyncDisposable, IDisposable
{
    private static readonly TimeSpan EngineEndMax = TimeSpan.FromSeconds(5);

    private readonly IServiceProvider _services;
    private readonly IHostApplicationLifetime? _lifetime;
    private readonly ILogger _logger;
    private ClusterRuntime? _runtime;
    private CancellationTokenRegistration _stopping;
    private Task _watch = Task.CompletedTask;
    private readonly Lazy<Task> _disposal;
    private volatile EngineEnd? _end;
    private volatile bool _hasStopped;

    public HaClusterHost(IServiceProvider services, string cluster)
    {
        _services = services;
        _lifetime = services.GetService<IHostApplicationLifetime>();
        _logger = new QuietLogger(services.GetRequiredService<ILoggerFactory>().CreateLogger($"HaCore.{cluster}"));
        Cluster = new HaCluster(cluster);
        _disposal = new Lazy<Task>(DisposeOnceAsync);
    }

    public HaCluster Cluster { get; }

    /// <summary>How the engine ended; null while it runs or has not started.</summary>
    public EngineEnd? End => _end;

    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        var definition = ClusterDefinitionFactory.Create(_services, Cluster.Name);
        _runtime = ClusterRuntime.Open(definition, _services);
        await _runtime.RehearseAsync().ConfigureAwait(false);

        // The host asks its services one after the other; see StoppingAsync.
        _stopping = _lifetime?.ApplicationStopping.Register(static runtime => ((ClusterRuntime)runtime!).LeaveIfStarted(), _runtime) ?? default;
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken)
    {
        var runtime = _runtime ?? throw new InvalidOperationException("The cluster was not opened: the host skipped StartingAsync.");
        runtime.Start();
        Cluster.Attach(runtime);
        _watch = WatchEngineAsync(runtime);
        return Task.CompletedTask;
    }

    /// <summary>Leaves in order. When the token comes first, the process says unclean and never left.</summary>
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        if (_runtime is not { Loop.IsStarted: true } runtime)
        {
            return;
        }

        // All clusters of a host leave together: one is not to wait for an agent of another until the host's patience is over.
        foreach (var cluster in _services.GetServices<IHostedService>().OfType<HaClusterHost>())
        {
            cluster._runtime?.LeaveIfStarted();
        }

        try
        {
            await runtime.Loop.Ended.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            runtime.Loop.Abort();
        }

        await WatchedAsync().ConfigureAwait(false);
        _hasStopped = true;
        await runtime.CloseLinksAsync().ConfigureAwait(false);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StoppedAsync(CancellationToken cancellationToken) => await DisposeAsync().ConfigureAwait(false);

    /// <summary>Ends what runs. Whoever calls it again waits for the first call.</summary>
    public ValueTask DisposeAsync() => new(_disposal.Value);

    private async Task DisposeOnceAsync()
    {
        if (_runtime is { } runtime)
        {
            await _stopping.DisposeAsync().ConfigureAwait(false);
            if (!_hasStopped && runtime.Loop.IsStarted)
            {
                await LeaveAsync(runtime).ConfigureAwait(false);
                await WatchedAsync().ConfigureAwait(false);
            }

            await runtime.DisposeAsync().ConfigureAwait(false);
        }
    }

    // A host whose start fails in a later service is disposed and never stopped: what this cluster took by then is left in order all the same.
    private static async Task LeaveAsync(ClusterRuntime runtime)
    {
        runtime.Loop.Leave();
        try
        {
            await runtime.Loop.Ended.WaitAsync(runtime.Definition.ShutdownBudget, TimeProvider.System).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            runtime.Loop.Abort();
        }
    }

    // An engine that hangs in user code (a policy that blocks) ends with the process; the stop does not wait for it for ever.
    private async Task WatchedAsync()
    {
        try
        {
            await _watch.WaitAsync(EngineEndMax, TimeProvider.System).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            Environment.ExitCode = Environment.ExitCode == 0 ? 1 : Environment.ExitCode;
        }
    }

    public void Dispose() => Blocking.Wait(DisposeAsync());

    // The one place that hears how the engine ended, whoever ended it.
    private async Task WatchEngineAsync(ClusterRuntime runtime)
    {
        var end = await runtime.Loop.Ended.ConfigureAwait(false);
        _end = end;
        runtime.Answers.Close("the engine has ended on this node");
        var node = runtime.Definition.Engine.LocalNode.Value;
        if (end.Fault is { } fault)
        {
            Log.EngineFaulted(_logger, fault, Cluster.Name);
        }

        if (end.Clean)
        {
            Log.EngineLeft(_logger, Cluster.Name, node, end.Detail);
        }
        else
        {
            Log.EngineUnclean(_logger, Cluster.Name, node, end.Detail);
            Environment.ExitCode = Environment.ExitCode == 0 ? 1 : Environment.ExitCode;
        }

        if (!runtime.Loop.IsLeaving)
        {
            _lifetime?.StopApplication();   // a host without its cluster is not what was asked for: systemd restarts it
        }
    }
}
