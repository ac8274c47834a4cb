namespace HaCore.Engine;

/// <summary>
/// Live numbers of one link. Written by the engine's thread (Rejected: by the link's receive thread), read by anyone: each field is one
/// aligned 64-bit word, so a reader sees an old or a new value, never a torn one.
/// </summary>
internal sealed class LinkStatistics
{
    public long Received;
    public long Lost;
    public long Late;
    public long Rejected;

    /// <summary><see cref="Instant.Ticks"/> of the newest authentic frame; -1 = none yet.</summary>
    public long LastHeardTicks = -1;

    /// <summary>Newest round trip in ticks of 100 ns; -1 = not measured.</summary>
    public long RoundTripTicks = -1;
}
