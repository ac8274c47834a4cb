using System.Globalization;

namespace HaCore.Netns.Cases;

/// <summary>The fixed event ids of HaCore's log: the only words of the nodes that the suite reads, where "and says why" is demanded.</summary>
internal static class LogEvents
{
    public const int SessionBegan = 1004;
    public const int LinkUp = 1020;   // the first frame on it, once in a life of the program
    public const int LinkLost = 1022;   // a warning when it begins; when it ends, information: "frames arrive again"
    public const int LinkMemberLost = 1025;
    public const int PeerUnverified = 1023;
    public const int HoldReleased = 1041;
    public const int GroupActive = 1050;
    public const int FenceResult = 1061;
    public const int TakeoverBlocked = 1062;
    public const int ConfigurationMismatch = 1080;
    public const int Maintenance = 1081;
    public const int ControlListening = 3000;

    private const string Warning = "warn: ";

    /// <summary>Is there such an event, with these words in its line?</summary>
    public static bool Has(string log, int eventId, string containing = "") => Lines(log, eventId).Any(line => line.Contains(containing, StringComparison.Ordinal));

    /// <summary>The same, and it is a warning.</summary>
    public static bool HasWarning(string log, int eventId, string containing) =>
        Lines(log, eventId).Any(line => line.Contains(containing, StringComparison.Ordinal) && line.Contains(Warning, StringComparison.Ordinal));

    /// <summary>Frames of the peer came on this link.</summary>
    public static bool HasHeard(string log, string link) => Has(log, LinkUp, $"{link}: ") || Has(log, LinkLost, $"{link}: frames arrive again");

    private static IEnumerable<string> Lines(string log, int eventId)
    {
        var id = string.Create(CultureInfo.InvariantCulture, $"[{eventId}]");
        return log.Split('\n').Where(line => line.Contains(id, StringComparison.Ordinal));
    }
}
