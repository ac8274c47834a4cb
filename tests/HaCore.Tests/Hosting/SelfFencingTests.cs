using HaCore.Engine;
using HaCore.State;
using Microsoft.Extensions.DependencyInjection;

namespace HaCore.Tests.Hosting;

/// <summary>Two hosts with a watchdog each, in real time.</summary>
[Collection(nameof(TwoNodesTests))]
public sealed class SelfFencingTests : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);
    private readonly TwoNodes _nodes = new();
    private readonly List<FakeSelfFencing> _devices = [];

    public async ValueTask DisposeAsync()
    {
        foreach (var device in _devices)
        {
            device.Unplug();
        }

        await _nodes.DisposeAsync();
        Environment.ExitCode = 0;
    }

    [Fact]
    public async Task A_host_that_leaves_in_order_disarms()
    {
        var device = Device();
        await _nodes.First.StartAsync(ha => Use(ha, device));
        await TwoNodes.WaitAsync(_nodes.First, snapshot => snapshot.EngineSteps > 20);
        Assert.True(device.IsArmed);

        await _nodes.First.StopAsync(TestContext.Current.CancellationToken);

        Assert.Equal(1, device.Disarms);
        Assert.Contains(_nodes.First.Log.GetSnapshot(), record => record.Id.Name == "SelfFencingArmed" && record.Message.Contains("The peer may take over", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_host_that_detaches_in_maintenance_disarms_and_leaves_its_service_running()
    {
        var (first, second) = (Device(), Device());
        await StartBothAsync(first, second, FencingPolicyKind.SelfFencing);
        Assert.True((await _nodes.First.Cluster.SetMaintenanceAsync(true, TestContext.Current.CancellationToken)).Accepted);

        await _nodes.First.StopAsync(TestContext.Current.CancellationToken);

        Assert.True(_nodes.First.Service.IsRunning);
        Assert.Equal(1, first.Disarms);
        Assert.False(first.Resets.Task.IsCompleted);
    }

    [Fact]
    public async Task A_host_whose_engine_hangs_in_a_policy_is_reset()
    {
        var (first, second) = (Device(TimeSpan.FromSeconds(1)), Device());
        using var release = new ManualResetEventSlim();
        var policy = new HangingPolicy(release);
        await _nodes.First.StartAsync(ha => Use(ha, first).UseFencingPolicy(policy));
        await _nodes.Second.StartAsync(ha => Use(ha, second).UseFencingPolicy(new HangingPolicy(release)));
        await TwoNodes.WaitForActiveAsync(_nodes.First);
        await TwoNodes.WaitForSessionAsync(_nodes.First);

        Cut();
        await policy.Entered.Task.WaitAsync(TestContext.Current.CancellationToken);
        await first.Fired.Task.WaitAsync(TestContext.Current.CancellationToken);

        release.Set();
        Assert.Equal(0, first.Disarms);
    }

    [Fact]
    public async Task Looks_and_keep_alives_allocate_nothing()
    {
        var device = Device();
        await _nodes.First.StartAsync(ha => Use(ha, device));
        var guard = _nodes.First.Shell.Cluster.Runtime!.Guard!;
        var windows = new List<long>();
        do
        {
            var (bytes, keepAlives) = (guard.AllocatedBytes, device.KeepAlives);
            Assert.True(SpinWait.SpinUntil(() => device.KeepAlives >= keepAlives + 5, TimeSpan.FromSeconds(120)));
            windows.Add(guard.AllocatedBytes - bytes);
        }
        while (windows[^1] != 0 && windows.Count < 5);   // the first look may still be compiled

        Assert.True(windows[^1] == 0, $"bytes per window of 5 keep-alives: {string.Join(", ", windows)}");
    }

    [Fact]
    public async Task A_host_that_has_lost_its_peer_and_is_deciding_is_kept_alive()
    {
        var (first, second) = (Device(), Device());
        await StartBothAsync(first, second, FencingPolicyKind.ProceedUnfenced);
        Cut();
        await TwoNodes.WaitAsync(_nodes.First, snapshot => !snapshot.HasSession);
        var before = first.KeepAlives;

        Assert.True(SpinWait.SpinUntil(() => first.KeepAlives >= before + 10, TimeSpan.FromSeconds(120)));
        Assert.False(first.Fired.Task.IsCompleted);
        Assert.False(first.Resets.Task.IsCompleted);
    }

    [Fact]
    public async Task A_holder_that_is_cut_off_resets_itself_and_its_peer_takes_over_after_that()
    {
        var (first, second) = (Device(TimeSpan.FromSeconds(1)), Device(TimeSpan.FromSeconds(1)));
        first.OnReset = () =>
        {
            _nodes.First.Service.IsBroken = true;
            _nodes.First.Service.Die();
        };
        await StartBothAsync(first, second, FencingPolicyKind.SelfFencing);
        Assert.True(_nodes.First.Service.IsRunning);
        WaitUntilThePeerCountsOnIt();

        Cut();
        var reason = await first.Resets.Task.WaitAsync(TestContext.Current.CancellationToken);
        await TwoNodes.WaitForActiveAsync(_nodes.Second);

        Assert.Contains("right time", reason, StringComparison.Ordinal);
        Assert.False(_nodes.RanTwice);
        Assert.Equal(0, first.Disarms);
        Assert.False(second.Resets.Task.IsCompleted);   // it held nothing, and now it is confirmed alone
    }

    [Fact]
    public async Task A_host_whose_engine_fails_is_not_disarmed()
    {
        var (first, second) = (Device(TimeSpan.FromSeconds(1)), Device());
        await StartBothAsync(first, second, FencingPolicyKind.ProceedUnfenced);

        _nodes.First.Shell.Cluster.Runtime!.Queue.Post(new ClusterEvent.LinkChanged(99, true, null));   // no such link: a broken invariant

        await first.Fired.Task.WaitAsync(TestContext.Current.CancellationToken);
        await _nodes.First.DisposeAsync();
        Assert.Equal(0, first.Disarms);
    }

    [Fact]
    public async Task A_start_over_a_promise_of_this_boot_resets_before_it_keeps_anything_alive()
    {
        var (first, second) = (Device(), Device());
        await StartBothAsync(first, second, FencingPolicyKind.SelfFencing);
        WaitUntilThePeerCountsOnIt();
        await _nodes.First.CrashAsync();
        Assert.Equal(0, first.Disarms);

        var successor = Device();
        var refusal = await Assert.ThrowsAsync<InvalidOperationException>(() => _nodes.First.StartAsync(ha => Use(ha, successor).UseFencingPolicy(FencingPolicyKind.SelfFencing)));
        var reason = await successor.Resets.Task.WaitAsync(TestContext.Current.CancellationToken);

        Assert.Contains("has promised this reset", reason, StringComparison.Ordinal);
        Assert.Contains("reset this machine by hand", refusal.Message, StringComparison.Ordinal);
        Assert.Equal((0, 0), (successor.KeepAlives, successor.Disarms));
    }

    [Fact]
    public async Task A_device_that_cannot_be_armed_refuses_the_start_with_its_words()
    {
        var device = Device();
        device.ArmFailure = new IOException("The watchdog is in use by another program.");

        var refusal = await Assert.ThrowsAsync<IOException>(() => _nodes.First.StartAsync(ha => Use(ha, device)));

        Assert.Equal("The watchdog is in use by another program.", refusal.Message);
    }

    [Fact]
    public async Task A_host_that_fails_to_start_after_it_was_armed_disarms()
    {
        var device = Device();
        await Assert.ThrowsAsync<InvalidOperationException>(() => _nodes.First.StartAsync(ha => Use(ha, device)
            .AddTransport("broken", _ => throw new InvalidOperationException("no such transport"))));

        await _nodes.First.DisposeAsync();
        Assert.Equal(1, device.Disarms);
    }

    private FakeSelfFencing Device(TimeSpan? timeout = null)
    {
        var device = new FakeSelfFencing(timeout ?? TimeSpan.FromMinutes(5), Interval);
        _devices.Add(device);
        return device;
    }

    private static IHaClusterBuilder Use(IHaClusterBuilder ha, FakeSelfFencing device) =>
        ha.UseSelfFencing(_ => device, settings => settings.AcceptTotalOutage = true);

    private async Task StartBothAsync(FakeSelfFencing first, FakeSelfFencing second, FencingPolicyKind policy)
    {
        await _nodes.First.StartAsync(ha => Use(ha, first).UseFencingPolicy(policy));
        await _nodes.Second.StartAsync(ha => Use(ha, second).UseFencingPolicy(policy));
        await TwoNodes.WaitForActiveAsync(_nodes.First);
        await TwoNodes.WaitForSessionAsync(_nodes.First);
        await TwoNodes.WaitAsync(_nodes.Second, snapshot => snapshot.HasSession && snapshot.Groups[0].PeerHold == HoldState.Held);
    }

    /// <summary>The promise is on disk, so frames make it, and the peer has heard some of them.</summary>
    private void WaitUntilThePeerCountsOnIt()
    {
        var state = Path.Combine(_nodes.StateOf("alpha"), StateDirectory.StateName);
        var boot = BootId.Read();
        Assert.True(SpinWait.SpinUntil(
            () => StateFile.Parse(File.ReadAllBytes(state), TwoNodes.Cluster).State?.ArmedBootId == boot,
            TimeSpan.FromSeconds(120)));
        var before = Received();
        Assert.True(SpinWait.SpinUntil(() => Received() > before + 20, TimeSpan.FromSeconds(120)));

        long Received() => _nodes.Second.Shell.Cluster.Runtime!.SampleLinks().Sum(link => link.Received);
    }

    private void Cut()
    {
        foreach (var cable in _nodes.Cables)
        {
            cable.IsCut = true;
        }
    }

    private sealed class HangingPolicy(ManualResetEventSlim release) : IFencingPolicy
    {
        public TaskCompletionSource Entered { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public FencingDecision Decide(FencingContext context)
        {
            if (context.HadSession)
            {
                Entered.TrySetResult();
                release.Wait();
            }

            return FencingDecision.Wait("It hung.");
        }
    }
}
