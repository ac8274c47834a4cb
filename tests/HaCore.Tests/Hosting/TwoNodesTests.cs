using HaCore.Engine;
using HaCore.Hosting;
using HaCore.State;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace HaCore.Tests.Hosting;

/// <summary>One of these tests blocks every thread of the pool, and all of them run in real time: nothing else runs beside them.</summary>
[CollectionDefinition(nameof(TwoNodesTests), DisableParallelization = true)]
public sealed class RunsAlone;

[Collection(nameof(TwoNodesTests))]
public sealed class TwoNodesTests : IAsyncDisposable
{
    private readonly TwoNodes _nodes = new();

    public ValueTask DisposeAsync() => _nodes.DisposeAsync();

    [Fact]
    public async Task First_start_of_both_runs_the_group_on_the_preferred_node_only()
    {
        await _nodes.StartAsync();

        var snapshot = await TwoNodes.WaitForActiveAsync(_nodes.First);
        Assert.Equal(_nodes.First.Id, snapshot.Groups[0].ActiveOn);
        await TwoNodes.WaitAsync(_nodes.Second, seen => seen.Groups[0].PeerHold == HoldState.Held);
        Assert.True(_nodes.First.Service.IsRunning);
        Assert.Equal(0, _nodes.Second.Service.Starts);

        var links = _nodes.First.Cluster.Current.Links;
        Assert.All(links, link => Assert.True(link is { Alive: true, Received: > 0, LastHeard: not null }));
    }

    [Fact]
    public async Task A_node_that_crashes_is_taken_over_and_its_successor_comes_back_in()
    {
        await _nodes.StartAsync();
        await TwoNodes.WaitForActiveAsync(_nodes.First);
        await TwoNodes.WaitForSessionAsync(_nodes.Second);

        await _nodes.First.CrashAsync();
        await TwoNodes.WaitForActiveAsync(_nodes.Second);
        Assert.True(_nodes.Second.Service.IsRunning);

        await _nodes.First.StartAsync();
        await TwoNodes.WaitAsync(_nodes.First, snapshot => snapshot.HasSession && snapshot.Groups[0].PeerHold == HoldState.Held);
        Assert.True(_nodes.First.Cluster.Current.Nodes[0].Incarnation >= 2);
        Assert.False(_nodes.RanTwice);
    }

    [Fact]
    public async Task A_host_that_stops_hands_over_and_says_left()
    {
        await _nodes.StartAsync();
        await TwoNodes.WaitForActiveAsync(_nodes.First);
        await TwoNodes.WaitForSessionAsync(_nodes.Second);

        await _nodes.First.StopAsync(TestContext.Current.CancellationToken);

        Assert.False(_nodes.First.Service.IsRunning);
        Assert.Contains(_nodes.First.Log.GetSnapshot(), record => record.Id.Name == "EngineLeft");
        await TwoNodes.WaitForActiveAsync(_nodes.Second);
        Assert.False(_nodes.RanTwice);
    }

    [Fact]
    public async Task One_cut_cable_is_not_a_takeover()
    {
        await _nodes.StartAsync();
        await TwoNodes.WaitForActiveAsync(_nodes.First);
        await TwoNodes.WaitAsync(_nodes.Second, snapshot => snapshot.HasSession && snapshot.Links.All(link => link.Alive));

        _nodes.Cables[0].IsCut = true;
        var snapshot = await TwoNodes.WaitAsync(_nodes.Second, seen => !seen.Links[0].Alive);

        Assert.True(snapshot.HasSession);
        Assert.Equal(0, _nodes.Second.Service.Starts);
    }

