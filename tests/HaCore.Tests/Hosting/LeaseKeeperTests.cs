using System.Collections.Concurrent;
using HaCore.Configuration;
using HaCore.Engine;
using HaCore.Hosting;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Time.Testing;

namespace HaCore.Tests.Hosting;

/// <summary>One leased resource, one keeper, time and permission by hand.</summary>
public sealed class LeaseKeeperTests : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan AskAgain = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly FakeTimeProvider _time = new();
    private readonly FakeLogger _logger = new();
    private readonly LeasedAgent _agent = new();
    private readonly EngineClock _clock;
    private readonly EventQueue _queue;
    private readonly ResourceRunner _runner;
    private readonly LeaseKeeper _keeper;
    private readonly SemaphoreSlim _asked = new(0);
    private LeasePermission? _permission = LeasePermission.Granted;
    private bool _isStarted;

    public LeaseKeeperTests()
    {
        _clock = new EngineClock(_time);
        _queue = new EventQueue(_clock, links: 1, resources: 1);
        var settings = new OperationSettings(TimeSpan.FromSeconds(10), Retries: 0, TimeSpan.Zero);
        var definition = new ResourceDefinition { CreateAgent = _ => _agent, Probe = settings, Prepare = settings, Start = settings, Stop = settings };
        var place = new ResourcePlace(
            "test", new NodeId("a"), new NodeId("b"), new GroupId("g"), new ResourceId("address"), 0, 0, 0, definition, TimeSpan.FromSeconds(2));
        _runner = new ResourceRunner(place, _agent, _queue, TimeProvider.System, telemetry: null, _logger);
        _keeper = new LeaseKeeper(_runner, Ask, new LeaseTimes(Interval, AskAgain, TimeSpan.FromSeconds(2)), _clock, () => { }, _logger);
    }

    public async ValueTask DisposeAsync()
    {
        _agent.Continue.Set();
        if (_isStarted)
        {
            _keeper.Stop();
            await _keeper.Ended.WaitAsync(Patience, TestContext.Current.CancellationToken);
        }

        _asked.Dispose();
        _queue.Close();
    }

    [Fact]
    public async Task A_held_resource_is_renewed_at_once_and_then_at_multiples_of_the_interval()
    {
        _time.Advance(TimeSpan.FromMilliseconds(300));
        await StartAsync();
        Assert.Equal(TimeSpan.FromMilliseconds(300), Renewed().At);
        await AdvanceToAsync(TimeSpan.FromSeconds(1));
        Assert.Equal(TimeSpan.FromSeconds(1), Renewed().At);
        await AdvanceToAsync(TimeSpan.FromSeconds(2));
        Assert.Equal(TimeSpan.FromSeconds(2), Renewed().At);
    }

    [Fact]
    [Trait("Rule", "L")]
    public async Task Nothing_is_renewed_while_the_engine_withholds_it_and_at_once_when_it_grants_it_again()
    {
        _permission = LeasePermission.Withheld;
        await StartAsync();
        await AskedAsync();
        _time.Advance(10 * Interval);
        _keeper.Wake();
        await AskedAsync();
        _permission = LeasePermission.Granted;
        _keeper.Wake();

        Assert.Equal(10 * Interval, Renewed().At);
        Assert.Empty(_agent.Renewals);
    }

    [Fact]
    [Trait("Rule", "M5")]
    public async Task An_engine_that_does_not_step_renews_nothing_and_is_asked_again_soon()
    {
        _permission = null;
        await StartAsync();
        await AskedAsync();
        await AdvanceToAsync(AskAgain);
        await AskedAsync();
        Assert.Empty(_agent.Renewals);
        _permission = LeasePermission.Granted;
        await AdvanceToAsync(2 * AskAgain);

        Assert.Equal(2 * AskAgain, Renewed().At);
    }

    [Fact]
    [Trait("Rule", "W")]
    public async Task Maintenance_takes_the_end_of_the_lease_away_at_once_and_its_end_gives_it_back()
    {
        await StartAsync();
        Assert.False(Renewed().RunsOn);
        _permission = LeasePermission.RunsOn;
        _keeper.Wake();
        Assert.True(Renewed().RunsOn);
        _permission = LeasePermission.Granted;
        _keeper.Wake();
        Assert.False(Renewed().RunsOn);
    }

    [Fact]
    [Trait("Rule", "W")]
    public async Task A_program_that_detaches_sees_to_the_lease_before_it_ends()
    {
        await StartAsync();
        Renewed();
        _permission = LeasePermission.RunsOn;   // and nobody wakes the keeper
        _keeper.Stop();
        await _keeper.Ended.WaitAsync(Patience, TestContext.Current.CancellationToken);

        Assert.True(Renewed().RunsOn);
        Assert.Empty(_agent.Renewals);
    }

    [Fact]
    public async Task A_program_that_ends_otherwise_renews_nothing_more()
    {
        await StartAsync();
        Renewed();
        _keeper.Stop();
        await _keeper.Ended.WaitAsync(Patience, TestContext.Current.CancellationToken);
        Assert.Empty(_agent.Renewals);
    }

    [Fact]
    public async Task A_lease_that_cannot_be_renewed_is_told_once_and_probed_once_until_it_works_again()
    {
        _agent.Answer = () => OperationResult.Retryable("the router is away");
        await StartAsync();
        Renewed();
        await AdvanceToAsync(AskAgain);
        Renewed();
        _agent.Answer = () => throw new InvalidOperationException("boom");
        await AdvanceToAsync(2 * AskAgain);
        Renewed();
        _agent.Answer = () => OperationResult.Succeeded;
        await AdvanceToAsync(3 * AskAgain);
        Renewed();
        _keeper.Stop();
        await _keeper.Ended.WaitAsync(Patience, TestContext.Current.CancellationToken);

        var told = _logger.Collector.GetSnapshot().Where(record => record.Id.Id is 1226 or 1227).ToList();
        Assert.Equal([1226, 1227], told.Select(record => record.Id.Id));
        Assert.Contains("the router is away", told[0].Message, StringComparison.Ordinal);
        Assert.IsType<ClusterEvent.ProbeRequested>(TakeNow());
        Assert.Same(ClusterEvent.Tick.Instance, TakeNow());
    }

    [Fact]
    public async Task A_renewal_that_outlives_its_permission_sees_that()
    {
        var valid = true;
        _agent.DuringRenewal = renewal =>
        {
            _permission = LeasePermission.Withheld;
            valid = renewal.IsValid;
        };
        await StartAsync();
        Renewed();
        Assert.False(valid);
    }

    [Fact]
    public async Task A_stop_waits_for_a_renewal_and_nothing_is_renewed_after_it()
    {
        _agent.Continue.Reset();
        await StartAsync();
        Renewed();                                    // it is in the agent now
        _runner.Begin(Operate(2, OperationKind.Stop));
        Assert.False(_agent.IsStopping.Task.IsCompleted);
        _agent.Continue.Set();
        await _runner.Ended.WaitAsync(Patience, TestContext.Current.CancellationToken);

        Assert.Null(_runner.Renew(Renewal()));
        Assert.Equal(["renewed", "stopped"], _agent.Order);
    }

    [Fact]
    public async Task What_was_found_running_is_renewed_without_a_start()
    {
        Assert.Null(_runner.Renew(Renewal()));
        _runner.Begin(Operate(1, OperationKind.Probe));
        await _runner.Ended.WaitAsync(Patience, TestContext.Current.CancellationToken);
        Assert.Equal(OperationOutcome.Succeeded, _runner.Renew(Renewal())!.Value.Outcome);
    }

    private LeasePermission? Ask()
    {
        _asked.Release();
        return _permission;
    }

    private async Task StartAsync()
    {
        _agent.Now = () => new TimeSpan(_clock.Now.Ticks);
        _runner.Begin(Operate(1, OperationKind.Start));
        await _runner.Ended.WaitAsync(Patience, TestContext.Current.CancellationToken);
        Assert.IsType<ClusterEvent.OperationCompleted>(TakeNow());
        _isStarted = true;
        _keeper.Start();
    }

    private LeasedAgent.Renewal Renewed() =>
        _agent.Renewals.TryTake(out var renewal, (int)Patience.TotalMilliseconds, TestContext.Current.CancellationToken)
            ? renewal : throw new InvalidOperationException("nothing was renewed");

    private async Task AskedAsync() => Assert.True(await _asked.WaitAsync(Patience, TestContext.Current.CancellationToken));

    /// <summary>To this moment of the clock, by advances that arm what waits: time does not move while the keeper is between a look and its wait.</summary>
    private async Task AdvanceToAsync(TimeSpan moment)
    {
        while (_asked.CurrentCount > 0)
        {
            await AskedAsync();
        }

        _time.Advance(moment - new TimeSpan(_clock.Now.Ticks));
        _keeper.Wake();
    }

    private ClusterEvent TakeNow()
    {
        var aborted = false;
        return _queue.Take(_clock.Now, ref aborted);
    }

    private LeaseRenewal Renewal() => new() { Resource = new ResourceId("address"), DeadTime = TimeSpan.FromSeconds(2), TimeProvider = _time };

    private static Decision.Operate Operate(long operation, OperationKind kind) => new()
    {
        Operation = operation,
        Kind = kind,
        Group = 0,
        Resource = 0,
        Term = 1,
        Reason = OperationReason.Bootstrap,
        PeerStatus = PeerStatus.Alive,
    };

    private sealed class LeasedAgent : ILeasedResourceAgent
    {
        public sealed record Renewal(TimeSpan At, bool RunsOn);

        public BlockingCollection<Renewal> Renewals { get; } = [];

        public ConcurrentQueue<string> Order { get; } = [];

        public Func<OperationResult> Answer { get; set; } = () => OperationResult.Succeeded;

        public Action<LeaseRenewal> DuringRenewal { get; set; } = _ => { };

        public Func<TimeSpan> Now { get; set; } = () => TimeSpan.Zero;

        public ManualResetEventSlim Continue { get; } = new(initialState: true);

        public TaskCompletionSource IsStopping { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TimeSpan GetRenewInterval(TimeSpan deadTime) => Interval;

        public OperationResult Renew(LeaseRenewal renewal)
        {
            DuringRenewal(renewal);
            Renewals.Add(new(Now(), renewal.RunsOn));
            Continue.Wait(Patience);
            Order.Enqueue("renewed");
            return Answer();
        }

        public ValueTask<ProbeResult> ProbeAsync(OperationContext context, CancellationToken cancellationToken) => new(ProbeResult.Running);

        public ValueTask<OperationResult> StartAsync(OperationContext context, CancellationToken cancellationToken) => new(OperationResult.Succeeded);

        public ValueTask<OperationResult> StopAsync(OperationContext context, CancellationToken cancellationToken)
        {
            IsStopping.SetResult();
            Order.Enqueue("stopped");
            return new(OperationResult.Succeeded);
        }
    }
}
