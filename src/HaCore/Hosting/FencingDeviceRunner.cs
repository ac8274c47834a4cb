using HaCore.Configuration;
using Microsoft.Extensions.Logging;
using Polly;
using Polly.Retry;

namespace HaCore.Hosting;

/// <summary>
/// One fencing device: timeout per try, retries, the one place where its exceptions end. A call returns only when the device's task has ended, also
/// when it ignores its token: what still runs may still cut something off.
/// </summary>
internal sealed class FencingDeviceRunner
{
    /// <summary>How long after its timeout a device may take to return: the kill grace of a program (2 s) and some time to be scheduled. Later it is said aloud.</summary>
    private static readonly TimeSpan OverdueGrace = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan OverdueRepeat = TimeSpan.FromMinutes(1);

    private readonly FencingDeviceDefinition _definition;
    private readonly IFencingDevice _device;
    private readonly string _cluster;
    private readonly NodeId _localNode;
    private readonly TimeProvider _timeProvider;
    private readonly Action<Action<ILogger>> _log;
    private readonly ResiliencePipeline<Try> _fence;
    private readonly ResiliencePipeline<FencingDeviceHealth> _monitor;
    private readonly Lock _gate = new();   // between a fence and a look, which are on different threads of the pool
    private CancellationTokenSource? _look;
    private TaskCompletionSource<FencingDeviceHealth?>? _looking;   // of the look that runs; whoever wants one meanwhile waits for it
    private volatile LastFence? _lastFence;
    private bool _isFencing;

    public FencingDeviceRunner(
        FencingDeviceDefinition definition, IFencingDevice device, string cluster, NodeId localNode, TimeProvider timeProvider, Action<Action<ILogger>> log)
    {
        _definition = definition;
        _device = device;
        _cluster = cluster;
        _localNode = localNode;
        _timeProvider = timeProvider;
        _log = log;
        _fence = CreatePipeline(definition.Fence, timeProvider);
        _monitor = new ResiliencePipelineBuilder<FencingDeviceHealth> { TimeProvider = timeProvider }.AddTimeout(definition.MonitorTimeout).Build();
    }

    public string Name => _definition.Name;

    public string Type => _definition.Type;

    public int Level => _definition.Level;

    /// <summary>Null until the first.</summary>
    public LastFence? Last => _lastFence;

    public IFencingDevice Device => _device;

    /// <summary>Zero when it is never looked at.</summary>
    public TimeSpan MonitorInterval => _device is IMonitoredFencingDevice ? _definition.MonitorInterval : TimeSpan.Zero;

    /// <summary>Cuts the target off, with retries. Never throws. A look that runs is cancelled and not waited for: it may hang.</summary>
    public async ValueTask<FenceResult> FenceAsync(NodeId target, string reason, CancellationToken stopping)
    {
        lock (_gate)
        {
            _isFencing = true;
            _ = _look?.CancelAsync(); // nothing of it is needed any more; its callbacks belong to the look, which observes its own end
        }

        try
        {
            var result = (await FenceWithRetriesAsync(target, reason, stopping).ConfigureAwait(false)).Result;
            _lastFence = new(target, result, _timeProvider.GetTimestamp());
            return result;
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            return FenceResult.Unknown("the host stops");   // between two tries
        }
        finally
        {
            lock (_gate)
            {
                _isFencing = false;
            }
        }
    }

    /// <summary>Looks at the device once; while a look runs its result is that one's. Null when it was not looked at, or not to the end, because of a fence.</summary>
    public async ValueTask<FencingDeviceHealth?> LookAsync(NodeId target, CancellationToken stopping)
    {
        if (_device is not IMonitoredFencingDevice monitored)
        {
            return null;
        }

        TaskCompletionSource<FencingDeviceHealth?> mine = new(TaskCreationOptions.RunContinuationsAsynchronously);
        TaskCompletionSource<FencingDeviceHealth?>? other;
        using var look = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        lock (_gate)
        {
            if (_isFencing)
            {
                return null;
            }

            other = _looking;
            if (other is null)
            {
                (_looking, _look) = (mine, look);
            }
        }

        return other is null
            ? await LookAsync(monitored, target, look, mine).ConfigureAwait(false)
            : await JoinAsync(other.Task, stopping).ConfigureAwait(false);
    }

