using System.Globalization;

namespace HaCore.Configuration;

/// <summary>Rules that more than one part of the configuration obeys. Messages: value, rule, consequence.</summary>
internal static class Rules
{
    public const int NameCharactersMax = 63;   // a DNS label: node names are usually host names

    /// <summary>Seconds, for messages.</summary>
    public static string Text(TimeSpan value) => string.Create(CultureInfo.InvariantCulture, $"{value.TotalSeconds:0.#######} s");

    /// <summary>Checks a name; it ends up in file names, command lines, log fields and configuration keys.</summary>
    public static bool CheckName(string what, string name, List<string> errors)
    {
        var isGood = name.Length is > 0 and <= NameCharactersMax && char.IsAsciiLetterOrDigit(name[0]);
        foreach (var character in name)
        {
            isGood &= char.IsAsciiLetterOrDigit(character) || character is '.' or '-' or '_';
        }

        if (!isGood)
        {
            errors.Add($"The name of a {what} is \"{name}\": it must be 1 to {NameCharactersMax} letters, digits, '.', '-', '_', the first a letter or digit, " +
                "because it becomes part of file names, command lines and frames.");
        }

        return isGood;
    }

    public static void CheckRange(string what, TimeSpan value, TimeSpan least, TimeSpan most, string consequence, List<string> errors)
    {
        if (value < least || value > most)
        {
            errors.Add($"{what} ({Text(value)}) must be between {Text(least)} and {Text(most)}: {consequence}.");
        }
    }

    public static void CheckRange(string what, int value, int least, int most, string consequence, List<string> errors)
    {
        if (value < least || value > most)
        {
            errors.Add($"{what} ({value}) must be between {least} and {most}: {consequence}.");
        }
    }

    public static void CheckDefined<TEnum>(string what, TEnum value, List<string> errors) where TEnum : struct, Enum
    {
        if (!Enum.IsDefined(value))
        {
            errors.Add($"{what} ({value:D}) must be one of {string.Join(", ", Enum.GetNames<TEnum>())}: nothing else has a meaning.");
        }
    }
}
