namespace HaCore.Fencing;

/// <summary>The few system calls that a watchdog wants, so that everything above them runs against a simulated device node.</summary>
internal interface IWatchdogKernel
{
    /// <summary>Opens a file for writing, closed on exec. For a watchdog that means: arms it.</summary>
    /// <returns>The file, or null and the error number.</returns>
    IWatchdogFile? Open(string path, out int error);

    /// <summary>An attribute of the device in /sys/class/watchdog; null where it does not exist.</summary>
    string? ReadAttribute(string device, string attribute);

    /// <summary>reboot(2).</summary>
    /// <returns>The error number; 0 if the machine is going down.</returns>
    int Reboot(uint command);
}

/// <summary>
/// An open file. No call allocates; each gives 0 or an error number. Disposing closes it: what a watchdog does then depends on what was written last, on its driver
/// and on nowayout.
/// </summary>
internal interface IWatchdogFile : IDisposable
{
    /// <summary>ioctl(2) with a structure or a number.</summary>
    int Control(uint request, Span<byte> argument);

    int Write(ReadOnlySpan<byte> bytes);
}
