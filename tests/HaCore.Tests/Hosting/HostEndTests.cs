using System.Diagnostics;
using HaCore.Hosting;
using HaCore.State;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace HaCore.Tests.Hosting;

/// <summary>How a host ends: with several clusters, without a stop, and with something that does not end.</summary>
[Collection(nameof(TwoNodesTests))]
public sealed class HostEndTests : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly TwoNodes _nodes = new();
    private readonly OtherService _other = new();

    public async ValueTask DisposeAsync()
    {
        _other.Release.TrySetResult();
        await _nodes.DisposeAsync();
        Environment.ExitCode = 0;
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task All_clusters_of_a_host_begin_to_leave_together(bool byLifetime)
    {
        await _nodes.First.StartAsync(AddOtherCluster);
        await TwoNodes.WaitForActiveAsync(_nodes.First);
        await _other.Started.Task.WaitAsync(Patience, TestContext.Current.CancellationToken);
        var entered = Signal();
        var release = Signal();
        _nodes.First.Service.OnStop = async _ =>
        {
            entered.TrySetResult();
            await release.Task;
            return OperationResult.Succeeded;
        };

        var lifetime = _nodes.First.Host.Services.GetRequiredService<IHostApplicationLifetime>();
        var stopping = byLifetime ? StopByLifetime() : _nodes.First.StopAsync(TestContext.Current.CancellationToken);
        try
        {
            await Task.WhenAll(entered.Task, _other.Stopping.Task).WaitAsync(Patience, TestContext.Current.CancellationToken);
        }
        finally
        {
            release.SetResult();
            _other.Release.SetResult();
            await stopping;
        }

        Task StopByLifetime()
        {
            lifetime.StopApplication();   // as SIGTERM does; the host's own stop comes later
            return Task.CompletedTask;
        }
    }

    [Fact]
    public async Task A_host_that_is_disposed_without_a_stop_leaves_first()
    {
        await _nodes.StartAsync();
        await TwoNodes.WaitForActiveAsync(_nodes.First);
        await TwoNodes.WaitForSessionAsync(_nodes.Second);

        await _nodes.First.DisposeAsync();

        Assert.False(_nodes.First.Service.IsRunning);
        Assert.Contains(_nodes.First.Log.GetSnapshot(), record => record.Id.Name == "EngineLeft");
        await TwoNodes.WaitForActiveAsync(_nodes.Second);
        Assert.False(_nodes.RanTwice);
    }

    [Fact]
    public async Task The_state_directory_stays_locked_while_an_operation_of_an_agent_still_runs()
    {
        await _nodes.First.StartAsync();
        await TwoNodes.WaitForActiveAsync(_nodes.First);
        var entered = Signal();
        var release = Signal();
        _nodes.First.Service.OnStop = async _ =>
        {
            entered.TrySetResult();
            await release.Task;   // whatever its token says
            return OperationResult.Succeeded;
        };

        await StopImpatientlyAsync(entered.Task);
        await _nodes.First.DisposeAsync();
        ExpectLocked();
        release.SetResult();
    }

    [Fact]
    public async Task The_state_directory_stays_locked_while_a_write_still_runs()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "a named pipe in place of the file is what makes the write hang");
        await _nodes.First.StartAsync();
        await TwoNodes.WaitForActiveAsync(_nodes.First);
        var pipe = Path.Combine(_nodes.StateOf("alpha"), StateDirectory.TemporaryName);
        using (var mkfifo = Process.Start("mkfifo", [pipe]))
        {
            await mkfifo.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        await _nodes.First.Cluster.SetMaintenanceAsync(true, TestContext.Current.CancellationToken);
        await _nodes.First.StopAsync(TestContext.Current.CancellationToken);
        await _nodes.First.DisposeAsync();
        ExpectLocked();

        await using var reader = new FileStream(pipe, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);   // the write ends
    }

    [Fact]
    public async Task A_stop_does_not_wait_for_an_engine_that_hangs_in_a_policy()
    {
        using var policy = new HangingPolicy();
        await _nodes.First.StartAsync(ha =>
        {
            AddOther(ha, TimeSpan.FromMinutes(10));   // what the stop of all resources may take is no measure for a thread that hangs
            ha.UseFencingPolicy(policy);
        });
        await policy.Entered.Task.WaitAsync(Patience, TestContext.Current.CancellationToken);

        var begun = TimeProvider.System.GetTimestamp();
        await StopImpatientlyAsync(Task.CompletedTask).WaitAsync(Patience, TestContext.Current.CancellationToken);
        await _nodes.First.DisposeAsync().AsTask().WaitAsync(Patience, TestContext.Current.CancellationToken);

        Assert.True(TimeProvider.System.GetElapsedTime(begun) > TimeSpan.FromSeconds(4.5), "a policy that is only slow may end");
        Assert.NotEqual(0, Environment.ExitCode);
        ExpectLocked();
    }

    [Fact]
    public async Task A_policy_that_outlives_its_host_has_nobody_fenced()
    {
        using var policy = new HangingPolicy();
        var outlet = new Outlet();
        await _nodes.First.StartAsync(ha =>
        {
            ha.UseFencingPolicy(policy).UseFencing(fencing => fencing.FenceAtStart = true).AddFencingDevice<CountingDevice>("outlet");
            ha.Services.AddSingleton(outlet);
        });
        await policy.Entered.Task.WaitAsync(Patience, TestContext.Current.CancellationToken);
        var runtime = _nodes.First.Shell.Cluster.Runtime!;
        await StopImpatientlyAsync(Task.CompletedTask);
        await _nodes.First.DisposeAsync();

        policy.Release(FencingDecision.Fence("too late"));
        var end = await runtime.Loop.Ended.WaitAsync(Patience, TestContext.Current.CancellationToken);

        Assert.Null(end.Fault);
        Assert.Equal(0, outlet.Calls);
        Assert.DoesNotContain(runtime.NoticeFeed.ReadAsync(0, CancellationToken.None).ToBlockingEnumerable(CancellationToken.None), notice => notice.Event == "FenceOrdered");
    }

    [Fact]
    public async Task A_second_program_with_this_nodes_name_stops_both()
    {
        await _nodes.First.StartAsync();
        await TwoNodes.WaitForActiveAsync(_nodes.First);
        await using var twin = new TestNode(_nodes, "alpha", @double: true);
        var (first, second) = (_nodes.First, twin);
        await second.StartAsync();

        foreach (var node in new[] { first, second })
        {
            var end = await node.Shell.Cluster.Runtime!.Loop.Ended.WaitAsync(Patience, TestContext.Current.CancellationToken);
            Assert.False(end.Clean);
            Assert.Contains(node.Log.GetSnapshot(), record => record.Id.Name == "Superseded" && record.Level == LogLevel.Critical);
        }

        Assert.False(first.Service.IsRunning);
        Assert.Equal(0, second.Service.Starts);
    }

    [Fact]
    public async Task A_transport_that_cannot_be_disposed_keeps_nothing_else_from_it()
    {
        await _nodes.First.StartAsync(ha => ha.AddTransport("third", _ => new StubbornTransport()));
        await _nodes.First.StopAsync(TestContext.Current.CancellationToken);
        Assert.Contains(_nodes.First.Log.GetSnapshot(), record => record.Id.Name == "PartNotDisposed");
        await _nodes.First.DisposeAsync();

        await _nodes.First.StartAsync();   // the state directory is free
    }

    private static TaskCompletionSource Signal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task StopImpatientlyAsync(Task until)
    {
        using var impatience = new CancellationTokenSource();
        var stopping = _nodes.First.StopAsync(impatience.Token);
        await until.WaitAsync(Patience, TestContext.Current.CancellationToken);
        await impatience.CancelAsync();
        await stopping.ContinueWith(_ => { }, TaskScheduler.Default);   // the host reports the cancelled token
    }

    private void ExpectLocked()
    {
        for (var i = 0; i < 3; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        Assert.Throws<StateFileException>(() => StateDirectory.Open(_nodes.StateOf("alpha"), TwoNodes.Cluster).Dispose());
    }

    private void AddOtherCluster(IHaClusterBuilder first) => first.Services.AddHaCluster("other", ha =>
    {
        var cable = new LoopbackCable();
        ha.AddNode("alpha").AddNode("beta").UseLocalNode("alpha")
            .UseKeyFile(_nodes.KeyFile).UseStateDirectory(_nodes.StateOf("other"))
            .UseFencingPolicy(FencingPolicyKind.ProceedUnfenced)
            .UseTimes(times =>
            {
                times.HeartbeatInterval = TimeSpan.FromMilliseconds(50);
                times.WarnTime = TimeSpan.FromSeconds(1);
                times.DeadTime = TimeSpan.FromSeconds(3);
                times.InitialDeadTime = TimeSpan.FromSeconds(3);
            })
            .AddTransport("cable", _ => cable.First);
        AddOther(ha, TimeSpan.FromMinutes(10));   // the host's patience must be longer than the test's, or the second cluster leaves when it ends
    });

    private void AddOther(IHaClusterBuilder ha, TimeSpan stop)
    {
        ha.Services.AddSingleton(_other);
        ha.AddGroup("other-group", group => group.AddResource<OtherAgent>("other-service", settings =>
        {
            settings.ProbeInterval = TimeSpan.FromHours(1);
            settings.Stop.Timeout = stop;
            settings.Stop.Retries = 0;
        }));
    }

    private sealed class OtherService
    {
        public TaskCompletionSource Started { get; } = Signal();

        public TaskCompletionSource Stopping { get; } = Signal();

        public TaskCompletionSource Release { get; } = Signal();
    }

    private sealed class OtherAgent(OtherService service) : IResourceAgent
    {
        public ValueTask<ProbeResult> ProbeAsync(OperationContext context, CancellationToken cancellationToken) =>
            ValueTask.FromResult(service.Started.Task.IsCompleted && !service.Release.Task.IsCompleted ? ProbeResult.Running : ProbeResult.Stopped);

        public ValueTask<OperationResult> StartAsync(OperationContext context, CancellationToken cancellationToken)
        {
            service.Started.TrySetResult();
            return ValueTask.FromResult(OperationResult.Succeeded);
        }

        public async ValueTask<OperationResult> StopAsync(OperationContext context, CancellationToken cancellationToken)
        {
            service.Stopping.TrySetResult();
            await service.Release.Task.WaitAsync(cancellationToken);
            return OperationResult.Succeeded;
        }
    }

    private sealed class HangingPolicy : IFencingPolicy, IDisposable
    {
        private readonly ManualResetEventSlim _release = new();
        private FencingDecision _decision = FencingDecision.Wait("it hung");

        public TaskCompletionSource Entered { get; } = Signal();

        public FencingDecision Decide(FencingContext context)
        {
            Entered.TrySetResult();
            _release.Wait(CancellationToken.None);
            return _decision;
        }

        public void Release(FencingDecision decision)
        {
            _decision = decision;
            _release.Set();
        }

        public void Dispose() => _release.Set();
    }

    private sealed class Outlet
    {
        private int _calls;

        public int Calls => Volatile.Read(ref _calls);

        public void Call() => Interlocked.Increment(ref _calls);
    }

    private sealed class CountingDevice(Outlet outlet) : IFencingDevice
    {
        public ValueTask<FenceResult> FenceAsync(FencingDeviceContext context, CancellationToken cancellationToken)
        {
            outlet.Call();
            return ValueTask.FromResult(FenceResult.Confirmed("off"));
        }
    }

    private sealed class StubbornTransport : IHeartbeatTransport, IDisposable
    {
        private readonly LoopbackCable _cable = new();

        public ValueTask<IHeartbeatLink> OpenAsync(HeartbeatLinkContext context, CancellationToken cancellationToken) => _cable.First.OpenAsync(context, cancellationToken);

        public void Dispose() => throw new InvalidOperationException("it will not go");
    }
}
