using System.ComponentModel;
using System.Diagnostics;

namespace HaCore.Commands;

/// <summary>
/// Runs programs in a session and process group of their own (setsid), so that a kill reaches children that forked away. Only a program that makes itself
/// a new session escapes it. What a program leaves running after a normal end (a daemon) stays running and delays nothing.
/// </summary>
internal sealed class CommandRunner(TimeProvider timeProvider) : ICommandRunner
{
    // A daemon that keeps the pipe open would hold the result for ever. What the program itself wrote is in the pipe when it ends: this is for reading it,
    // also on a machine so busy that a reader waits for the thread pool (200 ms lost output of forty programs at once at a load of 15).
    private static readonly TimeSpan s_drainTime = TimeSpan.FromSeconds(2);

    private const int NotExecutable = 126;   // env(1): found, could not be run
    private const int NotFound = 127;        // env(1): not found

    public async ValueTask<CommandResult> RunAsync(CommandSpec command, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(command);
        cancellationToken.ThrowIfCancellationRequested();
        var start = timeProvider.GetTimestamp();
        using var process = new Process { StartInfo = CommandLine.Create(command) };
        if (WhyNotStarted(command.Program, process) is { } reason)
        {
            return new(CommandOutcome.NotStarted, -1, "", reason, timeProvider.GetElapsedTime(start));
        }

        using var stopReading = new CancellationTokenSource();
        var output = new CappedOutput(process.StandardOutput.BaseStream, command.OutputBytesMax, stopReading.Token);
        var error = new CappedOutput(process.StandardError.BaseStream, command.OutputBytesMax, stopReading.Token);
        var feeding = FeedAsync(process, command.StandardInput, stopReading.Token);
        var exited = await WaitAsync(process, command, cancellationToken).ConfigureAwait(false);
        await DrainAsync(output, error).ConfigureAwait(false);
        await stopReading.CancelAsync().ConfigureAwait(false);
        await feeding.ConfigureAwait(false);
        if (!exited)
        {
            cancellationToken.ThrowIfCancellationRequested();
        }

        return Result(exited ? process.ExitCode : null, output.Text, error.Text, timeProvider.GetElapsedTime(start));
    }

    private static string? WhyNotStarted(string program, Process process)
    {
        if (CommandLine.WhyNotRunnable(program) is { } reason)
        {
            return reason;
        }

        try
        {
            // This is the command runner: the one place where programs are started.
#pragma warning disable RS0030
            process.Start();
#pragma warning restore RS0030
            return null;
        }
        catch (Win32Exception exception)
        {
            return $"{program}: {exception.Message}";
        }
    }

    /// <summary>Gives the program its input, then the end of it. Never faults: a program need not read what it is given.</summary>
    private static async Task FeedAsync(Process process, ReadOnlyMemory<byte> input, CancellationToken stop)
    {
        try
        {
            if (!input.IsEmpty)
            {
                await process.StandardInput.BaseStream.WriteAsync(input, stop).ConfigureAwait(false);
            }

            process.StandardInput.Close();
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException or ObjectDisposedException)
        {
            // It has ended already, or closed its input.
        }
    }

    /// <returns>True when it ended by itself; false when it was killed.</returns>
    private async ValueTask<bool> WaitAsync(Process process, CommandSpec command, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(command.Timeout, timeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            await process.WaitForExitAsync(either.Token).ConfigureAwait(false);
            return true;
        }
        catch (OperationCanceledException)
        {
            await ProcessGroup.KillAsync(process, command.KillGrace, timeProvider).ConfigureAwait(false);
            return false;
        }
    }

    private async ValueTask DrainAsync(CappedOutput output, CappedOutput error)
    {
        try
        {
            await Task.WhenAll(output.Reading, error.Reading).WaitAsync(s_drainTime, timeProvider).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // Somebody else has the pipe: what came so far is the output.
        }
    }

    private static CommandResult Result(int? exitCode, string output, string error, TimeSpan duration)
    {
        if (exitCode is not { } code)
        {
            return new(CommandOutcome.TimedOut, -1, output, error, duration);
        }

        // An interpreter that is missing shows only here: env(1) speaks in its own name.
        return code is NotExecutable or NotFound && error.StartsWith(CommandLine.Env + ": ", StringComparison.Ordinal)
            ? new(CommandOutcome.NotStarted, -1, output, error, duration)
            : new(CommandOutcome.Exited, code, output, error, duration);
    }
}