    [Fact]
    public async Task Heartbeats_go_on_while_every_thread_of_the_pool_is_blocked()
    {
        await _nodes.StartAsync();
        await TwoNodes.WaitForActiveAsync(_nodes.First);
        await TwoNodes.WaitForSessionAsync(_nodes.Second);
        var runtimes = new[] { _nodes.First, _nodes.Second }.Select(node => node.Shell.Cluster.Runtime!).ToList();
        var release = new ManualResetEventSlim();   // not disposed: pool threads that come late still look at it

        // More blocked work than the pool injects threads for while the test looks (about one a second).
        for (var i = 0; i < 400; i++)
        {
            ThreadPool.UnsafeQueueUserWorkItem(_ => release.Wait(CancellationToken.None), null);
        }

        try
        {
            var before = Received();
            var deadline = runtimes[0].Loop.Steps + 200;   // 100 heartbeats of either side: longer than the dead time
            var reached = SpinWait.SpinUntil(() => runtimes[0].Loop.Steps >= deadline, TimeSpan.FromSeconds(60));
            Assert.True(reached);
            Assert.All(Received().Zip(before), pair => Assert.True(pair.First > pair.Second + 20));
            Assert.All(runtimes, runtime => Assert.True(runtime.Feed.Current.HasSession));
            Assert.Equal(0, _nodes.Second.Service.Starts);
        }
        finally
        {
            release.Set();
        }

        List<long> Received() => [.. runtimes.Select(runtime => runtime.SampleLinks().Sum(link => link.Received))];
    }

    [Fact]
    public async Task Heartbeats_allocate_and_log_nothing_in_steady_state()
    {
        await _nodes.StartAsync();
        await TwoNodes.WaitForActiveAsync(_nodes.First);
        await TwoNodes.WaitForSessionAsync(_nodes.Second);
        var runtime = _nodes.First.Shell.Cluster.Runtime!;

        // A busy machine may make a window in which a link was late, which is news and costs a notice: one clean window shows the heartbeat's own cost.
        var windows = new List<(long Engine, long Links, int Lines)>();
        do
        {
            var (engine, links, lines) = (runtime.Loop.AllocatedBytes, runtime.LinksAllocatedBytes, Lines());
            var frames = Frames();
            Assert.True(SpinWait.SpinUntil(() => Frames() - frames >= 200, TimeSpan.FromSeconds(120)));
            windows.Add((runtime.Loop.AllocatedBytes - engine, runtime.LinksAllocatedBytes - links, Lines() - lines));
        }
        while (windows[^1] != (0, 0, 0) && windows.Count < 12);

        Assert.True(windows[^1] == (0, 0, 0), $"bytes and lines per window of 200 frames: {string.Join(", ", windows)}");

        int Lines() => _nodes.First.Log.GetSnapshot().Count(record => record.Level >= LogLevel.Information);

        long Frames() => runtime.SampleLinks().Sum(link => link.Sent + link.Received);
    }

    [Fact]
    public async Task A_second_start_with_the_same_state_directory_is_refused()
    {
        await _nodes.First.StartAsync();
        var twin = new TestNode(_nodes, "alpha");

        await Assert.ThrowsAsync<StateFileException>(() => twin.StartAsync());
        await twin.DisposeAsync();
    }

    [Fact]
    public async Task Each_start_is_a_newer_incarnation()
    {
        await _nodes.First.StartAsync();
        Assert.Equal(1, _nodes.First.Cluster.Current.Nodes[0].Incarnation);
        await _nodes.First.StopAsync(TestContext.Current.CancellationToken);
        await _nodes.First.DisposeAsync();

        await _nodes.First.StartAsync();
        Assert.Equal(2, _nodes.First.Cluster.Current.Nodes[0].Incarnation);
    }

    [Fact]
    public async Task A_stop_that_hangs_makes_the_host_say_unclean_and_never_left()
    {
        await _nodes.StartAsync();
        await TwoNodes.WaitForActiveAsync(_nodes.First);
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _nodes.First.Service.OnStop = async _ =>
        {
            entered.TrySetResult();
            await release.Task;
            return OperationResult.Succeeded;
        };

        using var impatience = new CancellationTokenSource();
        var stopping = _nodes.First.StopAsync(impatience.Token);
        await entered.Task.WaitAsync(TestContext.Current.CancellationToken);
        await impatience.CancelAsync();
        await stopping.ContinueWith(_ => { }, TaskScheduler.Default);   // the host reports the cancelled token
        release.SetResult();

        Assert.Contains(_nodes.First.Log.GetSnapshot(), record => record.Id.Name == "EngineUnclean" && record.Level == LogLevel.Critical);
        Assert.DoesNotContain(_nodes.First.Log.GetSnapshot(), record => record.Id.Name == "EngineLeft");
        Environment.ExitCode = 0;
    }

