using System.Collections.Concurrent;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace HaCore.Fencing.Tests.Ping;

/// <summary>The thread on a clock and a network of the test: one advance is one round.</summary>
public sealed class PingTargetsTests : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private readonly FakeTimeProvider _time = new();
    private readonly FakeNetwork _network = new();
    private readonly BlockingCollection<(NetworkReach Reach, string? Detail)> _reports = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly PingOptions _options = new() { Interval = Interval, Timeout = TimeSpan.FromMilliseconds(10), UpAfter = 2, Targets = { "192.0.2.1", "192.0.2.2" } };
    private Thread? _thread;

    public void Dispose()
    {
        _stop.Cancel();
        _thread?.Join();
        _stop.Dispose();
        _reports.Dispose();
    }

    [Fact]
    public void Reports_follow_the_network_after_so_many_rounds()
    {
        _network.Alive.Add("192.0.2.1");
        Start();
        Assert.Equal((NetworkReach.Reachable, "1 of 2 ping targets answer and 1 must; silent: 192.0.2.2"), Next());

        lock (_network)
        {
            _network.Alive.Clear();
        }

        Assert.Equal((NetworkReach.Unreachable, "0 of 2 ping targets answer and 1 must; silent: 192.0.2.1, 192.0.2.2"), Next());

        lock (_network)
        {
            _network.Alive.UnionWith(_options.Targets);
        }

        Assert.Equal((NetworkReach.Reachable, null), Next());
    }

    [Fact]
    public void It_ends_when_it_is_told_to()
    {
        Start();
        _stop.Cancel();

        Assert.True(_thread!.Join(TimeSpan.FromSeconds(60)));
    }

    [Theory]
    [InlineData(2.0, 1.0)]      // Lan: eight rounds in the dead time, four to be certain
    [InlineData(0.5, 0.4)]      // Fast: rounds of 100 ms
    [InlineData(10.0, 4.0)]     // Heartbeat2004: rounds of 1 s
    public void By_default_it_is_certain_within_the_dead_time(double deadTime, double expected)
    {
        var targets = new PingTargets(new PingOptions { Targets = { "192.0.2.1" } });

        Assert.Equal(TimeSpan.FromSeconds(expected), targets.DecidesWithin(TimeSpan.FromSeconds(deadTime)));
    }

    private void Start()
    {
        var targets = new PingTargets(_options, (family, device, identifier) => _network.Open(family, device, identifier));
        var context = new NetworkProbeContext
        {
            Cluster = "pair",
            LocalNode = new NodeId("alpha"),
            DeadTime = TimeSpan.FromSeconds(10),
            Report = (reach, detail) => _reports.Add((reach, detail)),
            TimeProvider = _time,
            LoggerFactory = NullLoggerFactory.Instance,
        };
        _thread = new Thread(() => targets.Run(context, _stop.Token)) { IsBackground = true };
        _thread.Start();
    }

    /// <summary>Lets rounds pass until there is a report.</summary>
    private (NetworkReach Reach, string? Detail) Next()
    {
        for (var i = 0; i < 100_000; i++)
        {
            if (_reports.TryTake(out var report, millisecondsTimeout: 1))
            {
                return report;
            }

            _time.Advance(TimeSpan.FromMilliseconds(10));
        }

        throw new InvalidOperationException("no report");
    }
}
