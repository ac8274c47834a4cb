using HaCore.Configuration;
using HaCore.Engine;
using HaCore.Telemetry;
using Microsoft.Extensions.Logging;
using Polly;
using Polly.Retry;
using Polly.Timeout;

namespace HaCore.Hosting;

/// <summary>
/// Runs the operations of one resource on the thread pool: timeout per try, retries, the one place where an agent's exceptions end. Exactly one
/// answer per operation, and only when the agent's task has really ended: what still runs may still change something.
/// </summary>
internal sealed class ResourceRunner
{
    /// <summary>
    /// How long after its timeout an agent may take to return: the kill grace of a program (2 s) and some time to be scheduled. Later it is said aloud.
    /// </summary>
    private static readonly TimeSpan OverdueGrace = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan OverdueRepeat = TimeSpan.FromMinutes(1);

    private readonly ResourcePlace _place;
    private readonly IResourceAgent _agent;
    private readonly EventQueue _queue;
    private readonly TimeProvider _timeProvider;
    private readonly ClusterTelemetry? _telemetry; // null: nothing is told (a rehearsal)
    private readonly ILogger _logger;
    private readonly ClusterEvent.ProbeRequested _probeRequested;
    private readonly Action _requestProbe;
    private readonly ResiliencePipeline<ProbeResult> _probe;
    private readonly ResiliencePipeline<OperationResult> _prepare;
    private readonly ResiliencePipeline<OperationResult> _start;
    private readonly ResiliencePipeline<OperationResult> _stop;
    private readonly Lock _leaseGate = new();   // between the lease's thread and Start and Stop: what is being stopped must not be extended
    private volatile Running? _running;
    private bool _isLeaseOpen;

    public ResourceRunner(ResourcePlace place, IResourceAgent agent, EventQueue queue, TimeProvider timeProvider, ClusterTelemetry? telemetry, ILogger logger)
    {
        _place = place;
        _agent = agent;
        _queue = queue;
        _timeProvider = timeProvider;
        _telemetry = telemetry;
        _logger = new QuietLogger(logger);
        _probeRequested = new ClusterEvent.ProbeRequested(place.GroupIndex, place.ResourceIndex);
        _requestProbe = () => _queue.PostProbe(_place.Ordinal, _probeRequested);
        _probe = new ResiliencePipelineBuilder<ProbeResult> { TimeProvider = timeProvider }
            .AddTimeout(place.Definition.Probe.Timeout).Build();
        _prepare = CreatePipeline(place.Definition.Prepare, timeProvider);
        _start = CreatePipeline(place.Definition.Start, timeProvider);
        _stop = CreatePipeline(place.Definition.Stop, timeProvider);
    }

    public ResourceId Name => _place.Resource;

    public IResourceAgent Agent => _agent;

    public int GroupIndex => _place.GroupIndex;

    public int ResourceIndex => _place.ResourceIndex;

    /// <summary>Completes when no operation runs.</summary>
    public Task Ended => _running?.Task ?? Task.CompletedTask;

    /// <summary>Asks the engine for a probe soon.</summary>
    public void RequestProbe() => _requestProbe();

    /// <summary>
    /// Renews the lease; null when there is none to renew: Start or Stop is under way, or the last of them or of the probes did not say that the resource
    /// runs. The engine's word alone would be too old: its snapshot says Running until it has heard of a Stop that has already ended.
    /// </summary>
    public OperationResult? Renew(LeaseRenewal renewal)
    {
        lock (_leaseGate)
        {
            return _isLeaseOpen && _agent is ILeasedResourceAgent leased ? leased.Renew(renewal) : null;
        }
    }

    /// <summary>Starts an operation. Called on the engine's thread: only queues work.</summary>
    public void Begin(Decision.Operate operate)
    {
        if (_running is { Task.IsCompleted: false } running && !running.Answered)
        {
            throw new InvalidOperationException($"{operate.Kind} of {_place.Resource} was ordered while operation {running.Operation} runs.");
        }

        var next = new Running(operate.Operation);
        _running = next;
        next.Task = Task.Run(() => RunAsync(operate, next));
    }

    /// <summary>Cancels the operation if it still runs. The agent's callbacks run on the thread pool, not here.</summary>
    public bool TryCancel(long operation)
    {
        if (_running is not { } running || running.Operation != operation)
        {
            return false;
        }

        running.Cancel();
        return true;
    }

    /// <summary>Cancels whatever runs.</summary>
    public void CancelAll() => _running?.Cancel();

