using System.Globalization;

namespace HaCore.Fencing.FenceAgent;

/// <summary>Runs one agent: what it is told goes to its standard input, what it says comes back without secrets.</summary>
internal sealed class FenceAgentProgram(string program, ICommandRunner commands)
{
    /// <summary>Without an answer for so long the metadata is not worth more of the time in which a machine must be cut off. Nothing is asked over a network: 0.3 s is usual.</summary>
    private static readonly TimeSpan MetadataTimeout = TimeSpan.FromSeconds(5);

    private volatile FenceAgentMetadata? _metadata;   // looks and fences are on different threads; whoever has it first writes it

    /// <summary>Null until it was read.</summary>
    public FenceAgentMetadata? Metadata => _metadata;

    /// <summary>Why it can never prove that a machine is off; null when it can, as far as anybody knows.</summary>
    public string? WhyNeverConfirms => KnownAgents.WhyNeverConfirms(program) ?? _metadata?.WhyNeverConfirms;

    /// <summary>Does one action. Its timeout is the token's unless a shorter one is given.</summary>
    public ValueTask<CommandResult> RunAsync(FenceAgentInput input, string action, TimeSpan? timeout, FencingDeviceContext context, CancellationToken cancellationToken) =>
        commands.RunAsync(
            new(program)
            {
                StandardInput = input.ToBytes(action, _metadata?.PlugName ?? FenceAgentNames.Plug),
                // A second timeout that fires first would make the same end look different.
                Timeout = timeout ?? context.Timeout + TimeSpan.FromMinutes(1),
            },
            cancellationToken);

    /// <summary>Reads the metadata if it is not there yet. Null when it is there, else why not.</summary>
    public async ValueTask<string?> ReadMetadataAsync(FenceAgentInput input, FencingDeviceContext context, CancellationToken cancellationToken)
    {
        if (_metadata is not null)
        {
            return null;
        }

        var quarter = context.Timeout / 4;
        var result = await commands.RunAsync(
            new(program)
            {
                StandardInput = "action=metadata\n"u8.ToArray(),
                Timeout = quarter < MetadataTimeout ? quarter : MetadataTimeout,
                OutputBytesMax = FenceAgentMetadata.CharactersMax,
            },
            cancellationToken).ConfigureAwait(false);
        if (!FenceAgentExit.IsSuccess(result))
        {
            return "its metadata cannot be had: " + Describe(input, "metadata", result);
        }

        _metadata = FenceAgentMetadata.Parse(result.StandardOutput, out var error);
        return error is null ? null : "its metadata cannot be read: " + input.Redact(error);
    }

    /// <summary>One line for the operator.</summary>
    public string Describe(FenceAgentInput input, string action, CommandResult result)
    {
        var shown = result with { StandardOutput = input.Redact(result.StandardOutput), StandardError = input.Redact(result.StandardError) };
        return string.Create(CultureInfo.InvariantCulture, $"{action}: {CommandText.Describe(program, shown)}");
    }
}
