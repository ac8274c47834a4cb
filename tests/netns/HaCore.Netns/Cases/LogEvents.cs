using System.Globalization;

namespace HaCore.Netns.Cases;

/// <summary>The fixed event ids of HaCore's log: the only words of the nodes that the suite reads, where "and says why" is demanded.</summary>
internal static class LogEvents
{
    public const int SessionBegan = 1004;
    public const int LinkUp = 1020;
    public const int LinkLost = 1022;
    public const int PeerUnverified = 1023;
    public const int GroupActive = 1050;
    public const int TakeoverBlocked = 1062;
    public const int ConfigurationMismatch = 1080;

    /// <summary>Is there such an event, with these words in its line?</summary>
    public static bool Has(string log, int eventId, string containing = "")
    {
        var id = string.Create(CultureInfo.InvariantCulture, $"[{eventId}]");
        for (var at = log.IndexOf(id, StringComparison.Ordinal); at >= 0; at = log.IndexOf(id, at + 1, StringComparison.Ordinal))
        {
            var end = log.IndexOf('\n', at);
            if (log.AsSpan(at, (end < 0 ? log.Length : end) - at).Contains(containing, StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }
}
