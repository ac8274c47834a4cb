namespace HaCore.Fencing;

/// <summary>Options of the watchdog of Linux (/dev/watchdog), which resets this machine when nobody keeps it alive.</summary>
public sealed class WatchdogOptions
{
    /// <summary>
    /// Full path of the device. Default <c>/dev/watchdog</c>, the first one. A device can be opened once: where systemd (RuntimeWatchdogSec) or a watchdog
    /// daemon has the first, switch that off or name another.
    /// </summary>
    public string Device { get; set; } = "/dev/watchdog";

    /// <summary>
    /// From the last keep-alive to the reset. Whole seconds, 1 s to 255 s; default 5 s. The driver may round it: what it really does is what counts, and is said at
    /// start. Shorter: the peer waits less. Longer: forgives longer stalls of a healthy machine (a collection, a disk, a loaded host of a virtual machine).
    /// </summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Between two keep-alives: at most half of the timeout. Default (null): a fifth of it, at most 1 s. A dead engine is betrayed by the next one, so it adds to the peer's wait.</summary>
    public TimeSpan? KeepAliveInterval { get; set; }

    /// <summary>
    /// From the reset to the moment when nothing of this machine has any effect outside it: the reset itself, and what a storage controller or a network card
    /// still has in its queues. 0 to 1 min; default 2 s. Longer where a controller with a cache of its own goes on writing.
    /// </summary>
    public TimeSpan ResetLatency { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>What is tried first when this node must go at once; the watchdog resets it in any case if that does not work. Default <see cref="WatchdogReset.Reboot"/>.</summary>
    public WatchdogReset Reset { get; set; }
}

/// <summary>How a node that must go is brought down before its watchdog does it.</summary>
public enum WatchdogReset
{
    /// <summary>Reboots at once, without writing caches back and without unmounting (sysrq b, then reboot(2)).</summary>
    Reboot = 0,

    /// <summary>Powers off at once (sysrq o, then reboot(2)): for sites where a node that failed must not come back by itself. If it hangs, the watchdog reboots.</summary>
    PowerOff,

    /// <summary>Crashes the kernel (sysrq c): leaves a dump where kdump is set up. Without kdump the kernel may halt; the watchdog reboots it.</summary>
    Crash,

    /// <summary>
    /// Nothing but to let the watchdog run out: the node goes on for up to the timeout, which the peer's wait covers in any case. For trials with a
    /// watchdog that only logs (softdog's <c>soft_noboot=1</c>).
    /// </summary>
    WatchdogOnly,
}
