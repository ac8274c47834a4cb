namespace HaCore;

/// <summary>Runs external programs: the only way in which HaCore and its agents do. Tests replace it.</summary>
public interface ICommandRunner
{
    /// <summary>
    /// Runs a program to its end, without a shell, in the C locale, with its own process group. On timeout or cancellation the whole group gets
    /// SIGTERM, then SIGKILL after <see cref="CommandSpec.KillGrace"/>.
    /// </summary>
    /// <exception cref="OperationCanceledException">The token was cancelled; the process group is dead.</exception>
    ValueTask<CommandResult> RunAsync(CommandSpec command, CancellationToken cancellationToken);
}

/// <summary>A program and how to run it.</summary>
public sealed record CommandSpec
{
    /// <summary>Creates a command.</summary>
    /// <param name="program">Full path of the program.</param>
    /// <param name="arguments">Arguments, passed as they are: no shell, no quoting.</param>
    public CommandSpec(string program, params IReadOnlyList<string> arguments)
    {
        ArgumentException.ThrowIfNullOrEmpty(program);
        Program = program;
        Arguments = arguments;
    }

    /// <summary>Full path of the program.</summary>
    public string Program { get; }

    /// <summary>Arguments.</summary>
    public IReadOnlyList<string> Arguments { get; }

    /// <summary>Variables added to a minimal environment (PATH, LC_ALL=C, LANG=C, HOME).</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>
    /// What the program can read from its standard input, which then ends; at most <see cref="StandardInputBytesMax"/>. Default nothing. The place for a password: a command line
    /// is visible to every user of the machine, an environment to every child. Never logged, and not in the text of this record.
    /// </summary>
    public ReadOnlyMemory<byte> StandardInput
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value.Length, StandardInputBytesMax);
            field = value;
        }
    }

    /// <summary>64 KiB: what a pipe takes without a reader (pipe(7)), so that a program that reads nothing keeps nobody waiting.</summary>
    public const int StandardInputBytesMax = 64 * 1024;

    /// <summary>Longest run. Default 20 s.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>From SIGTERM to SIGKILL. Default 2 s.</summary>
    public TimeSpan KillGrace { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Most bytes kept of each of standard output and error; the rest is read and dropped. Default 64 KiB.</summary>
    public int OutputBytesMax { get; init; } = 64 * 1024;
}

/// <summary>How a program ended.</summary>
public enum CommandOutcome
{
    /// <summary>Not known.</summary>
    Unknown = 0,

    /// <summary>It ended by itself: see the exit code.</summary>
    Exited,

    /// <summary>It was killed at its timeout.</summary>
    TimedOut,

    /// <summary>It could not be started: see the standard error text for why.</summary>
    NotStarted,
}

/// <summary>What a program left behind.</summary>
/// <param name="Outcome">How it ended.</param>
/// <param name="ExitCode">Exit code, 128 + n after signal n; -1 unless <see cref="CommandOutcome.Exited"/>.</param>
/// <param name="StandardOutput">What it printed, at most the cap.</param>
/// <param name="StandardError">What it complained, at most the cap.</param>
/// <param name="Duration">How long it ran.</param>
public sealed record CommandResult(CommandOutcome Outcome, int ExitCode, string StandardOutput, string StandardError, TimeSpan Duration);
