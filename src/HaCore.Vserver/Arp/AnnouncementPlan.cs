namespace HaCore.Vserver.Arp;

/// <summary>How often and when an address is announced.</summary>
/// <param name="Count">Announcements per burst, at least 1.</param>
/// <param name="Interval">Between two announcements of a burst.</param>
/// <param name="SecondDelay">From the end of the first burst to the second; zero for none.</param>
/// <param name="Refresh">Between single announcements afterwards; zero for none.</param>
internal sealed record AnnouncementPlan(int Count, TimeSpan Interval, TimeSpan SecondDelay, TimeSpan Refresh)
{
    /// <summary>The waits before the second, third, ... announcement. Ends unless there is a refresh.</summary>
    public IEnumerable<TimeSpan> Waits()
    {
        for (int sent = 1; sent < Count; sent++)
        {
            yield return Interval;
        }

        for (int sent = 0; SecondDelay > TimeSpan.Zero && sent < Count; sent++)
        {
            yield return sent == 0 ? SecondDelay : Interval;
        }

        while (Refresh > TimeSpan.Zero)
        {
            yield return Refresh;
        }
    }
}
