using System.Collections.Concurrent;
using HaCore.Configuration;
using HaCore.Engine;
using HaCore.Hosting;
using HaCore.Tests.Configuration;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Time.Testing;

namespace HaCore.Tests.Hosting;

public sealed class NetworkProbeTests : IAsyncDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly FakeLogger _logger = new();
    private readonly EngineConfiguration _engine = Make.Definition(ha => ha.Good()).Engine;
    private readonly EventQueue _queue;
    private readonly EngineClock _clock;
    private NetworkProbeRunner? _runner;
    private bool _stopped;

    public NetworkProbeTests()
    {
        _clock = new EngineClock(_time);
        _queue = new EventQueue(_clock, links: 1, resources: 1);
    }

    public async ValueTask DisposeAsync()
    {
        if (_runner is not null)
        {
            await _runner.StopAsync();
            await _runner.Ended.WaitAsync(TestContext.Current.CancellationToken);
            _runner.Dispose();
        }
    }

    [Fact]
    public void The_newest_report_replaces_one_that_waits()
    {
        _queue.PostNetwork(new(NetworkReach.Reachable, null));
        _queue.PostNetwork(new(NetworkReach.Unreachable, "silent: 192.0.2.1"));

        var taken = Assert.IsType<ClusterEvent.NetworkChanged>(_queue.Take(Instant.Never, ref _stopped));
        Assert.Equal((NetworkReach.Unreachable, "silent: 192.0.2.1"), (taken.Reach, taken.Detail));
        Assert.IsType<ClusterEvent.Tick>(_queue.Take(_clock.Now, ref _stopped));
    }

    [Fact]
    public void Reports_come_to_the_engine()
    {
        Start(new Probe((context, token) =>
        {
            context.Report(NetworkReach.Unreachable, $"{context.Cluster} {context.LocalNode} {context.DeadTime}");
            token.WaitHandle.WaitOne();
        }));

        var taken = Assert.IsType<ClusterEvent.NetworkChanged>(_queue.Take(Instant.Never, ref _stopped));
        Assert.Equal((NetworkReach.Unreachable, "unipd novanta 00:00:02"), (taken.Reach, taken.Detail));
    }

    [Fact]
    public void A_probe_that_throws_makes_the_network_unknown_and_is_called_again_a_second_later()
    {
        var calls = new BlockingCollection<int>();
        var count = 0;
        Start(new Probe((_, token) =>
        {
            calls.Add(++count, token);
            throw new InvalidOperationException("no eyes");
        }));

        Assert.Equal(1, calls.Take(TestContext.Current.CancellationToken));
        var taken = Assert.IsType<ClusterEvent.NetworkChanged>(_queue.Take(Instant.Never, ref _stopped));
        Assert.Equal((NetworkReach.Unknown, "no eyes"), (taken.Reach, taken.Detail));

        int again;
        while (!calls.TryTake(out again, 1, TestContext.Current.CancellationToken))
        {
            _time.Advance(TimeSpan.FromMilliseconds(100));
        }

        Assert.Equal(2, again);
        Assert.Equal("NetworkProbeFaulted", Assert.Single(_logger.Collector.GetSnapshot(), record => record.Level == LogLevel.Error).Id.Name);
    }

    [Fact]
    public void A_probe_that_is_slower_than_the_dead_time_is_refused()
    {
        var refusal = Assert.Throws<InvalidOperationException>(() => Start(new Probe((_, _) => { }) { Within = TimeSpan.FromSeconds(1.9) }));

        Assert.Equal(
            "The network probe Probe says that the network is dead up to 1.9 s after it broke; it must do so within DeadTime - HeartbeatInterval (2 s - 0.2 s = 1.8 s), or a node whose own cable " +
            "is pulled judges its peer before it has learned that.",
            refusal.Message);
    }

    private void Start(Probe probe)
    {
        _runner = new NetworkProbeRunner(probe, _engine, _queue, _clock, NullLoggerFactory.Instance, _logger);
        _runner.Start();
    }

    private sealed class Probe(Action<NetworkProbeContext, CancellationToken> run) : INetworkProbe
    {
        public TimeSpan Within { get; init; }

        public TimeSpan DecidesWithin(TimeSpan deadTime) => Within;

        public void Run(NetworkProbeContext context, CancellationToken cancellationToken) => run(context, cancellationToken);
    }
}
