using System.Globalization;

namespace HaCore.Testing.Simulation.Disasters;

/// <summary>What one action of a disaster does. The numbers of an action mean what is said here.</summary>
internal enum DisasterKind
{
    None = 0,

    // Wires. Node: whose frames, where it matters. Link: bit mask.
    Cut,            // both directions
    CutOneWay,      // what Node sends
    Pull,           // the interfaces of both ends go down
    Plug,
    Member,         // of the first link; Choice bit 0: alive, bit 1: active, bit 2: with a reason; Mode: which
    Lose,           // Share
    Delay,          // Time
    Reorder,        // Time
    Duplicate,      // Share
    Corrupt,        // Share
    HealWires,

    // Machines and programs.
    StartAll,
    Kill,
    PowerOff,
    Tear,           // power off, state file torn
    SetAside,       // the operator's recovery of a torn state file
    Freeze,         // Time; Choice bit 0: frames wait, bit 1: the timer goes first
    Pause,          // Time; clock stops
    Suspend,        // Time; clock runs
    Leave,
    Reconfigure,    // from its next start on; Choice: group; Mode: 0 of the group, 1 of the cluster
    WallClock,      // Time: the jump

    // Disks.
    DiskLatency,    // Time
    DiskFull,
    DiskHang,
    DiskWorks,
    DiskLands,      // Choice bit 0

    // Agents. Choice: group and resource; Mode: the mode.
    ResourceDies,
    ResourceBreaks,
    StartMode,
    StopMode,
    ProbeMode,
    AgentTime,      // Time
    Readiness,
    Replica,
    ProbeRequest,   // the agent asks for a look
    TwinFact,       // Mode: bytes
    AgentsWork,

    // Devices.
    Device,         // Mode; Time: latency; Pause: reboot after, 0 = never

    // Operators. Choice: group.
    Move,           // Mode: 0 nowhere, 1 a, 2 b
    Standby,        // Mode bit 0: force; Choice: which node is meant
    Online,
    Maintenance,    // Mode: on
    ClearFailures,
    ClearDivergence,
    Take,
    ConfirmDown,    // looks first: only a machine that is off
    LookAtToken,
    ConfirmStale,   // with the token that was shown at LookAtToken
    ConfirmFalsely,
    Mistake,        // Mode: which
    NetworkReach,   // Mode

    // The attacker. Choice: which recorded frame; Link: one link.
    Replay,
    Reflect,
    Forge,
}

/// <summary>
/// One concrete thing at one moment. A disaster is a list of them, drawn before the run begins, so that it can be played again without some of them.
/// </summary>
internal readonly record struct DisasterAction(TimeSpan At, DisasterKind Kind)
{
    /// <summary>0 = a, 1 = b.</summary>
    public int Node { get; init; }
    public uint Links { get; init; }
    public TimeSpan Time { get; init; }
    public TimeSpan Pause { get; init; }
    public double Share { get; init; }
    public int Choice { get; init; }
    public int Mode { get; init; }

    public string Key => Node == 0 ? "a" : "b";

    public override string ToString()
    {
        var text = string.Create(CultureInfo.InvariantCulture, $"{At.TotalSeconds,9:F3} s  {Key}  {Kind}");
        text += Links != 0 ? string.Create(CultureInfo.InvariantCulture, $" links {Links:b}") : "";
        text += Time != default ? string.Create(CultureInfo.InvariantCulture, $" {Time.TotalSeconds:0.###} s") : "";
        text += Pause != default ? string.Create(CultureInfo.InvariantCulture, $" then {Pause.TotalSeconds:0.###} s") : "";
        text += Share > 0 ? string.Create(CultureInfo.InvariantCulture, $" {Share:P0}") : "";
        text += Choice != 0 ? string.Create(CultureInfo.InvariantCulture, $" choice {Choice}") : "";
        return text + (Mode != 0 ? string.Create(CultureInfo.InvariantCulture, $" mode {Mode}") : "");
    }
}
