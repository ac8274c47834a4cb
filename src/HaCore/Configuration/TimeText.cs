using System.Globalization;

namespace HaCore.Configuration;

/// <summary>Times as configuration writes them: hh:mm:ss, with a fraction and days where wanted. TimeSpan.Parse alone would read "2" as two days.</summary>
internal static class TimeText
{
    private static readonly string[] Formats =
        [@"h\:mm\:ss", @"h\:mm\:ss\.FFFFFFF", @"d\.h\:mm\:ss", @"d\.h\:mm\:ss\.FFFFFFF"];

    /// <returns>What is wrong with the text, or null.</returns>
    public static string? Read(string text, out TimeSpan value)
    {
        if (TimeSpan.TryParseExact(text, Formats, CultureInfo.InvariantCulture, out value))
        {
            return null;
        }

        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var whole))
        {
            return $"{whole} means {whole} days; write {Write(TimeSpan.FromSeconds(whole))}";
        }

        if (double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds) && seconds < int.MaxValue)
        {
            return $"a bare number has no unit; if seconds are meant, write {Write(TimeSpan.FromSeconds(seconds))}";
        }

        return "a time is written hours:minutes:seconds, like 00:00:02, 00:00:00.200 or (with days) 1.00:00:00, so that nobody has to guess the unit";
    }

    private static string Write(TimeSpan value) => value.ToString(
        (value.Days, value.Ticks % TimeSpan.TicksPerSecond) switch
        {
            (0, 0) => @"hh\:mm\:ss",
            (0, _) => @"hh\:mm\:ss\.fff",
            _ => @"d\.hh\:mm\:ss",
        },
        CultureInfo.InvariantCulture);
}
