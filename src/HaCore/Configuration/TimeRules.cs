namespace HaCore.Configuration;

/// <summary>How the times of a cluster and its links fit together.</summary>
internal static class TimeRules
{
    private const int IntervalsPerDeadTime = 3;   // what the peer echoes is up to two intervals old (M4), so with fewer a healthy link keeps no session
    private const int LineFramesPerDeadTime = 4;   // and on a slow line one more, because frame and echo are each up to half an interval under way
    private const int LineShare = 2;               // a slow line is at most half loaded, so a frame that is late never meets the next
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

    /// <summary>The pace of a link: what was said, and never faster than its line. A composite is as fast as the fastest of its members.</summary>
    /// <param name="link">The link, its options read.</param>
    /// <param name="times">The cluster's.</param>
    /// <param name="frameBytes">The largest frame of the cluster.</param>
    public static LinkPace PaceOf(LinkEntry link, HaClusterTimes times, int frameBytes)
    {
        var pace = new LinkPace(IntervalOf(link.Settings, times), GapOf(link.Settings, times));
        if (link.Line is { } line)
        {
            pace = pace.NotFasterThan(GapOf(line, frameBytes), GapOf(line, frameBytes));
        }

        if (link.Members.Count > 0)
        {
            var members = link.Members.ConvertAll(member => PaceOf(member, times, frameBytes));
            pace = pace.NotFasterThan(members.Min(member => member.Interval), members.Min(member => member.MinGap));
        }

        return pace;
    }

    /// <summary>A line too slow for the dead time is refused: alone it would not keep the nodes in session.</summary>
    public static void CheckLine(string name, ILinePace line, int frameBytes, HaClusterTimes times, List<string> errors)
    {
        var gap = GapOf(line, frameBytes);
        if (gap < TimeSpan.Zero)
        {
            errors.Add($"Link \"{name}\": its options say that a frame takes {Rules.Text(gap / LineShare)} at {line.Line}: it must be zero or more (a bug of the transport), or the line would be flooded.");
        }

        if (gap * LineFramesPerDeadTime > times.DeadTime)
        {
            errors.Add($"Link \"{name}\": the largest frame of this cluster has {frameBytes} bytes and takes {Rules.Text(gap / LineShare)} at {line.Line}; at most half loaded, the line " +
                $"carries one every {Rules.Text(gap)} and so {Ratio(times.DeadTime, gap)} within DeadTime ({Rules.Text(times.DeadTime)} / {Rules.Text(gap)}) and must carry " +
                $"{LineFramesPerDeadTime}, or one lost frame ends the session when no other link is left: a faster line, or DeadTime at least {Rules.Text(gap * LineFramesPerDeadTime)}.");
        }
    }

    private static TimeSpan IntervalOf(LinkSettings link, HaClusterTimes times) => link.Interval ?? times.HeartbeatInterval;

    private static TimeSpan GapOf(LinkSettings link, HaClusterTimes times) => link.MinGap ?? IntervalOf(link, times) / GapsPerInterval;

    // Whole milliseconds, rounded up: what the messages show is what holds.
    private static TimeSpan GapOf(ILinePace line, int frameBytes) =>
        TimeSpan.FromMilliseconds(Math.Ceiling((line.LineTime(frameBytes) * LineShare).TotalMilliseconds));

    private static TimeSpan WholeMilliseconds(TimeSpan value) => TimeSpan.FromMilliseconds(Math.Floor(value.TotalMilliseconds));

    private static string Ratio(TimeSpan whole, TimeSpan part) => (whole / part).ToString("0.##", System.Globalization.CultureInfo.InvariantCulture);

    public static void CheckLink(string name, LinkSettings link, HaClusterTimes times, List<string> errors)
    {
        var interval = IntervalOf(link, times);
        var gap = GapOf(link, times);
        if (link.Interval is not null && interval < times.HeartbeatInterval)
        {
            errors.Add($"Link \"{name}\": Interval ({Rules.Text(interval)}) must be at least HeartbeatInterval ({Rules.Text(times.HeartbeatInterval)}): " +
                "a link can be slower than the cluster, not faster; shorten HeartbeatInterval instead.");
        }

        if (link.Interval is not null && interval > TimeSpan.Zero && times.DeadTime / interval < IntervalsPerDeadTime)
        {
            errors.Add($"Link \"{name}\": Interval ({Rules.Text(interval)}) leaves {(int)(times.DeadTime / interval)} frame(s) within DeadTime " +
                $"({Rules.Text(times.DeadTime)} / {Rules.Text(interval)} = {Ratio(times.DeadTime, interval)}) and must leave " +
                $"{IntervalsPerDeadTime}, or the nodes lose each other when no other link is left: Interval at most {Rules.Text(WholeMilliseconds(times.DeadTime / IntervalsPerDeadTime))}, or a longer DeadTime.");
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

/// <param name="Interval">From one heartbeat to the next.</param>
/// <param name="MinGap">Shortest time between two frames.</param>
internal readonly record struct LinkPace(TimeSpan Interval, TimeSpan MinGap)
{
    public LinkPace NotFasterThan(TimeSpan interval, TimeSpan minGap) =>
        new(Interval > interval ? Interval : interval, MinGap > minGap ? MinGap : minGap);
}
