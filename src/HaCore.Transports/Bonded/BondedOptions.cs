namespace HaCore;

/// <summary>How a bond uses its members.</summary>
public enum BondedMode
{
    /// <summary>Every frame goes out on every member, on each at its own pace. The default.</summary>
    AllLinks = 0,

    /// <summary>Heartbeats go out on one member; the others carry just enough to know that they work, and the next of them takes over when it fails.</summary>
    ActiveBackup,
}

/// <summary>
/// A heartbeat link made of several others, its members. Frames are received on every member always; the mode says where they go out. Checked when the
/// host starts; a change needs a restart. See docs/operating/links.md for when a bond is worth it: the engine itself sends on every link.
/// </summary>
public sealed class BondedOptions
{
    /// <summary>How the members are used. Default <see cref="BondedMode.AllLinks"/>. Each node decides for itself, but both want the same.</summary>
    public BondedMode Mode { get; set; }

    /// <summary>
    /// ActiveBackup only: name of the member that carries the heartbeats whenever it is up. Default the first member.
    /// </summary>
    public string? Primary { get; set; }

    /// <summary>
    /// ActiveBackup only: a member in reserve carries one frame in this time, so that both nodes know its health; a slower member one per its own interval.
    /// From the heartbeat interval to a third of the dead time: in a cut of one direction these frames are all that one node hears of the other. Default a
    /// quarter of the dead time. Longer: fewer frames on the reserve; a failed member is noticed later.
    /// </summary>
    public TimeSpan? MonitorInterval { get; set; }

    /// <summary>
    /// ActiveBackup only: a member is down when nothing authentic was heard on it for this time beyond <see cref="MonitorInterval"/> (or its own interval where
    /// that is longer). From the heartbeat interval to a third of the dead time. Default a quarter of the dead time. Longer: more lost frames are forgiven; a
    /// failed member is replaced later. A member that breaks is down at once.
    /// </summary>
    public TimeSpan? DownDelay { get; set; }

    /// <summary>
    /// ActiveBackup only: a member that was down is up again after frames have arrived on it for this time without a break. 0 to 1 hour. Default twice the
    /// dead time. Longer: a flapping member stays out; a repaired one is used later. Ignored while no member is up: the first that is heard is used.
    /// </summary>
    public TimeSpan? UpDelay { get; set; }
}
