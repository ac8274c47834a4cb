using HaCore.Engine;

namespace HaCore.Configuration;

/// <summary>How the times of self-fencing fit those of the cluster. Everything the peer relies on when it waits instead of fencing (rule F).</summary>
internal static class SelfFencingRules
{
    private const int DeadTimesPerRight = 2;      // the session ends after one; a peer that is met again within another must not find the machine reset
    private const int IntervalsPerTimeout = 2;    // a step of the engine is certain once per heartbeat: one of them may come late
    private const int KeepAlivesPerTimeout = 2;   // one keep-alive may come late
    private const int TimeoutsAfterRestart = 2;   // as SBD and Pacemaker wait: a driver may count from a keep-alive that was on its way when the program died

    // Pacemaker's default of stonith-timeout: a device that has not confirmed by then has failed.
    private static readonly TimeSpan DeviceTime = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan RightTimeMax = TimeSpan.FromHours(1);
    private static readonly TimeSpan MarginMin = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan MarginMax = TimeSpan.FromMinutes(1);

    /// <summary>The right time that was said, or the one that fits the rest.</summary>
    public static TimeSpan RightTime(ClusterSettings settings)
    {
        if (settings.SelfFencing?.Settings.RightTime is { } said)
        {
            return said;
        }

        var least = DeadTimesPerRight * settings.Times.DeadTime;
        return settings.FencingDevices.Count == 0 ? least : least + settings.Fencing.Delay + settings.Fencing.Jitter + DeviceTime;
    }

    /// <summary>What can be said before the device is asked.</summary>
    public static void Check(ClusterSettings settings, List<string> errors)
    {
        if (settings.SelfFencing is not { } entry)
        {
            RefuseWaitForNothing(settings, errors);
            return;
        }

        var (right, dead) = (RightTime(settings), settings.Times.DeadTime);
        var least = DeadTimesPerRight * dead;
        if (right < least || right > RightTimeMax)
        {
            errors.Add($"SelfFencing: RightTime ({Rules.Text(right)}) must be between {DeadTimesPerRight} x DeadTime ({Rules.Text(dead)}), that is {Rules.Text(least)}, and " +
                $"{Rules.Text(RightTimeMax)}: the session ends after the dead time, and a break of the links that heals within one more would reset the machine all the same.");
        }

        Rules.CheckRange("SelfFencing: Margin", entry.Settings.Margin, MarginMin, MarginMax,
            "shorter, a thread that stalls for a moment runs a group twice; longer, nobody waits", errors);
        CheckOutage(settings, entry.Settings, errors);
    }

    /// <summary>One machine has one reset, and it takes every cluster of the machine with it.</summary>
    public static void CheckAlone(string cluster, IReadOnlyList<string> others, List<string> errors)
    {
        if (others.Count > 0)
        {
            errors.Add($"SelfFencing is configured for the cluster \"{cluster}\" and for {string.Join(", ", others.Select(other => $"\"{other}\""))} in this host: only one of them may have it. " +
                "A watchdog can be opened once, and its reset ends all of them: one cluster that lost its peer would stop the groups of the others.");
        }
    }

    /// <summary>What only the device knows: its times as they are. A message for the start that is refused, or null.</summary>
    public static string? CheckArmed(SelfFencingTimes armed, EngineTimes times)
    {
        if (armed.Timeout <= TimeSpan.Zero || armed.KeepAliveInterval <= TimeSpan.Zero || armed.ResetLatency < TimeSpan.Zero
            || armed.KeepAliveInterval * KeepAlivesPerTimeout > armed.Timeout)
        {
            return $"SelfFencing: armed with Timeout {Rules.Text(armed.Timeout)}, KeepAliveInterval {Rules.Text(armed.KeepAliveInterval)} and ResetLatency {Rules.Text(armed.ResetLatency)}: " +
                $"the timeout must be above zero and at least {KeepAlivesPerTimeout} x the keep-alive interval, or one late keep-alive resets a healthy machine.";
        }

        var least = IntervalsPerTimeout * times.HeartbeatInterval;
        return armed.Timeout < least
            ? $"SelfFencing: Timeout ({Rules.Text(armed.Timeout)}, as the device really has it) must be at least {IntervalsPerTimeout} x HeartbeatInterval ({Rules.Text(times.HeartbeatInterval)}), " +
                $"that is {Rules.Text(least)}: the engine gives proof of life once per heartbeat, and one that comes late would reset a healthy machine."
            : null;
    }

    /// <summary>
    /// After this long, counted from the newest frame heard of a node, the machine is certainly reset: right time, one keep-alive interval (an engine that hangs
    /// is seen at the next), timeout, reset latency, margin; and never less than a program needs that died, was started again and armed once more.
    /// </summary>
    public static TimeSpan CertainTime(TimeSpan rightTime, SelfFencingTimes armed, TimeSpan margin)
    {
        var lost = rightTime + armed.KeepAliveInterval + armed.Timeout;
        var restarted = TimeoutsAfterRestart * armed.Timeout;
        return (lost > restarted ? lost : restarted) + armed.ResetLatency + margin;
    }

    /// <summary>The inequality with its numbers, for the log at start.</summary>
    public static string Describe(EngineSelfFencing effective, SelfFencingTimes armed, TimeSpan margin, EngineTimes times) =>
        $"armed: this machine resets itself {Rules.Text(effective.RightTime)} after its last contact if it holds a group, and {Rules.Text(armed.Timeout)} after its engine hangs or its program dies. " +
        $"The peer may take over {Rules.Text(effective.CertainTime)} after the last heartbeat: RightTime {Rules.Text(effective.RightTime)} + keep-alive {Rules.Text(armed.KeepAliveInterval)} + " +
        $"timeout {Rules.Text(armed.Timeout)} (at least {TimeoutsAfterRestart} timeouts) + reset {Rules.Text(armed.ResetLatency)} + margin {Rules.Text(margin)}; the dead time is {Rules.Text(times.DeadTime)}";

    private static void RefuseWaitForNothing(ClusterSettings settings, List<string> errors)
    {
        if (settings.FencingPolicy?.Name == nameof(FencingPolicyKind.SelfFencing))
        {
            errors.Add("The fencing policy is \"SelfFencing\" and no self-fencing is configured: each node would wait for a reset of the other that never comes. " +
                "Configure it on both, with UseWatchdog or \"SelfFencing\": { \"Type\": \"Watchdog\" }, or choose another policy.");
        }
    }

    private static void CheckOutage(ClusterSettings settings, SelfFencingSettings selfFencing, List<string> errors)
    {
        if (settings.FencingDevices.Count == 0 && !selfFencing.AcceptTotalOutage)
        {
            errors.Add("SelfFencing is configured and no fencing device: when either node dies, the other cannot tell it from cut links and resets itself as well if it holds a group. Safe, " +
                "and no service until both machines are back. Add a fencing device, which confirms the death first, or accept this by name: \"AcceptTotalOutage\": true.");
        }
    }
}
