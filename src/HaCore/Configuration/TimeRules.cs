namespace HaCore.Configuration;

/// <summary>How the times of a cluster and its links fit together.</summary>
internal static class TimeRules
{
    private const int IntervalsPerDeadTime = 3;   // two frames lost in a row are no death
    private const int FramesPerDeadTime = 2;      // on one link, so that one lost frame does not silence it
    public const int GapsPerInterval = 10;        // default: state changes at most decuple the frames of an interval

    private static readonly TimeSpan DeadTimeMin = TimeSpan.FromMilliseconds(300);   // garbage collections and schedulers stall healthy machines nearly that long
    private static readonly TimeSpan DeadTimeMax = TimeSpan.FromHours(1);
    private static readonly TimeSpan IntervalMin = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan GapMin = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan WindowMax = TimeSpan.FromDays(30);
    private static readonly TimeSpan RealTimeWanted = TimeSpan.FromSeconds(1);       // twice the longest stall seen without real-time threads

    public static void Check(HaClusterTimes times, List<string> errors)
    {
        var (interval, warn, dead, initial) = (times.HeartbeatInterval, times.WarnTime, times.DeadTime, times.InitialDeadTime);
        if (interval < IntervalMin)
        {
            errors.Add($"HeartbeatInterval ({Rules.Text(interval)}) must be at least {Rules.Text(IntervalMin)}, or heartbeats crowd out everything else.");
        }

        if (dead < DeadTimeMin || dead > DeadTimeMax)
        {
            errors.Add($"DeadTime ({Rules.Text(dead)}) must be between {Rules.Text(DeadTimeMin)} and {Rules.Text(DeadTimeMax)}: " +
                "below, a healthy machine that stalls for a moment is taken for dead; above, nobody waits.");
        }

        if (dead < IntervalsPerDeadTime * interval)
        {
            errors.Add($"DeadTime ({Rules.Text(dead)}) must be at least {IntervalsPerDeadTime} x HeartbeatInterval ({Rules.Text(interval)}), " +
                $"that is {Rules.Text(IntervalsPerDeadTime * interval)}, or two lost frames are a takeover.");
        }

        if (warn <= interval || warn >= dead)
        {
            errors.Add($"WarnTime ({Rules.Text(warn)}) must be between HeartbeatInterval ({Rules.Text(interval)}) and DeadTime ({Rules.Text(dead)}), " +
                "or it warns of every frame or of none.");
        }

        if (initial < dead || initial > TimeSpan.FromDays(1))
        {
            errors.Add($"InitialDeadTime ({Rules.Text(initial)}) must be between DeadTime ({Rules.Text(dead)}) and 1 day, " +
                "or a node that boots first takes the other for dead before it can be heard.");
        }

        Rules.CheckRange("FlapLimit", times.FlapLimit, 0, 100, "0 switches flap damping off, and nobody counts further", errors);
        Rules.CheckRange("FlapWindow", times.FlapWindow, TimeSpan.FromSeconds(1), WindowMax, "departures are counted within it", errors);
        Rules.CheckRange("FlapHold", times.FlapHold, TimeSpan.FromSeconds(1), WindowMax, "a flapping peer stays on standby that long", errors);
    }

    public static TimeSpan IntervalOf(LinkSettings link, HaClusterTimes times) => link.Interval ?? times.HeartbeatInterval;

    public static TimeSpan GapOf(LinkSettings link, HaClusterTimes times) => link.MinGap ?? IntervalOf(link, times) / GapsPerInterval;

    public static void CheckLink(string name, LinkSettings link, HaClusterTimes times, List<string> errors)
    {
        var interval = IntervalOf(link, times);
        var gap = GapOf(link, times);
        if (link.Interval is not null && interval < times.HeartbeatInterval)
        {
            errors.Add($"Link \"{name}\": Interval ({Rules.Text(interval)}) must be at least HeartbeatInterval ({Rules.Text(times.HeartbeatInterval)}): " +
                "a link can be slower than the cluster, not faster; shorten HeartbeatInterval instead.");
        }

        if (link.Interval is not null && interval > TimeSpan.Zero && times.DeadTime / interval < FramesPerDeadTime)
        {
            errors.Add($"Link \"{name}\": Interval ({Rules.Text(interval)}) leaves {(int)(times.DeadTime / interval)} frame(s) within DeadTime " +
                $"({Rules.Text(times.DeadTime)} / {Rules.Text(interval)} = {(times.DeadTime / interval).ToString("0.##", System.Globalization.CultureInfo.InvariantCulture)}) and must leave " +
                $"{FramesPerDeadTime}, or one lost frame silences the link: Interval at most {Rules.Text(times.DeadTime / FramesPerDeadTime)}, or a longer DeadTime.");
        }

        if (link.MinGap is not null && (gap < GapMin || gap > interval))
        {
            errors.Add($"Link \"{name}\": MinGap ({Rules.Text(gap)}) must be between {Rules.Text(GapMin)} and its Interval ({Rules.Text(interval)}), " +
                "or news waits longer than the heartbeat that would bring it anyway.");
        }
    }

    /// <summary>Lasting conditions for log and status.</summary>
    public static void Warn(ClusterSettings settings, List<string> warnings)
    {
        if (settings.Times.DeadTime < RealTimeWanted && !settings.RealTime)
        {
            warnings.Add($"DeadTime is {Rules.Text(settings.Times.DeadTime)} and the heartbeat threads do not run with real-time priority: below " +
                $"{Rules.Text(RealTimeWanted)} a busy machine may be taken for dead. Set RealTime, or a longer DeadTime.");
        }
    }
}
