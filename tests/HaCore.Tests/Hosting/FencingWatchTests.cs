using HaCore.Hosting;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Time.Testing;

namespace HaCore.Tests.Hosting;

/// <summary>Devices that are looked at: what becomes a condition, and what a fence does to a look.</summary>
public sealed class FencingWatchTests : IDisposable
{
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan s_soon = TimeSpan.FromSeconds(5);
    private readonly FakeTimeProvider _time = new();
    private readonly FakeLogger _logger = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly SnapshotFeed _feed = new(new ClusterSnapshot { Revision = 0, Cluster = "unipd", LocalNode = default, Nodes = [], Links = [], Groups = [], Conditions = [] });

    public void Dispose() => _stopping.Dispose();

    [Fact]
    public async Task A_device_that_fails_twice_is_a_condition_until_it_answers()
    {
        var device = new Monitored { Says = FencingDeviceHealth.Unusable("no route") };
        var watch = Watch(Runner(device, "bmc", 1), Runner(new Monitored(), "pdu", 2));

        Assert.Equal(s_soon, await watch.LookAsync(0));
        Assert.Empty(_feed.Conditions);

        Assert.Equal(s_interval, await watch.LookAsync(0));
        Assert.Equal(["fencing device \"bmc\" is unusable: no route"], _feed.Conditions);
        Assert.Equal([1233], Ids());

        device.Says = FencingDeviceHealth.Unusable("login refused");
        await watch.LookAsync(0);
        Assert.Equal(["fencing device \"bmc\" is unusable: login refused"], _feed.Conditions);
        Assert.Equal([1233], Ids());

        device.Says = FencingDeviceHealth.Usable("answers");
        Assert.Equal(s_interval, await watch.LookAsync(0));
        Assert.Empty(_feed.Conditions);
        Assert.Equal([1233, 1234], Ids());

        device.Says = FencingDeviceHealth.Unusable("no route");
        Assert.Equal(s_soon, await watch.LookAsync(0));   // counted anew
        Assert.Empty(_feed.Conditions);
    }

    [Fact]
    public async Task Without_a_whole_level_fencing_is_unusable()
    {
        var (left, bmc) = (new Monitored { Says = FencingDeviceHealth.Unusable("dead") }, new Monitored { Says = FencingDeviceHealth.Unusable("dead") });
        var watch = Watch(Runner(left, "left", 1), Runner(new Monitored(), "right", 1), Runner(bmc, "bmc", 2));
        foreach (var index in (int[])[0, 0, 2])
        {
            await watch.LookAsync(index);
        }

        Assert.Single(_feed.Conditions);
        await watch.LookAsync(2);
        Assert.Equal(3, _feed.Conditions.Count);
        Assert.Contains("fencing is unusable: no level has all its devices; if the peer dies now, nothing is taken over until an operator confirms that it is down", _feed.Conditions);

        left.Says = default;   // cannot tell: no proof of a fault
        await watch.LookAsync(0);
        Assert.Equal(["fencing device \"bmc\" is unusable: dead"], _feed.Conditions);
    }

    [Fact]
    public async Task A_device_that_throws_is_unusable()
    {
        var watch = Watch(Runner(new Monitored { Throws = new InvalidOperationException("burnt") }, "bmc", 1));
        await watch.LookAsync(0);
        await watch.LookAsync(0);
        Assert.Contains("fencing device \"bmc\" is unusable: its monitor threw InvalidOperationException: burnt", _feed.Conditions);
    }

    [Fact]
    public async Task A_device_that_hangs_is_told_to_stop_and_is_unusable()
    {
        var device = new Monitored { Hangs = true };
        var watch = Watch(Runner(device, "bmc", 1));
        for (var i = 0; i < 2; i++)
        {
            var look = watch.LookAsync(0).AsTask();
            _time.Advance(s_timeout);
            await look;
        }

        Assert.Contains("fencing device \"bmc\" is unusable: it did not answer within 20 s", _feed.Conditions);
    }

    [Fact]
    public async Task A_fence_does_not_wait_for_a_look_and_no_look_begins_during_one()
    {
        var device = new Monitored { Hangs = true };
        var runner = Runner(device, "bmc", 1);
        var watch = Watch(runner);
        var look = watch.LookAsync(0).AsTask();

        var fence = runner.FenceAsync(new NodeId("b"), "silent", _stopping.Token).AsTask();
        Assert.Equal(s_interval, await look);
        Assert.Equal(s_interval, await watch.LookAsync(0));
        Assert.Equal(1, device.Looks);

        device.Fence.SetResult(FenceResult.Confirmed("off"));
        Assert.Equal(FenceOutcome.Confirmed, (await fence).Outcome);
        Assert.Empty(_feed.Conditions);

        device.Hangs = false;
        await watch.LookAsync(0);
        Assert.Equal(2, device.Looks);
    }

    [Fact]
    public async Task It_looks_again_and_again_and_ends_with_the_host()
    {
        var device = new Monitored();
        var watch = Watch(Runner(device, "bmc", 1), Runner(new Plain(), "plain", 1));
        watch.Start();
        while (device.Looks < 5)
        {
            _time.Advance(s_interval);
            await Task.Yield();
        }

        await _stopping.CancelAsync();
        await watch.Ended.WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
    }

    private int[] Ids() => [.. _logger.Collector.GetSnapshot().Select(record => record.Id.Id)];

    private FencingWatch Watch(params FencingDeviceRunner[] runners) => new(runners, new NodeId("b"), _feed, line => line(_logger), _time, _stopping.Token);

    private FencingDeviceRunner Runner(IFencingDevice device, string name, int level) => new(
        new()
        {
            Name = name,
            Level = level,
            Fence = new(s_interval, 0, TimeSpan.Zero),
            MonitorInterval = s_interval,
            MonitorTimeout = s_timeout,
            Create = _ => device,
        },
        device, "unipd", new NodeId("a"), _time, line => line(_logger));

    private sealed class Plain : IFencingDevice
    {
        public ValueTask<FenceResult> FenceAsync(FencingDeviceContext context, CancellationToken cancellationToken) => default;
    }

    private sealed class Monitored : IMonitoredFencingDevice
    {
        private int _looks;

        public FencingDeviceHealth Says { get; set; } = FencingDeviceHealth.Usable("answers");

        public Exception? Throws { get; init; }

        public bool Hangs { get; set; }

        public int Looks => Volatile.Read(ref _looks);

        public TaskCompletionSource<FenceResult> Fence { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public ValueTask<FenceResult> FenceAsync(FencingDeviceContext context, CancellationToken cancellationToken) => new(Fence.Task);

        public async ValueTask<FencingDeviceHealth> MonitorAsync(FencingDeviceContext context, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _looks);
            if (Hangs)
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
            }

            return Throws is null ? Says : throw Throws;
        }
    }
}
