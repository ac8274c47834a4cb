namespace HaCore.Tests.Hosting;

/// <summary>A watchdog in memory, on real time: it "resets the machine" when nobody keeps it alive, and stays armed when it is only disposed.</summary>
internal sealed class FakeSelfFencing : ISelfFencing, IDisposable
{
    private readonly Timer _timer;
    private int _keepAlives;
    private int _disarms;
    private volatile bool _isArmed;

    /// <param name="timeout">From the last keep-alive to the reset.</param>
    /// <param name="interval">Between two keep-alives.</param>
    public FakeSelfFencing(TimeSpan timeout, TimeSpan interval)
    {
        Times = new SelfFencingTimes(timeout, interval, TimeSpan.Zero);
        _timer = new Timer(_ =>
        {
            if (_isArmed)
            {
                Fired.TrySetResult();
                OnReset?.Invoke();
            }
        });
    }

    public SelfFencingTimes Times { get; }

    /// <summary>What dies with the machine.</summary>
    public Action? OnReset { get; set; }

    public Exception? ArmFailure { get; set; }

    public bool IsArmed => _isArmed;

    public int KeepAlives => Volatile.Read(ref _keepAlives);

    public int Disarms => Volatile.Read(ref _disarms);

    /// <summary>Nobody kept it alive.</summary>
    public TaskCompletionSource Fired { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>It was asked to reset at once.</summary>
    public TaskCompletionSource<string> Resets { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public SelfFencingTimes Arm()
    {
        if (ArmFailure is { } failure)
        {
            throw failure;
        }

        _isArmed = true;
        _timer.Change(Times.Timeout, Timeout.InfiniteTimeSpan);
        return Times;
    }

    public void KeepAlive()
    {
        _timer.Change(Times.Timeout, Timeout.InfiniteTimeSpan);
        Interlocked.Increment(ref _keepAlives);
    }

    public void Reset(string reason)
    {
        OnReset?.Invoke();
        Resets.TrySetResult(reason);
    }

    public void Disarm()
    {
        _isArmed = false;
        Interlocked.Increment(ref _disarms);
    }

    /// <summary>As closing the device: it runs on.</summary>
    public void Dispose()
    {
    }

    /// <summary>The end of the test, not of the program.</summary>
    public void Unplug()
    {
        _isArmed = false;
        _timer.Dispose();
    }
}
