namespace HaCore;

/// <summary>How long a node may go without its peer before it resets its own machine, whatever does the reset (rule F of the ownership page).</summary>
public sealed class SelfFencingSettings
{
    /// <summary>
    /// A node that holds a group and has no session resets itself this long after it sent the newest frame that its peer answered. 2 x dead time to 1 h; the same
    /// on both nodes (in the cluster's digest). Default (null): 2 x dead time; where a fencing device is configured, 2 x dead time + the policy's delay and jitter + 60 s,
    /// so that the device has confirmed before the node that ordered it resets itself. Longer: rides out longer breaks of every link, and the peer waits longer.
    /// </summary>
    public TimeSpan? RightTime { get; set; }

    /// <summary>
    /// What the peer waits beyond the sum of all other times: for clocks that run at different speeds and threads that get no processor. 0.1 s to 1 min; default 1 s:
    /// twice the longest stall measured on a loaded machine without real-time threads (0.5 s).
    /// </summary>
    public TimeSpan Margin { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// With two nodes, self-fencing and no fencing device, the death of either node resets the other one, too, if it holds a group: it cannot tell a dead peer
    /// from cut links. Default false: such a cluster does not start. True accepts it: safe, and no service until both machines are back.
    /// </summary>
    public bool AcceptTotalOutage { get; set; }
}
