namespace HaCore.Fencing;

/// <summary>A program that a device runs.</summary>
internal static class ProgramFile
{
    private const UnixFileMode AnyExecute = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <summary>Null when it looks as if it can be run.</summary>
    public static string? WhyNotRunnable(string program)
    {
        if (!File.Exists(program))
        {
            return $"there is no {program}";
        }

        return OperatingSystem.IsWindows() || (File.GetUnixFileMode(program) & AnyExecute) != 0 ? null : $"{program} is not executable";
    }
}
