using HaCore.Fencing.FenceAgent;

namespace HaCore.Fencing;

/// <summary>How a fence agent makes sure that nothing runs on the target any more.</summary>
public enum FenceAgentAction
{
    /// <summary>Off, and it stays off until somebody turns it on. The default: a machine that is off shoots nobody.</summary>
    Off = 0,

    /// <summary>
    /// Off, looked at, then on. Whether it comes on again changes nothing about the result. Refused in a level with several devices: what the first turns on again
    /// is not off when the second is done.
    /// </summary>
    Reboot,
}

/// <summary>
/// Cuts a node off with a program of the fence-agents project, or one that keeps to its interface (FenceAgentAPI.md there): what it is told stands on its standard
/// input as <c>name=value</c> lines, never on a command line. After the action <c>status</c> must say "off", or nothing is confirmed.
/// </summary>
public sealed class FenceAgentOptions : IFencingDeviceOptions
{
    /// <summary>Full path of the agent, <c>/usr/sbin/fence_ipmilan</c>. Required.</summary>
    public string Program { get; set; } = "";

    /// <summary>Default <see cref="FenceAgentAction.Off"/>.</summary>
    public FenceAgentAction Action { get; set; }

    /// <summary>
    /// What the agent is told about either node: <c>"Parameters": { "lanplus": "1" }</c>. Names as in the agent's manual page under "STDIN PARAMETERS". Default none. Not for
    /// secrets (see <see cref="PasswordFile"/>, <see cref="SecretFiles"/>), <c>action</c>, <c>nodename</c> and <c>plug</c>. At most 256 characters a value, 16 KiB in all.
    /// </summary>
    public IDictionary<string, string> Parameters { get; } = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);

    /// <summary>
    /// What it is told about one node only, as a management board has one machine: <c>"Targets": { "novanta": { "ip": "192.0.2.31" }, "novantuno": { "ip": "192.0.2.32" } }</c>.
    /// Wins over <see cref="Parameters"/>. Both nodes or none; without it <see cref="Plugs"/> is required.
    /// </summary>
    public IDictionary<string, IDictionary<string, string>> Targets { get; } = new Dictionary<string, IDictionary<string, string>>(StringComparer.OrdinalIgnoreCase);

    /// <summary>
    /// What each node is called at a device that has several machines (<c>plug</c>, formerly <c>port</c>): <c>"Plugs": { "novanta": "1", "novantuno": "2" }</c>. Both nodes or none.
    /// </summary>
    public IDictionary<string, string> Plugs { get; } = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);

    /// <summary>
    /// Full path of a file that holds the password and nothing else, mode 0600 or 0400; <c>{node}</c> stands for the target. One line of at most 1024 bytes, read at every call.
    /// Default none. Short for an entry <c>password</c> in <see cref="SecretFiles"/>.
    /// </summary>
    public string? PasswordFile { get; set; }

    /// <summary>Files like <see cref="PasswordFile"/> for other secrets, by the agent's names: <c>"SecretFiles": { "snmp_priv_passwd": "/etc/hacore/{node}.snmp" }</c>. At most 8; default none.</summary>
    public IDictionary<string, string> SecretFiles { get; } = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public IEnumerable<string> Check(FencingDeviceSite site)
    {
        ArgumentNullException.ThrowIfNull(site);
        return FenceAgentSiteRules.Check(this, site);
    }
}
