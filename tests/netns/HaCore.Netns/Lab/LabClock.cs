namespace HaCore.Netns.Lab;

/// <summary>The monotonic clock of the whole run: all records of one run can be compared.</summary>
internal static class LabClock
{
    private static readonly long Start = TimeProvider.System.GetTimestamp();

    /// <summary>Since this program started.</summary>
    public static TimeSpan Now => TimeProvider.System.GetElapsedTime(Start);

    /// <summary>CLOCK_MONOTONIC in nanoseconds: what TimeProvider.System counts on Linux.</summary>
    public static long Nanoseconds => TimeProvider.System.GetTimestamp();
}
