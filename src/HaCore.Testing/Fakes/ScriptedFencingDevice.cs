namespace HaCore.Testing;

/// <summary>
/// A fencing device that does what a test tells it to, one step for each try: the last step is repeated. Without a step it does not know. It touches nothing, and takes no time but what
/// the test lets it take. Steps are added before the device is used; everything else may be called from any thread.
/// </summary>
public sealed class ScriptedFencingDevice : IMonitoredFencingDevice
{
    private readonly Lock _gate = new();   // a test's thread reads what the thread pool writes
    private readonly List<Func<CancellationToken, Task<FenceResult>>> _steps = [];
    private readonly List<FencingDeviceContext> _orders = [];
    private readonly List<TaskCompletionSource> _waiters = [];   // for the order of the same number
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _running;

    /// <summary>What a look at the device finds. Default: usable.</summary>
    public FencingDeviceHealth Health { get; set; } = FencingDeviceHealth.Usable("as told");

    /// <summary>What was ordered so far, oldest first.</summary>
    public IReadOnlyList<FencingDeviceContext> Orders
    {
        get
        {
            lock (_gate)
            {
                return [.. _orders];
            }
        }
    }

    /// <summary>The target is cut off.</summary>
    /// <param name="detail">Words for the operator.</param>
    public ScriptedFencingDevice Confirm(string detail = "off") => Add(_ => Task.FromResult(FenceResult.Confirmed(detail)));

    /// <summary>The target was not touched.</summary>
    /// <param name="detail">Words for the operator.</param>
    public ScriptedFencingDevice Fail(string detail = "refused") => Add(_ => Task.FromResult(FenceResult.Failed(detail)));

    /// <summary>Something may have been done to the target.</summary>
    /// <param name="detail">Words for the operator.</param>
    public ScriptedFencingDevice DoNotKnow(string detail = "no answer") => Add(_ => Task.FromResult(FenceResult.Unknown(detail)));

    /// <summary>Throws, as a device with a bug does.</summary>
    /// <param name="exception">What is thrown.</param>
    public ScriptedFencingDevice Throw(Exception exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        return Add(_ => Task.FromException<FenceResult>(exception));
    }

    /// <summary>Hangs until <see cref="Release"/> and confirms then, or until it is told to stop, which it obeys.</summary>
    /// <param name="detail">Words for the operator.</param>
    public ScriptedFencingDevice Hang(string detail = "off") => Add(async token =>
    {
        await _released.Task.WaitAsync(token).ConfigureAwait(false);
        return FenceResult.Confirmed(detail);
    });

    /// <summary>Hangs until <see cref="Release"/> and confirms then, and is deaf to its token meanwhile: the confirmation comes late.</summary>
    /// <param name="detail">Words for the operator.</param>
    public ScriptedFencingDevice ConfirmLate(string detail = "off, at last") => Add(async _ =>
    {
        await _released.Task.ConfigureAwait(false);
        return FenceResult.Confirmed(detail);
    });

    /// <summary>Ends what hangs, now and later.</summary>
    public void Release() => _released.TrySetResult();

    /// <summary>Completes when the device was ordered that often.</summary>
    /// <param name="orders">1 or more.</param>
    public Task OrderedAsync(int orders = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(orders, 1);
        lock (_gate)
        {
            while (_waiters.Count < orders)
            {
                _waiters.Add(new(TaskCreationOptions.RunContinuationsAsynchronously));
            }

            return _waiters[orders - 1].Task;
        }
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The last call has not ended yet: who orders broke the promise that calls never overlap.</exception>
    public async ValueTask<FenceResult> FenceAsync(FencingDeviceContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (Interlocked.Exchange(ref _running, 1) != 0)
        {
            throw new InvalidOperationException($"{context.Device} was ordered to fence {context.Target} while its last call still runs.");
        }

        try
        {
            return await Note(context)(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            Volatile.Write(ref _running, 0);
        }
    }

    /// <inheritdoc/>
    public ValueTask<FencingDeviceHealth> MonitorAsync(FencingDeviceContext context, CancellationToken cancellationToken) => new(Health);

    private ScriptedFencingDevice Add(Func<CancellationToken, Task<FenceResult>> step)
    {
        _steps.Add(step);
        return this;
    }

    private Func<CancellationToken, Task<FenceResult>> Note(FencingDeviceContext context)
    {
        lock (_gate)
        {
            _orders.Add(context);
            _ = OrderedAsync(_orders.Count);   // makes those up to this one
            _waiters[_orders.Count - 1].TrySetResult();
            return _steps.Count == 0 ? static _ => Task.FromResult(default(FenceResult)) : _steps[Math.Min(_orders.Count, _steps.Count) - 1];
        }
    }
}
