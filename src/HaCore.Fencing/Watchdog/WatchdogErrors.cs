using System.Runtime.InteropServices;

namespace HaCore.Fencing;

/// <summary>Why a watchdog cannot be used, in words that say what to do.</summary>
internal static class WatchdogErrors
{
    public static string Describe(int error) => Marshal.GetPInvokeErrorMessage(error);

    public static IOException NotOpened(string device, int error) => new(error switch
    {
        WatchdogCall.NoSuchFile =>
            $"There is no watchdog {device}. Load the driver of the machine's own (wdctl shows them), or the kernel's software one: modprobe softdog; in a container, pass the device in.",
        WatchdogCall.Busy =>
            $"The watchdog {device} is in use by another program, and only one can have it: systemd (RuntimeWatchdogSec in /etc/systemd/system.conf: set it to off) or a " +
            "watchdog daemon. Free it, or name another device.",
        WatchdogCall.NotPermitted or WatchdogCall.AccessDenied =>
            $"The watchdog {device} cannot be opened: {Describe(error)}. It belongs to root; give the service's user the right to write to it (a udev rule), or run as root.",
        WatchdogCall.NoSuchAddress or WatchdogCall.NoSuchDevice =>
            $"The watchdog {device} has no driver behind it: {Describe(error)}. Load the driver of the machine's own, or the kernel's software one: modprobe softdog.",
        _ => $"The watchdog {device} cannot be opened: {Describe(error)}.",
    });

    public static IOException NoWatchdog(string device, int error) =>
        new($"{device} is no watchdog: it does not answer WDIOC_GETSUPPORT ({Describe(error)}). Name the device of one, as /dev/watchdog.");

    public static IOException StopsWithProgram(string device, string identity) =>
        new($"The watchdog {device} ({identity}) stops when the program that holds it dies (its driver has no magic close and nowayout is off): exactly then it is wanted, and the peer would take over " +
            "beside what still runs. Load its driver with nowayout=1, or use another watchdog (modprobe softdog).");

    public static IOException TimeoutRefused(string device, int seconds, string? least, string? most, int error) =>
        new($"The watchdog {device} refuses a timeout of {seconds} s ({Describe(error)}); it takes {least ?? "?"} to {most ?? "?"} s. Set Timeout within that.");

    public static IOException TimeoutUnknown(string device, int error) =>
        new($"The watchdog {device} does not say its timeout ({Describe(error)}): without it nobody knows how long the peer must wait.");
}
