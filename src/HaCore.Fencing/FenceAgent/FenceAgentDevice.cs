namespace HaCore.Fencing.FenceAgent;

/// <summary>A program of the fence-agents project as a fencing device. Confirms only what <c>status</c> confirms.</summary>
internal sealed class FenceAgentDevice(FenceAgentOptions options, ICommandRunner commands) : IMonitoredFencingDevice, IStartRequirements
{
    /// <summary>Kept of the time of a try for ending a program that hangs (2 s from SIGTERM to SIGKILL), so that what was confirmed before still counts.</summary>
    private static readonly TimeSpan EndReserve = TimeSpan.FromSeconds(5);

    private readonly FenceAgentProgram _program = new(options.Program, commands);

    public async ValueTask<FenceResult> FenceAsync(FencingDeviceContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (FenceAgentInput.Create(options, context.Target.Value, out var error) is not { } input)
        {
            return FenceResult.Failed("not run: " + error);
        }

        // What cannot be had now must not keep a machine from being cut off.
        var began = context.TimeProvider.GetTimestamp();
        await _program.ReadMetadataAsync(input, context, cancellationToken).ConfigureAwait(false);
        if (_program.WhyNeverConfirms is { } reason)
        {
            return FenceResult.Unknown($"not run: {Name} can never confirm, because {reason}");
        }

        if (WhatIsUnknown(input) is { Count: > 0 } unknown)
        {
            return FenceResult.Failed("not run: " + string.Join("; ", unknown));
        }

        return IsCycle(input)
            ? await CycleAsync(input, context, cancellationToken).ConfigureAwait(false)
            : await TurnOffAsync(input, context, began, cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask<FencingDeviceHealth> MonitorAsync(FencingDeviceContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (ProgramFile.WhyNotRunnable(options.Program) is { } missing)
        {
            return FencingDeviceHealth.Unusable(missing);
        }

        if (FenceAgentInput.Create(options, context.Target.Value, out var error) is not { } input)
        {
            return FencingDeviceHealth.Unusable(error!);
        }

        var noMetadata = await _program.ReadMetadataAsync(input, context, cancellationToken).ConfigureAwait(false);
        var problems = Problems(input).ToList();
        if (problems.Count > 0)
        {
            return FencingDeviceHealth.Unusable(string.Join("; ", problems));
        }

        var result = await _program.RunAsync(input, "monitor", timeout: null, context, cancellationToken).ConfigureAwait(false);
        var text = _program.Describe(input, "monitor", result) + (noMetadata is null ? "" : $"; parameters unchecked, because {noMetadata}");

        // A device that has one plug may say with its monitor that it is off: that is an answer.
        return FenceAgentExit.IsSuccess(result) || FenceAgentExit.PowerOf(result) == PowerState.Off ? FencingDeviceHealth.Usable(text) : FencingDeviceHealth.Unusable(text);
    }

    public IEnumerable<string> Missing()
    {
        if (ProgramFile.WhyNotRunnable(options.Program) is { } missing)
        {
            yield return missing;
        }

        // A file for each target is looked at by the first monitor, which knows the target; a node has no use for its own.
        foreach (var (_, path) in FenceAgentInput.FilesOf(options).Where(file => !file.Value.Contains("{node}", StringComparison.Ordinal)))
        {
            if (SecretFile.Read(path, out var error) is null)
            {
                yield return error!;
            }
        }
    }

    private string Name => Path.GetFileName(options.Program);

    private async ValueTask<FenceResult> TurnOffAsync(FenceAgentInput input, FencingDeviceContext context, long began, CancellationToken cancellationToken)
    {
        var off = await _program.RunAsync(input, "off", timeout: null, context, cancellationToken).ConfigureAwait(false);
        var said = _program.Describe(input, "off", off);
        if (!FenceAgentExit.IsSuccess(off))
        {
            return FenceAgentExit.DidNothing(off) ? FenceResult.Failed(said) : FenceResult.Unknown(said);
        }

        var status = await _program.RunAsync(input, "status", timeout: null, context, cancellationToken).ConfigureAwait(false);
        said = $"{said}; {_program.Describe(input, "status", status)}";
        return FenceAgentExit.PowerOf(status) switch
        {
            PowerState.Off when options.Action == FenceAgentAction.Reboot => await TurnOnAsync(input, context, began, said, cancellationToken).ConfigureAwait(false),
            PowerState.Off => FenceResult.Confirmed(said),
            PowerState.On => FenceResult.Failed(said + ", so it is still on"),
            PowerState.Unknown => FenceResult.Unknown(said),
        };
    }

    /// <summary>The target was off, which is all that was asked: whatever happens here, it is confirmed.</summary>
    private async ValueTask<FenceResult> TurnOnAsync(FenceAgentInput input, FencingDeviceContext context, long began, string said, CancellationToken cancellationToken)
    {
        var left = context.Timeout - context.TimeProvider.GetElapsedTime(began) - EndReserve;
        if (left <= TimeSpan.Zero)
        {
            return FenceResult.Confirmed(said + "; not turned on again, because no time is left");
        }

        try
        {
            var on = await _program.RunAsync(input, "on", left, context, cancellationToken).ConfigureAwait(false);
            return FenceResult.Confirmed($"{said}; {_program.Describe(input, "on", on)}");
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return FenceResult.Confirmed(said + "; turning it on again was cancelled");
        }
    }

    /// <summary>A board that resets its machine never shows it off (fence_ipmilan(8), method): the report may come before the power is gone.</summary>
    private async ValueTask<FenceResult> CycleAsync(FenceAgentInput input, FencingDeviceContext context, CancellationToken cancellationToken)
    {
        var result = await _program.RunAsync(input, "reboot", timeout: null, context, cancellationToken).ConfigureAwait(false);
        var said = _program.Describe(input, "reboot", result);
        return FenceAgentExit.DidNothing(result) ? FenceResult.Failed(said) : FenceResult.Unknown(said + "; nobody saw it off, because of method=cycle");
    }

    private bool IsCycle(FenceAgentInput input) => options.Action == FenceAgentAction.Reboot && input.Has(FenceAgentNames.Method, "cycle");

    private List<string> WhatIsUnknown(FenceAgentInput input) => [.. _program.Metadata?.WhatIsUnknown(input.Names) ?? []];

    private IEnumerable<string> Problems(FenceAgentInput input)
    {
        if (_program.WhyNeverConfirms is { } reason)
        {
            yield return $"{Name} can never confirm, because {reason}";
        }

        if (IsCycle(input))
        {
            yield return "Action Reboot with method=cycle can never confirm, because nobody sees the machine off; remove \"method\"";
        }

        foreach (var unknown in WhatIsUnknown(input))
        {
            yield return unknown;
        }

        var missing = _program.Metadata?.WhatIsMissing(input.Names).ToList() ?? [];
        if (missing.Count > 0)
        {
            yield return $"the agent needs {string.Join(", ", missing.Select(name => $"\"{name}\""))}, and nobody gives it";
        }
    }
}
