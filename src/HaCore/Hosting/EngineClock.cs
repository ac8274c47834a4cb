using System.Runtime.InteropServices;
using HaCore.Engine;

namespace HaCore.Hosting;

/// <summary>
/// The engine's clock, starting at 0 when it is made. On Linux it is CLOCK_BOOTTIME, which counts suspend: a machine that slept sees its own
/// lateness (rule L), which CLOCK_MONOTONIC, and so TimeProvider, would hide. With another TimeProvider (tests) that one decides.
/// </summary>
internal sealed partial class EngineClock
{
    private const int ClockBoottime = 7;   // <linux/time.h>
    private const long TicksPerSecond = TimeSpan.TicksPerSecond;
    private const long NanosecondsPerTick = 100;

    private readonly bool _boottime;
    private readonly long _start;
    private readonly long _origin;

    public EngineClock(TimeProvider timeProvider)
    {
        TimeProvider = timeProvider;
        IsSystem = ReferenceEquals(timeProvider, TimeProvider.System);
        _boottime = IsSystem && OperatingSystem.IsLinux() && TryReadBoottime(out _);
        _start = timeProvider.GetTimestamp();
        _origin = Read();
    }

    public TimeProvider TimeProvider { get; }

    /// <summary>Does real time pass? If not, waits must follow <see cref="TimeProvider"/>'s timers.</summary>
    public bool IsSystem { get; }

    public Instant Now => new(Read() - _origin);

    private long Read()
    {
        if (_boottime && TryReadBoottime(out var ticks))
        {
            return ticks;
        }

        return TimeProvider.GetElapsedTime(_start).Ticks;   // since a start of its own: the difference goes through a double, which has 53 bits
    }

    private static bool TryReadBoottime(out long ticks)
    {
        if (ClockGetTime(ClockBoottime, out var time) != 0)
        {
            ticks = 0;
            return false;
        }

        ticks = (time.Seconds * TicksPerSecond) + (time.Nanoseconds / NanosecondsPerTick);
        return true;
    }

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    [SuppressGCTransition]   // a vDSO call of some 30 ns that never blocks
    private static partial int ClockGetTime(int clock, out Timespec time);

    // timespec of 64-bit Linux: both members are 64 bits wide there, and 32 bits on 32-bit machines.
    [StructLayout(LayoutKind.Sequential)]
    private readonly struct Timespec
    {
        public readonly nint Seconds;
        public readonly nint Nanoseconds;
    }
}
