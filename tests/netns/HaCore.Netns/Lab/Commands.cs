using System.Diagnostics;

namespace HaCore.Netns.Lab;

/// <summary>How a program ended and what it said.</summary>
internal sealed record CommandResult(int ExitCode, string Output, string Errors);

/// <summary>Runs the system's own network tools: the lab is made with what an administrator would type.</summary>
internal static class Commands
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    /// <summary>Runs a program to its end and returns what it printed.</summary>
    /// <exception cref="InvalidOperationException">It could not be started, failed, or took too long.</exception>
    public static string Run(string program, params string[] arguments) => RunWithInput(null, program, arguments);

    public static string RunWithInput(string? input, string program, params string[] arguments)
    {
        var result = Execute(input, program, arguments);
        return result.ExitCode == 0
            ? result.Output
            : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {result.ExitCode}: {result.Errors.Trim()}");
    }

    /// <summary>Runs a program to its end, however it ends.</summary>
    /// <exception cref="InvalidOperationException">It could not be started or took too long.</exception>
    public static CommandResult Execute(string? input, string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Start(start);
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(Limit))
        {
            process.Kill();
            throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} did not end within {Limit.TotalSeconds} s");
        }

        return new(process.ExitCode, output.GetAwaiter().GetResult(), errors.GetAwaiter().GetResult());
    }

    /// <summary>Starts a program that runs until it is ended.</summary>
    public static Process Start(ProcessStartInfo start)
    {
        // The ban is for the product: the command runner is part of what is tested here, so the suite does not stand on it.
#pragma warning disable RS0030
        return Process.Start(start) ?? throw new InvalidOperationException($"{start.FileName} did not start");
#pragma warning restore RS0030
    }
}
