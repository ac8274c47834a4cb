using System.Globalization;

namespace HaCore.Fencing;

/// <summary>What a program did, in one line for the operator.</summary>
internal static class CommandText
{
    private const int WordsMax = 300; // characters: an operator reads the first lines, the rest is a traceback

    public static string Describe(string program, CommandResult result)
    {
        var name = Path.GetFileName(program);
        var seconds = result.Duration.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture);
        var end = result.Outcome switch
        {
            CommandOutcome.Exited => $"{name} ended with {result.ExitCode} after {seconds} s",
            CommandOutcome.TimedOut => $"{name} was killed at its timeout after {seconds} s",
            CommandOutcome.NotStarted => $"{name} could not be started",
            CommandOutcome.Unknown => $"how {name} ended is not known",
        };
        var words = Words(result);
        return words.Length == 0 ? end : $"{end}: {words}";
    }

    /// <summary>Standard error, else standard output, in one line, capped, without control characters: it ends up in logs and on terminals.</summary>
    public static string Words(CommandResult result)
    {
        var text = string.IsNullOrWhiteSpace(result.StandardError) ? result.StandardOutput : result.StandardError;
        var lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var line = string.Concat(string.Join(" / ", lines).Select(character => char.IsControl(character) ? ' ' : character));
        return line.Length <= WordsMax ? line : line[..WordsMax] + "...";
    }
}