    private static ResiliencePipeline<OperationResult> CreatePipeline(OperationSettings settings, TimeProvider timeProvider)
    {
        var builder = new ResiliencePipelineBuilder<OperationResult> { TimeProvider = timeProvider };
        if (settings.Retries > 0)
        {
            builder.AddRetry(new RetryStrategyOptions<OperationResult>
            {
                MaxRetryAttempts = settings.Retries,
                Delay = settings.RetryDelay,
                BackoffType = DelayBackoffType.Constant,
                ShouldHandle = static attempt => ValueTask.FromResult(attempt.Outcome.Exception is null && attempt.Outcome.Result.Outcome == OperationOutcome.Retryable),
            });
        }

        return builder.AddTimeout(settings.Timeout).Build();
    }

    private async Task RunAsync(Decision.Operate operate, Running running)
    {
        var name = operate.Kind.ToString();
        using var activity = _telemetry?.StartOperation($"{name} {_place.Resource}", _place.Group, _place.Resource);
        var began = _timeProvider.GetTimestamp();
        var result = default(OperationResult);
        var probe = default(ProbeResult);
        switch (operate.Kind)
        {
            case OperationKind.Probe:
                probe = await GuardAsync(_probe, operate, _place.Definition.Probe, ProbeAsync, ProbeResult.Unknown, running).ConfigureAwait(false);
                break;
            case OperationKind.Prepare when _agent is IStandbyResourceAgent standby:
                result = await GuardAsync(_prepare, operate, _place.Definition.Prepare, standby.PrepareAsync, OperationResult.Unknown, running).ConfigureAwait(false);
                break;
            case OperationKind.Start:
                SetLease(open: false);
                result = await GuardAsync(_start, operate, _place.Definition.Start, _agent.StartAsync, OperationResult.Unknown, running).ConfigureAwait(false);
                break;
            case OperationKind.Stop:
                SetLease(open: false);   // waits for a renewal that is under way
                result = await GuardAsync(_stop, operate, _place.Definition.Stop, _agent.StopAsync, OperationResult.Unknown, running).ConfigureAwait(false);
                break;
            case OperationKind.Prepare:
            case OperationKind.Unknown:
                result = OperationResult.Unknown($"the agent knows no {name}");
                break;
        }

        if (probe.State == ResourceState.Running || (operate.Kind == OperationKind.Start && result.Outcome == OperationOutcome.Succeeded))
        {
            SetLease(open: true);
        }

        await running.EndAsync().ConfigureAwait(false);
        var (outcome, detail) = operate.Kind == OperationKind.Probe ? (probe.State.ToString(), probe.Detail) : (result.Outcome.ToString(), result.Detail);
        var took = _timeProvider.GetElapsedTime(began);
        _queue.Post(new ClusterEvent.OperationCompleted(operate.Operation, result, probe)); // first: what follows is foreign code and may throw or wait
        activity?.SetTag("hacore.outcome", outcome);
        _telemetry?.RecordOperation(took, name, _place.Group, _place.Resource, outcome);
        var (seconds, reason) = (Math.Round(took.TotalSeconds, 4), string.IsNullOrEmpty(detail) ? "" : ": " + detail);
        if (operate.Kind == OperationKind.Probe)
        {
            Log.ProbeEnded(_logger, _place.Resource.Value, outcome, seconds, reason);
        }
        else
        {
            Log.OperationEnded(_logger, _place.Resource.Value, name, outcome, seconds, reason);
        }
    }

    private void SetLease(bool open)
    {
        lock (_leaseGate)
        {
            _isLeaseOpen = open;
        }
    }

    /// <summary>Inside the guard: what an agent returns is as foreign as what it does (a list that it goes on changing, a memory that throws).</summary>
    private async ValueTask<ProbeResult> ProbeAsync(OperationContext context, CancellationToken cancellationToken) =>
        Check(await _agent.ProbeAsync(context, cancellationToken).ConfigureAwait(false));

