using System.Text.RegularExpressions;

namespace HaCore.Fencing.FenceAgent;

/// <summary>What the exit codes of an agent mean (FenceAgentAPI.md and fencing.py of fence-agents 4.12).</summary>
internal static partial class FenceAgentExit
{
    /// <summary>
    /// An action that did not succeed and touched nothing: bad arguments, login denied, no password, no privileges, no such machine. Everything else may have been done: a board
    /// that did not become "off" in time may do so a second later. The library ends with 1 for nearly all of them.
    /// </summary>
    public static bool DidNothing(CommandResult result) => result.Outcome switch
    {
        CommandOutcome.NotStarted => true,
        CommandOutcome.Exited => result.ExitCode is 2 or 3 or 10 or 11 or 12,
        CommandOutcome.TimedOut or CommandOutcome.Unknown => false,
    };

    public static bool IsSuccess(CommandResult result) => result is { Outcome: CommandOutcome.Exited, ExitCode: 0 };

    /// <summary>
    /// What <c>status</c> said: 0 on, 2 off, everything else nobody knows. 2 is also how an interpreter ends that cannot read the agent, and a shell that does not understand it: so
    /// the word counts as well (<c>Status: OFF</c>).
    /// </summary>
    public static PowerState PowerOf(CommandResult status) => status switch
    {
        { Outcome: CommandOutcome.Exited, ExitCode: 0 } => PowerState.On,
        { Outcome: CommandOutcome.Exited, ExitCode: 2 } when OffPattern().IsMatch(status.StandardOutput) => PowerState.Off,
        _ => PowerState.Unknown,
    };

    [GeneratedRegex(@"\boff\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex OffPattern();
}

/// <summary>Power of a target, as an agent sees it.</summary>
internal enum PowerState
{
    Unknown = 0,
    On,
    Off,
}
