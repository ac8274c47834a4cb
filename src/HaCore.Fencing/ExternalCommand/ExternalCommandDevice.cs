namespace HaCore.Fencing.ExternalCommand;

/// <summary>A program of the site's own that cuts a node off.</summary>
internal sealed class ExternalCommandDevice(ExternalCommandOptions options, ICommandRunner commands) : IMonitoredFencingDevice, IStartRequirements
{
    private readonly ExternalCommandLines _lines = new(options);

    public async ValueTask<FenceResult> FenceAsync(FencingDeviceContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(context);
        var result = await commands.RunAsync(_lines.Fence(context), cancellationToken).ConfigureAwait(false);
        return result.Outcome switch
        {
            CommandOutcome.Exited when result.ExitCode == 0 => await VerifyAsync(context, result, cancellationToken).ConfigureAwait(false),
            CommandOutcome.Exited when options.FailedExitCodes.Contains(result.ExitCode) => FenceResult.Failed(CommandText.Describe(options.Program, result)),
            CommandOutcome.NotStarted => FenceResult.Failed(CommandText.Describe(options.Program, result)),
            CommandOutcome.Exited or CommandOutcome.TimedOut or CommandOutcome.Unknown => FenceResult.Unknown(CommandText.Describe(options.Program, result)),
        };
    }

    public async ValueTask<FencingDeviceHealth> MonitorAsync(FencingDeviceContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(context);
        var problems = Missing().ToList();
        if (problems.Count > 0)
        {
            return FencingDeviceHealth.Unusable(string.Join("; ", problems));
        }

        if (_lines.Monitor(context) is not { } command)
        {
            return FencingDeviceHealth.Unknown("no MonitorProgram says whether it could");
        }

        var result = await commands.RunAsync(command, cancellationToken).ConfigureAwait(false);
        var text = CommandText.Describe(command.Program, result);
        return result is { Outcome: CommandOutcome.Exited, ExitCode: 0 } ? FencingDeviceHealth.Usable(text) : FencingDeviceHealth.Unusable(text);
    }

    public IEnumerable<string> Missing() =>
        new[] { options.Program, options.VerifyProgram, options.MonitorProgram }
            .Where(program => !string.IsNullOrEmpty(program))
            .Select(program => ProgramFile.WhyNotRunnable(program!))
            .OfType<string>();

    private async ValueTask<FenceResult> VerifyAsync(FencingDeviceContext context, CommandResult fenced, CancellationToken cancellationToken)
    {
        if (_lines.Verify(context) is not { } command)
        {
            return FenceResult.Confirmed(CommandText.Describe(options.Program, fenced));
        }

        var began = context.TimeProvider.GetTimestamp();
        while (true)
        {
            var result = await commands.RunAsync(command, cancellationToken).ConfigureAwait(false);
            var text = $"{CommandText.Describe(options.Program, fenced)}; {CommandText.Describe(command.Program, result)}";
            if (result is { Outcome: CommandOutcome.Exited, ExitCode: 0 })
            {
                return FenceResult.Confirmed(text);
            }

            if (result.Outcome != CommandOutcome.Exited || context.TimeProvider.GetElapsedTime(began) + options.VerifyInterval > options.VerifyTimeout)
            {
                return FenceResult.Unknown(text);
            }

            await Task.Delay(options.VerifyInterval, context.TimeProvider, cancellationToken).ConfigureAwait(false);
        }
    }
}
