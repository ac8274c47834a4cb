namespace HaCore.Netns.Lab;

/// <summary>
/// Where every observer of a lab reports, so that a case waits for what is seen and never for time to pass. The observers have threads of their own,
/// hence the lock.
/// </summary>
internal sealed class Observations
{
    // Conditions that no observer reports (a process that ended, a line in a log) are looked at this often.
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(20);

    private readonly object _gate = new();
    private Exception? _fault;

    /// <summary>Changes what was seen, and wakes the case.</summary>
    public void Report(Action change)
    {
        lock (_gate)
        {
            change();
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>Reads what was seen, undisturbed.</summary>
    public T Read<T>(Func<T> read)
    {
        lock (_gate)
        {
            return read();
        }
    }

    /// <summary>An observer that broke: nothing can be judged any more.</summary>
    public void Fail(Exception fault) => Report(() => _fault ??= fault);

    /// <summary>Waits until the condition holds; false when it did not within the time.</summary>
    public bool WaitUntil(Func<bool> condition, TimeSpan within)
    {
        var deadline = LabClock.Now + within;
        lock (_gate)
        {
            while (true)
            {
                if (_fault is not null)
                {
                    throw new InvalidOperationException("an observer of the lab failed", _fault);
                }

                if (condition())
                {
                    return true;
                }

                var remaining = deadline - LabClock.Now;
                if (remaining <= TimeSpan.Zero)
                {
                    return false;
                }

                Monitor.Wait(_gate, remaining < LookAgain ? remaining : LookAgain);
            }
        }
    }
}
