namespace HaCore.Configuration;

/// <summary>The keys that a cluster's section may have, level by level.</summary>
internal static class ConfigurationKeys
{
    public static readonly string[] Cluster =
        ["Nodes", "LocalNode", "KeyFile", "StateDirectory", "RealTime", "Times", "Fencing", SelfFencingEntry.Key, "Links", "Groups", "PerNode"];

    public static readonly string[] Node = ["Name"];

    public static readonly string[] Times =
        ["Profile", "HeartbeatInterval", "WarnTime", "DeadTime", "InitialDeadTime", "FlapLimit", "FlapWindow", "FlapHold"];

    public static readonly string[] Fencing = ["Policy", "Delay", "Jitter", "NetworkDead", "FenceAtStart", "StopWhenLoserIsDeaf", "Devices"];

    /// <summary>Of every fencing device, beside those of its type.</summary>
    public static readonly string[] FencingDevice =
        ["Name", "Type", "Level", "Timeout", "Retries", "RetryDelay", "MonitorInterval", "MonitorTimeout"];

    /// <summary>What one node may have different: nothing that both must agree on.</summary>
    public static readonly string[] FencingDevicePerNode = ["Timeout", "Retries", "RetryDelay", "MonitorInterval", "MonitorTimeout"];

    /// <summary>Of every kind of self-fencing, beside those of its type.</summary>
    public static readonly string[] SelfFencing = ["Type", "RightTime", "Margin", "AcceptTotalOutage"];

    public static readonly string[] Group =
        ["Name", "PreferredNode", "Failback", "FailbackDelay", "RestartLimit", "RestartWindow", "ColdStart", "SplitBrain", "Resources"];

    /// <summary>Of every link, beside those of its type.</summary>
    public static readonly string[] Link = ["Name", "Type", "Interval", "MinGap"];

    /// <summary>Of every composite link, beside those of its type.</summary>
    public static readonly string[] CompositeLink = [.. Link, "Members"];

    /// <summary>Of every resource, beside those of its type.</summary>
    public static readonly string[] Resource =
        ["Name", "Type", "Probe", "Prepare", "Start", "Stop", "ProbeInterval", "UnknownProbesMax", "CarriesReplicatedData"];

    /// <summary>What one node may have different: nothing that says which link it is.</summary>
    public static readonly string[] LinkPerNode = ["Interval", "MinGap"];

    /// <summary>What one node may have different: nothing that both must agree on.</summary>
    public static readonly string[] ResourcePerNode = ["Probe", "Prepare", "Start", "Stop", "ProbeInterval", "UnknownProbesMax"];

    public static readonly string[] Limits = ["Timeout", "Retries", "RetryDelay"];
}
