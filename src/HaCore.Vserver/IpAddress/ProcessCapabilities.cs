using System.Globalization;

namespace HaCore.Vserver.IpAddress;

/// <summary>What this process may do (capabilities(7)), as the kernel shows it. Having one is no proof that it suffices; lacking it is.</summary>
internal static class ProcessCapabilities
{
    public const int NetAdmin = 12;
    public const int NetRaw = 13;

    /// <summary>True also when it cannot be told: the operation itself will say.</summary>
    public static bool Has(int capability)
    {
        try
        {
            return Has(File.ReadLines("/proc/thread-self/status"), capability);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return true;
        }
    }

    internal static bool Has(IEnumerable<string> status, int capability)
    {
        const string Effective = "CapEff:";
        foreach (string line in status)
        {
            if (line.StartsWith(Effective, StringComparison.Ordinal)
                && ulong.TryParse(line.AsSpan(Effective.Length).Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out ulong mask))
            {
                return (mask >> capability & 1) != 0;
            }
        }

        return true;
    }
}