    private static async ValueTask<FencingDeviceHealth?> JoinAsync(Task<FencingDeviceHealth?> look, CancellationToken stopping)
    {
        try
        {
            return await look.WaitAsync(stopping).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    private async ValueTask<FencingDeviceHealth?> LookAsync(
        IMonitoredFencingDevice monitored, NodeId target, CancellationTokenSource look, TaskCompletionSource<FencingDeviceHealth?> result)
    {
        FencingDeviceHealth? health = null;
        try
        {
            var found = await LookAsync(monitored, target, look.Token).ConfigureAwait(false);
            health = look.IsCancellationRequested ? null : found;
            return health;
        }
        finally
        {
            lock (_gate)
            {
                (_looking, _look) = (null, null);
            }

            result.TrySetResult(health);
        }
    }

    private static ResiliencePipeline<Try> CreatePipeline(OperationSettings settings, TimeProvider timeProvider)
    {
        var builder = new ResiliencePipelineBuilder<Try> { TimeProvider = timeProvider };
        if (settings.Retries > 0)
        {
            builder.AddRetry(new RetryStrategyOptions<Try>
            {
                MaxRetryAttempts = settings.Retries,
                Delay = settings.RetryDelay,
                BackoffType = DelayBackoffType.Constant,
                ShouldHandle = static attempt => ValueTask.FromResult(attempt.Outcome.Exception is null && attempt.Outcome.Result.IsWorthAnother),
            });
        }

        return builder.AddTimeout(settings.Timeout).Build();
    }

    private async ValueTask<Try> FenceWithRetriesAsync(NodeId target, string reason, CancellationToken stopping)
    {
        var attempt = 0;
        return await _fence.ExecuteAsync(
            async token =>
            {
                attempt++;
                using var overdue = WatchForOverdue();
                var context = CreateContext(target, _definition.Fence.Timeout, reason, attempt);
                var began = _timeProvider.GetTimestamp();
                var result = await CallAsync(context, token).ConfigureAwait(false);
                return Judge(result, _timeProvider.GetElapsedTime(began), token, stopping);
            },
            stopping).ConfigureAwait(false);
    }

    /// <summary>A device that comes back after its timeout says nothing that counts, whatever it says (rule F).</summary>
    private Try Judge(FenceResult result, TimeSpan took, CancellationToken token, CancellationToken stopping)
    {
        if (!token.IsCancellationRequested)
        {
            return new(result, result.Outcome != FenceOutcome.Confirmed);
        }

        var detail = string.IsNullOrEmpty(result.Detail) ? "" : ": " + result.Detail;
        var why = stopping.IsCancellationRequested
            ? "cancelled, because the host stops"
            : $"timed out after {_definition.Fence.Timeout.TotalSeconds:0.###} s, ended after {took.TotalSeconds:0.0} s";
        return new(FenceResult.Unknown($"{why}; it then said {result.Outcome}, which does not count{detail}"), IsWorthAnother: false);
    }

    private async ValueTask<FenceResult> CallAsync(FencingDeviceContext context, CancellationToken token)
    {
        try
        {
            return await _device.FenceAsync(context, token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (token.IsCancellationRequested)
        {
            return FenceResult.Unknown("it stopped when it was told to");
        }
#pragma warning disable CA1031 // The one place where a device's exceptions end: whether it cut the target off is unknown.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            _log(logger => Log.FencingDeviceFaulted(logger, exception, Name));
            return FenceResult.Unknown($"threw {exception.GetType().Name}: {exception.Message}");
        }
    }

    private async ValueTask<FencingDeviceHealth> LookAsync(IMonitoredFencingDevice device, NodeId target, CancellationToken cancellationToken)
    {
        try
        {
            return await _monitor.ExecuteAsync(
                token => device.MonitorAsync(CreateContext(target, _definition.MonitorTimeout, "monitor", attempt: 1), token),
                cancellationToken).ConfigureAwait(false);
        }
        catch (Polly.Timeout.TimeoutRejectedException)
        {
            return FencingDeviceHealth.Unusable($"it did not answer within {_definition.MonitorTimeout.TotalSeconds:0.###} s");
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return default;
        }
#pragma warning disable CA1031 // The one place where a device's exceptions end.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            _log(logger => Log.FencingDeviceFaulted(logger, exception, Name));
            return FencingDeviceHealth.Unusable($"its monitor threw {exception.GetType().Name}: {exception.Message}");
        }
    }

    private ITimer WatchForOverdue()
    {
        var began = _timeProvider.GetTimestamp();
        return _timeProvider.CreateTimer(
            _ =>
            {
                var late = _timeProvider.GetElapsedTime(began) - _definition.Fence.Timeout;
                _log(logger => Log.FencingDeviceOverdue(logger, Name, late));
            },
            null, _definition.Fence.Timeout + OverdueGrace, OverdueRepeat);
    }

    private FencingDeviceContext CreateContext(NodeId target, TimeSpan timeout, string reason, int attempt) => new()
    {
        Cluster = _cluster,
        Device = Name,
        LocalNode = _localNode,
        Target = target,
        Attempt = attempt,
        Timeout = timeout,
        Reason = reason,
        TimeProvider = _timeProvider,
    };

    private readonly record struct Try(FenceResult Result, bool IsWorthAnother);
}

/// <summary>The last order of a device that came to an end.</summary>
/// <param name="Target">Who was meant.</param>
/// <param name="Result">What the device said.</param>
/// <param name="At">Timestamp of the host's clock.</param>
internal sealed record LastFence(NodeId Target, FenceResult Result, long At);
