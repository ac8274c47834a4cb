using System.Runtime.InteropServices;

namespace HaCore.Vserver.Arp;

/// <summary>A clock that goes on while the machine is suspended (CLOCK_BOOTTIME, clock_gettime(2)), which the runtime's own clocks do not.</summary>
internal static partial class BootClock
{
    private const int BootTime = 7;

    public static TimeSpan Now =>
        GetTime(BootTime, out var time) == 0
            ? new TimeSpan((time.Seconds * TimeSpan.TicksPerSecond) + (time.Nanoseconds / TimeSpan.NanosecondsPerTick))
            : throw new PlatformNotSupportedException("the kernel has no CLOCK_BOOTTIME (Linux 2.6.39 and newer have)");

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    private static partial int GetTime(int clock, out TimeSpec time);

    [StructLayout(LayoutKind.Sequential)]
    private readonly struct TimeSpec
    {
        public readonly long Seconds;
        public readonly long Nanoseconds;
    }
}
