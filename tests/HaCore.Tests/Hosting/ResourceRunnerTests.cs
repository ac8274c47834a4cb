using System.Collections;
using HaCore.Configuration;
using HaCore.Engine;
using HaCore.Hosting;
using HaCore.Telemetry;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Time.Testing;

namespace HaCore.Tests.Hosting;

public sealed class ResourceRunnerTests : IDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly FakeLogger _logger = new();
    private readonly ClusterTelemetry _telemetry = new("test", null);
    private readonly EngineClock _clock = new(TimeProvider.System);
    private readonly EventQueue _queue;
    private readonly ScriptedAgent _agent = new();

    public ResourceRunnerTests() => _queue = new EventQueue(_clock, links: 1, resources: 1);

    public void Dispose() => _telemetry.Dispose();

    [Fact]
    public void A_start_hands_over_the_context_and_answers_once()
    {
        _agent.Start = (_, _) => ValueTask.FromResult(OperationResult.Succeeded);
        CreateRunner().Begin(Operate(7, OperationKind.Start));

        var answer = Answer();
        Assert.Equal(7, answer.Operation);
        Assert.Equal(OperationOutcome.Succeeded, answer.Result.Outcome);
        var context = Assert.Single(_agent.Contexts);
        Assert.Equal((1, 42L, OperationReason.Takeover, PeerStatus.AssumedDown), (context.Attempt, context.Term, context.Reason, context.PeerStatus));
        Assert.Equal(TimeSpan.FromSeconds(10), context.Timeout);
        Assert.Equal(new byte[] { 1, 2 }, context.PeerTwinFact.ToArray());
        Assert.Same(ClusterEvent.Tick.Instance, TakeNow());
    }

    [Fact]
    public async Task A_retryable_failure_is_tried_again_after_the_delay_and_at_most_so_often()
    {
        var called = new SemaphoreSlim(0);
        _agent.Start = (_, _) =>
        {
            called.Release();
            return ValueTask.FromResult(OperationResult.Retryable("not yet"));
        };
        CreateRunner(retries: 2).Begin(Operate(1, OperationKind.Start));

        for (var i = 0; i < 3; i++)
        {
            while (!await called.WaitAsync(TimeSpan.FromMilliseconds(1), TestContext.Current.CancellationToken))
            {
                _time.Advance(TimeSpan.FromSeconds(1));
            }
        }

        var answer = Answer();
        Assert.Equal((OperationOutcome.Retryable, "not yet"), (answer.Result.Outcome, answer.Result.Detail));
        Assert.Equal([1, 2, 3], _agent.Contexts.Select(context => context.Attempt));
    }

    [Fact]
    public void An_agent_that_throws_counts_as_unknown_and_is_named_in_the_log()
    {
        _agent.Stop = (_, _) => throw new InvalidOperationException("boom");
        CreateRunner().Begin(Operate(1, OperationKind.Stop));

        var answer = Answer();
        Assert.Equal(OperationOutcome.Unknown, answer.Result.Outcome);
        Assert.Contains("boom", answer.Result.Detail, StringComparison.Ordinal);
        Assert.Contains(_logger.Collector.GetSnapshot(), record => record.Id.Id == 1220 && record.Exception is InvalidOperationException);
    }

    [Fact]
    public async Task An_agent_that_obeys_its_token_times_out_as_unknown()
    {
        var called = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _agent.Probe = async (_, token) =>
        {
            called.SetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, _time, token);
            return ProbeResult.Running;
        };
        CreateRunner().Begin(Operate(1, OperationKind.Probe));
        await called.Task;
        _time.Advance(TimeSpan.FromSeconds(10));

        var answer = Answer();
        Assert.Equal(ResourceState.Unknown, answer.Probe.State);
        Assert.Contains("did not end within 10 s", answer.Probe.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_agent_that_ignores_its_token_is_answered_only_when_it_returns_and_said_aloud()
    {
        var called = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _agent.Stop = async (_, _) =>
        {
            called.SetResult();
            await release.Task;
            return OperationResult.Succeeded;
        };
        var runner = CreateRunner();
        runner.Begin(Operate(1, OperationKind.Stop));
        await called.Task;
        _time.Advance(TimeSpan.FromSeconds(20));

        Assert.False(runner.Ended.IsCompleted);
        Assert.Same(ClusterEvent.Tick.Instance, TakeNow());
        Assert.Contains(_logger.Collector.GetSnapshot(), record => record.Id.Id == 1221);

        release.SetResult();
        Assert.Equal(OperationOutcome.Succeeded, Answer().Result.Outcome);
    }

    [Fact]
    public async Task A_cancelled_operation_still_answers()
    {
        var called = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _agent.Start = async (_, token) =>
        {
            called.SetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, _time, token);
            return OperationResult.Succeeded;
        };
        var runner = CreateRunner();
        runner.Begin(Operate(5, OperationKind.Start));
        await called.Task;

        Assert.False(runner.TryCancel(4));
        Assert.True(runner.TryCancel(5));
        var answer = Answer();
        Assert.Equal((OperationOutcome.Unknown, "Start was cancelled"), (answer.Result.Outcome, answer.Result.Detail));
    }

    [Fact]
    public void A_twin_fact_that_is_too_long_makes_the_probe_unknown()
    {
        _agent.Probe = (_, _) => ValueTask.FromResult(ProbeResult.Running with { TwinFact = new byte[9] });
        CreateRunner().Begin(Operate(1, OperationKind.Probe));

        var answer = Answer();
        Assert.Equal(ResourceState.Unknown, answer.Probe.State);
        Assert.Contains("9 bytes", answer.Probe.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Facts_beyond_the_limit_are_dropped_and_twin_facts_are_copied()
    {
        var buffer = new byte[] { 1, 2, 3 };
        var facts = Enumerable.Range(0, 20).Select(i => KeyValuePair.Create($"f{i}", "x")).ToList();
        _agent.Probe = (_, _) => ValueTask.FromResult(ProbeResult.Running with { TwinFact = buffer, Facts = facts });
        CreateRunner().Begin(Operate(1, OperationKind.Probe));

        var answer = Answer();
        buffer[0] = 99;
        Assert.Equal(ProbeResult.FactsMax, answer.Probe.Facts!.Count);
        Assert.Equal(new byte[] { 1, 2, 3 }, answer.Probe.TwinFact.ToArray());
    }

    [Fact]
    public void An_agent_can_ask_for_a_probe_from_anywhere()
    {
        using var asked = new ManualResetEventSlim();
        _agent.Probe = (context, _) =>
        {
            context.RequestProbe();
            context.RequestProbe();
            asked.Set();
            return ValueTask.FromResult(ProbeResult.Running);
        };
        CreateRunner().Begin(Operate(1, OperationKind.Probe));
        asked.Wait(TestContext.Current.CancellationToken);

        Assert.Equal((0, 0), Assert.IsType<ClusterEvent.ProbeRequested>(Take()) is { } request ? (request.Group, request.Resource) : default);
        Answer();
        Assert.Same(ClusterEvent.Tick.Instance, TakeNow());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_logger_that_throws_loses_no_answer_of_an_operation(bool throwsWhenAsked)
    {
        var logger = new ThrowingLogger(throwsWhenAsked);
        _agent.Stop = (_, _) => throw new InvalidOperationException("boom");
        var runner = CreateRunner(logger: logger);

        for (var operation = 1; operation <= 2; operation++)
        {
            runner.Begin(Operate(operation, OperationKind.Stop));
            var answer = Answer();
            Assert.Equal((operation, OperationOutcome.Unknown), (answer.Operation, answer.Result.Outcome));
        }

        Assert.NotEqual(0, logger.Calls);
    }

    [Fact]
    public void Facts_that_throw_when_read_make_the_probe_unknown()
    {
        _agent.Probe = (_, _) => ValueTask.FromResult(ProbeResult.Running with { Facts = new ThrowingFacts() });
        CreateRunner().Begin(Operate(1, OperationKind.Probe));

        var answer = Answer();
        Assert.Equal(ResourceState.Unknown, answer.Probe.State);
        Assert.Contains("changed meanwhile", answer.Probe.Detail, StringComparison.Ordinal);
        Assert.Null(answer.Probe.Facts);
    }

    private ResourceRunner CreateRunner(int retries = 0, ILogger? logger = null)
    {
        var settings = new OperationSettings(TimeSpan.FromSeconds(10), retries, TimeSpan.FromSeconds(1));
        var definition = new ResourceDefinition { CreateAgent = _ => _agent, Probe = settings, Prepare = settings, Start = settings, Stop = settings };
        var place = new ResourcePlace("test", new NodeId("a"), new NodeId("b"), new GroupId("g"), new ResourceId("r"), 0, 0, 0, definition, TimeSpan.FromSeconds(2));
        return new ResourceRunner(place, _agent, _queue, _time, _telemetry, logger ?? _logger);
    }

    private static Decision.Operate Operate(long operation, OperationKind kind) => new()
    {
        Operation = operation,
        Kind = kind,
        Group = 0,
        Resource = 0,
        Term = 42,
        Reason = OperationReason.Takeover,
        PeerStatus = PeerStatus.AssumedDown,
        PeerTwinFact = new byte[] { 1, 2 },
    };

    private ClusterEvent.OperationCompleted Answer() => Assert.IsType<ClusterEvent.OperationCompleted>(Take());

    private ClusterEvent Take()
    {
        var stopped = false;
        return _queue.Take(_clock.Now + TimeSpan.FromSeconds(30), ref stopped);
    }

    private ClusterEvent TakeNow()
    {
        var stopped = true;
        return _queue.Take(Instant.Never, ref stopped);
    }
}

/// <summary>A list that its agent goes on changing.</summary>
internal sealed class ThrowingFacts : IReadOnlyList<KeyValuePair<string, string>>
{
    public int Count => 3;

    public KeyValuePair<string, string> this[int index] => throw new InvalidOperationException("changed meanwhile");

    public IEnumerator<KeyValuePair<string, string>> GetEnumerator() => throw new InvalidOperationException("changed meanwhile");

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}

internal sealed class ScriptedAgent : IResourceAgent
{
    public List<OperationContext> Contexts { get; } = [];

    public Func<OperationContext, CancellationToken, ValueTask<ProbeResult>> Probe { get; set; } = (_, _) => ValueTask.FromResult(ProbeResult.Stopped);

    public Func<OperationContext, CancellationToken, ValueTask<OperationResult>> Start { get; set; } = (_, _) => ValueTask.FromResult(OperationResult.Succeeded);

    public Func<OperationContext, CancellationToken, ValueTask<OperationResult>> Stop { get; set; } = (_, _) => ValueTask.FromResult(OperationResult.Succeeded);

    public ValueTask<ProbeResult> ProbeAsync(OperationContext context, CancellationToken cancellationToken) => Note(context, Probe, cancellationToken);

    public ValueTask<OperationResult> StartAsync(OperationContext context, CancellationToken cancellationToken) => Note(context, Start, cancellationToken);

    public ValueTask<OperationResult> StopAsync(OperationContext context, CancellationToken cancellationToken) => Note(context, Stop, cancellationToken);

    private ValueTask<T> Note<T>(OperationContext context, Func<OperationContext, CancellationToken, ValueTask<T>> call, CancellationToken token)
    {
        lock (Contexts)
        {
            Contexts.Add(context);
        }

        return call(context, token);
    }
}
