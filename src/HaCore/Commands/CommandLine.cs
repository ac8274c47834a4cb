using System.Diagnostics;

namespace HaCore.Commands;

/// <summary>What is really started for a command: the program behind setsid(1) and env(1), with a minimal environment.</summary>
internal static class CommandLine
{
    public const string Env = "/usr/bin/env";
    private const string SetSid = "/usr/bin/setsid";
    private const string SystemPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
    private const UnixFileMode AnyExecute = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <summary>Whether programs get a process group of their own here. Without, a kill reaches only what the system knows as descendants.</summary>
    public static bool HasProcessGroup { get; } = OperatingSystem.IsLinux() && File.Exists(SetSid);

    // .NET ignores SIGPIPE and children inherit that: "yes | head -1" would never end silently. GNU env puts it back; BusyBox cannot.
    private static bool ResetsSignals { get; } = OperatingSystem.IsLinux() && IsGnuEnv();

    public static ProcessStartInfo Create(CommandSpec command)
    {
        var line = new List<string>();
        if (HasProcessGroup)
        {
            line.Add(SetSid);   // execs in place: process id = session = group
        }

        if (ResetsSignals)
        {
            line.AddRange([Env, "--default-signal=PIPE"]);
        }

        line.Add(command.Program);
        line.AddRange(command.Arguments);
        var start = new ProcessStartInfo(line[0], line[1..])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            CreateNoWindow = true,
        };
        if (!OperatingSystem.IsWindows())
        {
            start.WorkingDirectory = "/";   // a daemon started here must not keep a file system busy
            SetEnvironment(start, command);
        }

        return start;
    }

    /// <summary>Why the program cannot be run; null when it looks as if it can. Behind setsid a missing program is an exit code like any other.</summary>
    public static string? WhyNotRunnable(string program)
    {
        if (!Path.IsPathRooted(program))
        {
            return $"{program}: the full path of the program is needed: what a search finds depends on who searches";
        }

        if (!File.Exists(program))
        {
            return $"{program}: there is no such file";
        }

        return OperatingSystem.IsWindows() || (File.GetUnixFileMode(program) & AnyExecute) != 0 ? null : $"{program}: the file is not executable";
    }

    private static void SetEnvironment(ProcessStartInfo start, CommandSpec command)
    {
        start.Environment.Clear();
        start.Environment["PATH"] = SystemPath;
        start.Environment["LC_ALL"] = "C";
        start.Environment["LANG"] = "C";
        start.Environment["HOME"] = Environment.GetEnvironmentVariable("HOME") ?? "/";
        foreach (var (name, value) in command.Environment)
        {
            start.Environment[name] = value;
        }
    }

    private static bool IsGnuEnv()
    {
        try
        {
            return File.Exists(Env) && File.ResolveLinkTarget(Env, returnFinalTarget: true)?.Name is (null or "env" or "coreutils");
        }
        catch (IOException)
        {
            return false;
        }
    }
}