    [Fact]
    public async Task A_start_that_throws_moves_the_group_to_the_other_node()
    {
        _nodes.First.Service.OnStart = _ => throw new InvalidOperationException("broken agent");
        await _nodes.StartAsync();

        await TwoNodes.WaitForActiveAsync(_nodes.Second);
        Assert.Contains(_nodes.First.Log.GetSnapshot(), record => record.Id.Name == "AgentFaulted");
        Assert.False(_nodes.RanTwice);
    }

    [Fact]
    public async Task Commands_are_answered_and_unknown_names_are_refused()
    {
        await _nodes.StartAsync();
        await TwoNodes.WaitForActiveAsync(_nodes.First);
        await TwoNodes.WaitForSessionAsync(_nodes.Second);
        var token = TestContext.Current.CancellationToken;

        Assert.False((await _nodes.First.Cluster.StandbyAsync(new NodeId("gamma"), cancellationToken: token)).Accepted);
        Assert.False((await _nodes.First.Cluster.ClearFailuresAsync(new GroupId("nothing"), token)).Accepted);
        var answer = await _nodes.First.Cluster.MoveAsync(new GroupId("group"), _nodes.Second.Id, token);
        Assert.True(answer.Accepted, answer.Detail);
        await TwoNodes.WaitForActiveAsync(_nodes.Second);
        Assert.False(_nodes.RanTwice);
    }

    [Fact]
    public async Task An_engine_that_fails_falls_silent_stops_the_host_and_touches_no_resource()
    {
        await _nodes.StartAsync();
        await TwoNodes.WaitForActiveAsync(_nodes.First);
        await TwoNodes.WaitForSessionAsync(_nodes.Second);
        var lifetime = _nodes.First.Host.Services.GetRequiredService<IHostApplicationLifetime>();
        var health = _nodes.First.Host.Services.GetRequiredService<HealthCheckService>();
        Assert.NotEqual(HealthStatus.Unhealthy, (await health.CheckHealthAsync(TestContext.Current.CancellationToken)).Status);

        _nodes.First.Shell.Cluster.Runtime!.Queue.Post(new ClusterEvent.LinkChanged(99, true, null));   // no such link: a broken invariant

        var stopping = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = lifetime.ApplicationStopping.Register(stopping.SetResult);
        await stopping.Task.WaitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(HealthStatus.Unhealthy, (await health.CheckHealthAsync(TestContext.Current.CancellationToken)).Status);
        Assert.Contains(_nodes.First.Log.GetSnapshot(), record => record.Id.Name == "EngineFaulted" && record.Level == LogLevel.Critical);
        Assert.True(_nodes.First.Service.IsRunning);
        await TwoNodes.WaitAsync(_nodes.Second, snapshot => !snapshot.HasSession);
        Environment.ExitCode = 0;
    }

    [Fact]
    public async Task Two_clusters_in_one_host_are_resolved_by_name_only()
    {
        using var host = _nodes.First.Build(ha => ha.Services.AddHaCluster("other", _ => { }));

        Assert.Throws<InvalidOperationException>(() => host.Services.GetRequiredService<IHaCluster>());
        Assert.Equal("other", host.Services.GetRequiredKeyedService<IHaCluster>("other").Name);
        Assert.Equal(TwoNodes.Cluster, host.Services.GetRequiredKeyedService<IHaCluster>(TwoNodes.Cluster).Name);
        await Task.CompletedTask;
    }
}
