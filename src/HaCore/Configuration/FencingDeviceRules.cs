namespace HaCore.Configuration;

/// <summary>What must hold for the fencing devices of a cluster.</summary>
internal static class FencingDeviceRules
{
    private const int LevelMax = 9;          // as Pacemaker's fencing topology; nobody has more ways to cut a machine off
    private const int RetriesMax = 10;       // each try may take the whole timeout
    private static readonly TimeSpan TimeoutMin = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan TimeoutMax = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan RetryDelayMax = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan MonitorIntervalMin = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan MonitorIntervalMax = TimeSpan.FromDays(1);

    /// <summary>How each is used.</summary>
    public static void Check(IEnumerable<FencingDeviceEntry> devices, List<string> errors)
    {
        foreach (var device in devices)
        {
            var settings = device.Settings;
            var prefix = $"Fencing device \"{device.Name}\": ";
            Rules.CheckRange(prefix + "Level", settings.Level, 1, LevelMax, "levels are tried in ascending order", errors);
            Rules.CheckRange(prefix + "Timeout", settings.Timeout, TimeoutMin, TimeoutMax,
                "shorter, no device can turn a machine off and look whether it is off; longer, the business waits for a device that hangs", errors);
            Rules.CheckRange(prefix + "Retries", settings.Retries, 0, RetriesMax, "each try may take the whole timeout, and the next level waits for it", errors);
            Rules.CheckRange(prefix + "RetryDelay", settings.RetryDelay, TimeSpan.Zero, RetryDelayMax, "it is waited between two tries, during the outage", errors);
            Rules.CheckRange(prefix + "MonitorTimeout", settings.MonitorTimeout, TimeoutMin, TimeoutMax, "longer, a dead device is not noticed", errors);
            if (settings.MonitorInterval != TimeSpan.Zero)
            {
                Rules.CheckRange(prefix + "MonitorInterval", settings.MonitorInterval, MonitorIntervalMin, MonitorIntervalMax,
                    "shorter, management boards run out of sessions; longer, a dead device is found when it is needed; 0 for never", errors);
            }
        }
    }

    /// <summary>What the options of each say about the cluster. After the options are read.</summary>
    public static void CheckSites(ClusterSettings settings, List<string> errors)
    {
        if (settings.Unread.HasFlag(Unread.Nodes))
        {
            return;
        }

        NodeId[] nodes = [.. settings.Nodes.Where(name => name.Length > 0).Select(name => new NodeId(name))];
        foreach (var device in settings.FencingDevices)
        {
            var site = new FencingDeviceSite { Nodes = nodes, DevicesInLevel = settings.FencingDevices.Count(other => other.Settings.Level == device.Settings.Level) };
            try
            {
                errors.AddRange((device.Options?.Check(site) ?? []).Select(error => $"Fencing device \"{device.Name}\": {error}"));
            }
#pragma warning disable CA1031 // The check of a device's package may throw anything; the other errors are to be reported as well.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                errors.Add($"Fencing device \"{device.Name}\": its options cannot be checked (a bug of the device): {exception.Message}");
            }
        }
    }
}
