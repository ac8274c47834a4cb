namespace HaCore.Fencing;

/// <summary>The times of the ping rounds, with what was left open filled in.</summary>
/// <param name="Interval">From one round to the next.</param>
/// <param name="Timeout">For the answers of a round.</param>
internal readonly record struct PingPace(TimeSpan Interval, TimeSpan Timeout)
{
    private const int RoundsPerDeadTime = 8;   // with three rounds to decide and one that has just begun, half of the dead time is left

    private static readonly TimeSpan IntervalMin = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan IntervalMax = TimeSpan.FromSeconds(1);

    public static PingPace Of(PingOptions options, TimeSpan deadTime)
    {
        var share = deadTime / RoundsPerDeadTime;
        var interval = options.Interval ?? (share < IntervalMin ? IntervalMin : share > IntervalMax ? IntervalMax : share);
        var timeout = options.Timeout ?? interval;
        return new(interval, timeout < interval ? timeout : interval);
    }

    /// <summary>From the break to the end of the round that makes it certain: the break comes just after a round, and each of the following is an interval later.</summary>
    public TimeSpan DecidesWithin(int downAfter) => (downAfter * Interval) + Timeout;
}
