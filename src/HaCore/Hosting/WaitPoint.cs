using HaCore.Engine;

namespace HaCore.Hosting;

/// <summary>
/// A lock on which exactly one thread waits, with a deadline on the engine's clock. Waits are on a monitor, not on a timer of the thread pool:
/// with every pool thread blocked, pool timers fire once a second or never, and heartbeats must go on. Only where time does not pass by itself
/// (a TimeProvider of a test) a timer of that provider wakes the waiter.
/// </summary>
#pragma warning disable CA1001 // The timer is one of a test's provider: Close is enough, and the owners need not all be disposable for it.
internal sealed class WaitPoint
#pragma warning restore CA1001
{
    private readonly EngineClock _clock;
    private readonly ITimer? _timer;

    public WaitPoint(EngineClock clock)
    {
        _clock = clock;
        _timer = clock.IsSystem ? null : clock.TimeProvider.CreateTimer(static state => ((WaitPoint)state!).Fire(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Guards what the waiter waits for. An object, because a <see cref="System.Threading.Lock"/> cannot be waited on.</summary>
    public object Gate { get; } = new();

    /// <summary>Wakes the waiter. The caller holds <see cref="Gate"/>.</summary>
    public void Wake() => Monitor.Pulse(Gate);

    /// <summary>
    /// Waits once, at most until the deadline. The caller holds <see cref="Gate"/> and looks again at what it waits for: waking early is allowed.
    /// </summary>
    /// <returns>False when the deadline had already passed.</returns>
    public bool WaitOnce(Instant deadline)
    {
        if (deadline == Instant.Never)
        {
            Monitor.Wait(Gate);
            return true;
        }

        var left = deadline - _clock.Now;
        if (left <= TimeSpan.Zero)
        {
            return false;
        }

        if (_timer is null)
        {
            // Rounded up: a wait that ends a fraction too early would spin until the deadline.
            Monitor.Wait(Gate, (int)Math.Min(int.MaxValue, Math.Ceiling(left.TotalMilliseconds)));
            return true;
        }

        _timer.Change(left, Timeout.InfiniteTimeSpan);
        if (deadline - _clock.Now >= left)
        {
            Monitor.Wait(Gate);   // the timer cannot fire before: it needs the gate
        }

        return true;   // else time moved while the timer was being set: the caller asks again
    }

    /// <summary>Nobody waits any more.</summary>
    public void Close() => _timer?.Dispose();

    private void Fire()
    {
        lock (Gate)
        {
            Monitor.Pulse(Gate);
        }
    }
}
