using HaCore.Fencing.ExternalCommand;

namespace HaCore.Fencing;

/// <summary>
/// Cuts a node off with a program of the site's own. In every argument <c>{node}</c> stands for the target, <c>{plug}</c> for the target's entry in
/// <see cref="Plugs"/>, <c>{cluster}</c> and <c>{local}</c> for the cluster and this node; a doubled brace is a brace. Programs also find HACORE_TARGET, HACORE_PLUG,
/// HACORE_CLUSTER, HACORE_LOCAL_NODE and HACORE_DEVICE in their environment.
/// </summary>
public sealed class ExternalCommandOptions : IFencingDeviceOptions
{
    /// <summary>
    /// Full path of the program that cuts the target off. Required. Exit code 0 means: no process that ran on the target before still runs. Run without a shell; a
    /// program that runs longer than the device's timeout is killed with everything it started.
    /// </summary>
    public string Program { get; set; } = "";

    /// <summary>Its arguments, passed as they are.</summary>
    public IList<string> Arguments { get; } = [];

    /// <summary>Exit codes that mean: the target was certainly not touched. Default none: every other code than 0 is "does not know". 1 to 255.</summary>
    public IList<int> FailedExitCodes { get; } = [];

    /// <summary>
    /// Full path of a program that looks whether the target is off, run after <see cref="Program"/> ended with 0: exit code 0 means off. Only then is the target
    /// confirmed. Default none: the exit code of <see cref="Program"/> is believed.
    /// </summary>
    public string? VerifyProgram { get; set; }

    /// <summary>Its arguments.</summary>
    public IList<string> VerifyArguments { get; } = [];

    /// <summary>
    /// How long it is asked again, while it does not say off. 0 to 5 min, default 20 s (as power_timeout of fence-agents): a power supply takes seconds to be off. It
    /// is part of the device's timeout.
    /// </summary>
    public TimeSpan VerifyTimeout { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>Between two such questions. 100 ms to 1 min, default 1 s.</summary>
    public TimeSpan VerifyInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Full path of a program that looks whether the device could do its work and changes nothing: exit code 0 means yes. Default none: not monitored.</summary>
    public string? MonitorProgram { get; set; }

    /// <summary>Its arguments.</summary>
    public IList<string> MonitorArguments { get; } = [];

    /// <summary>
    /// What each node is called at the device: <c>"Plugs": { "novanta": "1", "novantuno": "2" }</c>. Required for both nodes when an argument has <c>{plug}</c>; default none.
    /// </summary>
    public IDictionary<string, string> Plugs { get; } = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public IEnumerable<string> Check(FencingDeviceSite site)
    {
        ArgumentNullException.ThrowIfNull(site);
        return PlugRules.Check(Plugs, isNeeded: new ExternalCommandLines(this).NeedPlug, site);
    }
}