    private async ValueTask<T> GuardAsync<T>(
        ResiliencePipeline<T> pipeline, Decision.Operate operate, OperationSettings settings,
        Func<OperationContext, CancellationToken, ValueTask<T>> call, Func<string, T> unknown, Running running)
    {
        var name = operate.Kind.ToString();
        var attempt = 0;
        try
        {
            return await pipeline.ExecuteAsync(
                async token =>
                {
                    attempt++;
                    using var overdue = WatchForOverdue(settings, name);
                    return await call(CreateContext(operate, settings, attempt), token).ConfigureAwait(false);
                },
                running.Token).ConfigureAwait(false);
        }
        catch (TimeoutRejectedException)
        {
            return unknown($"{name} did not end within {settings.Timeout.TotalSeconds:0.###} s");
        }
        catch (OperationCanceledException) when (running.Token.IsCancellationRequested)
        {
            return unknown($"{name} was cancelled");
        }
#pragma warning disable CA1031 // The one place where an agent's exceptions end: whatever it threw, what it did is unknown.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Log.AgentFaulted(_logger, exception, _place.Resource.Value, name);
            return unknown($"{name} threw {exception.GetType().Name}: {exception.Message}");
        }
    }

    private ITimer WatchForOverdue(OperationSettings settings, string name)
    {
        var began = _timeProvider.GetTimestamp();
        return _timeProvider.CreateTimer(
            _ => Log.AgentOverdue(_logger, _place.Resource.Value, name, _timeProvider.GetElapsedTime(began) - settings.Timeout),
            null, settings.Timeout + OverdueGrace, OverdueRepeat);
    }

    private OperationContext CreateContext(Decision.Operate operate, OperationSettings settings, int attempt) => new(_requestProbe)
    {
        Cluster = _place.Cluster,
        Group = _place.Group,
        Resource = _place.Resource,
        LocalNode = _place.LocalNode,
        Peer = _place.Peer,
        Attempt = attempt,
        Timeout = settings.Timeout,
        TimeProvider = _timeProvider,
        DeadTime = _place.DeadTime,
        Term = operate.Term,
        Reason = operate.Reason,
        PeerStatus = operate.PeerStatus,
        PeerTwinFact = operate.PeerTwinFact,
    };

    // What an agent returns is foreign: checked once, here, and copied, because the agent may reuse its buffers.
    private ProbeResult Check(ProbeResult probe)
    {
        if (probe.TwinFact.Length > ProbeResult.TwinFactBytesMax)
        {
            var detail = $"the probe published a twin fact of {probe.TwinFact.Length} bytes, at most {ProbeResult.TwinFactBytesMax} are allowed (a bug of the agent): the state counts as unknown";
            Log.AgentAnswerRefused(_logger, _place.Resource.Value, detail);
            return ProbeResult.Unknown(detail);
        }

        if (probe.Facts is { Count: > ProbeResult.FactsMax })
        {
            Log.AgentAnswerRefused(_logger, _place.Resource.Value, $"the probe reported {probe.Facts.Count} facts: those after the first {ProbeResult.FactsMax} are dropped");
        }

        return probe with
        {
            TwinFact = probe.TwinFact.IsEmpty ? default : probe.TwinFact.ToArray(),
            Facts = probe.Facts is { Count: > 0 } facts ? [.. facts.Take(ProbeResult.FactsMax)] : null,
        };
    }

    /// <summary>The operation in flight and its token.</summary>
#pragma warning disable CA1001 // EndAsync disposes the token's source, at the one moment when it is known that nobody uses it any more.
    private sealed class Running(long operation)
#pragma warning restore CA1001
    {
        private readonly CancellationTokenSource _cancellation = new();
        private readonly Lock _gate = new();   // between the engine's loop, which cancels, and the end of the operation on the pool
        private Task _cancelling = Task.CompletedTask;

        public long Operation { get; } = operation;

        public CancellationToken Token => _cancellation.Token;

        public Task Task { get; set; } = Task.CompletedTask;

        /// <summary>The agent has ended; only the answer is on its way.</summary>
        public bool Answered { get; private set; }

        public void Cancel()
        {
            lock (_gate)
            {
                if (!Answered)
                {
                    _cancelling = _cancellation.CancelAsync();
                }
            }
        }

        public async Task EndAsync()
        {
            lock (_gate)
            {
                Answered = true;
            }

            try
            {
                await _cancelling.ConfigureAwait(false);
            }
#pragma warning disable CA1031 // A callback that the agent hung on its token threw: the operation itself has ended and was judged.
            catch (Exception)
#pragma warning restore CA1031
            {
            }

            _cancellation.Dispose();
        }
    }
}

/// <summary>One resource: where it stands (the ordinal counts over all groups) and how it is run.</summary>
internal sealed record ResourcePlace(
    string Cluster, NodeId LocalNode, NodeId Peer, GroupId Group, ResourceId Resource, int GroupIndex, int ResourceIndex, int Ordinal, ResourceDefinition Definition,
    TimeSpan DeadTime);
