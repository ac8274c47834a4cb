using System.Globalization;

namespace HaCore.Transports;

/// <summary>The times of one bond, worked out from its options and the pace of its members.</summary>
internal sealed class BondedPlan
{
    private const int LimitShare = 3;     // monitor interval + down delay leave a third of the dead time for frames on the new active member
    private const int DefaultShare = 4;   // together half of the dead time, one lost monitor frame forgiven
    private const int LostIntervals = 3;  // two frames lost in a row are no lost member
    private const int UpDelayFactor = 2;  // a line that drops out once in the dead time is never used again

    /// <param name="options">Checked.</param>
    /// <param name="members">One or more.</param>
    /// <param name="interval">From one heartbeat of the engine to the next; zero where that is not known.</param>
    public BondedPlan(BondedOptions options, IReadOnlyList<HeartbeatMember> members, TimeSpan interval)
    {
        Mode = options.Mode;
        Primary = PrimaryOf(options, members);
        Interval = Longer(interval, members.Min(member => member.Interval));
        var dead = members.Min(member => member.LostAfter);
        var share = Longer(dead / DefaultShare, Interval);
        MonitorInterval = options.MonitorInterval ?? share;
        DownDelay = options.DownDelay ?? share;
        UpDelay = options.UpDelay ?? dead * UpDelayFactor;
    }

    public BondedMode Mode { get; }

    /// <summary>Index of the primary member.</summary>
    public int Primary { get; }

    /// <summary>From one heartbeat of the engine to the next: as a rule the interval of the fastest member.</summary>
    public TimeSpan Interval { get; }

    public TimeSpan MonitorInterval { get; }

    public TimeSpan DownDelay { get; }

    public TimeSpan UpDelay { get; }

    /// <summary>From one frame to the next on a member in reserve.</summary>
    public TimeSpan ReserveInterval(HeartbeatMember member) => Longer(Longer(member.Interval, Interval), MonitorInterval);

    /// <summary>
    /// How long a member may be silent. With ActiveBackup always measured by the pace of a reserve: the peer may use another member than this node, and must
    /// not make this one give up a good member by that.
    /// </summary>
    public TimeSpan SilentAfter(HeartbeatMember member) => Mode == BondedMode.AllLinks ? Longer(member.LostAfter, Interval * LostIntervals) : ReserveInterval(member) + DownDelay;

    /// <summary>What of the options does not fit the members: value, rule, consequence.</summary>
    public static IEnumerable<string> Check(BondedOptions options, IReadOnlyList<HeartbeatMember> members)
    {
        if (members.Count == 0)
        {
            yield return "Members (none) must be at least two, or there is nothing to send on.";
            yield break;
        }

        if (options.Primary is { } primary && !members.Any(member => member.Link.Value == primary))
        {
            yield return $"Primary (\"{primary}\") must be one of the members ({string.Join(", ", members.Select(member => member.Link))}), or there is nothing to return to.";
        }

        var interval = members.Min(member => member.Interval);
        var dead = members.Min(member => member.LostAfter);
        if (options.MonitorInterval is { } monitor && (monitor < interval || monitor > dead / LimitShare))
        {
            yield return $"MonitorInterval ({Text(monitor)}) must be between the heartbeat interval ({Text(interval)}) and a third of the dead time ({Text(dead / LimitShare)}): " +
                "shorter, a reserve carries more than the active member; longer, the peer of a node that is cut off in one direction only takes it for dead after two lost frames.";
        }

        if (options.DownDelay is { } down && (down < interval || down > dead / LimitShare))
        {
            yield return $"DownDelay ({Text(down)}) must be between the heartbeat interval ({Text(interval)}) and a third of the dead time ({Text(dead / LimitShare)}): " +
                "shorter, a member fails with every late frame; longer, a failed active member is not replaced before the peer takes this node for dead.";
        }
    }

    public static string Text(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.###} s");

    private static TimeSpan Longer(TimeSpan left, TimeSpan right) => left > right ? left : right;

    private static int PrimaryOf(BondedOptions options, IReadOnlyList<HeartbeatMember> members)
    {
        for (var i = 0; i < members.Count; i++)
        {
            if (members[i].Link.Value == options.Primary)
            {
                return i;
            }
        }

        return 0;
    }
}
