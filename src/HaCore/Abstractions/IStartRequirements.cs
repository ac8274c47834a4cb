namespace HaCore;

/// <summary>
/// Optional for agents, transports and fencing devices: says at start what this process lacks for them (a capability, a program, a device file).
/// What is said is logged as a warning and shown in <see cref="ClusterSnapshot.Conditions"/>; the start goes on.
/// </summary>
public interface IStartRequirements
{
    /// <summary>What is missing, one sentence each: what, who needs it, what will not work. Empty when nothing is. Called once, before anything runs.</summary>
    IEnumerable<string> Missing();
}
