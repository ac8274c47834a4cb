namespace HaCore.Fencing.FenceAgent;

/// <summary>What can stand behind the '=' of a line.</summary>
internal static class FenceAgentValues
{
    public const int LengthMax = 256;
    public const int BytesMax = 16 * 1024;   // with the secrets far below what a pipe takes without a reader

    /// <summary>
    /// What is wrong with a value, without the value: it may be a secret in the wrong place. A line break would begin another line, and the last one of a name wins:
    /// <c>action=on</c> among them.
    /// </summary>
    public static string? WhyRefused(string? value)
    {
        if (string.IsNullOrEmpty(value))
        {
            return "is empty: leave it out, or write 1 for a switch";
        }

        if (value.Any(char.IsControl))
        {
            return "has a line break or another control character: the agent reads line by line";
        }

        if (value != value.Trim())
        {
            return "begins or ends with a blank: the agent takes blanks off";
        }

        if (value[0] == '\uFEFF')
        {
            return "begins with a byte order mark: save it without";
        }

        return value.Length > 1 && value[0] == '"' && value[^1] == '"' ? "is in quotation marks: the agent takes them off" : null;
    }
}
