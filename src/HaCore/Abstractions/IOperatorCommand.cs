namespace HaCore;

/// <summary>
/// A command that a package or a site adds to the operator's door of a cluster: <c>hactl NAME ...</c>. Registered by <c>AddOperatorCommand</c>; one instance per
/// cluster. Any number of calls may run at once. The operator's tool learns of it from the running host, so nothing has to be installed beside the tool.
/// </summary>
public interface IOperatorCommand
{
    /// <summary>
    /// What the operator types: 1 to 63 lower-case letters and digits in words joined by single '-', the first a letter. Unique in the cluster and none of the tool's own
    /// (<c>status</c>, <c>standby</c>, ...), or the host does not start.
    /// </summary>
    string Name { get; }

    /// <summary>One line for <c>--help</c>.</summary>
    string Description { get; }

    /// <summary>What it takes, positional ones in their order. Read once at start.</summary>
    IReadOnlyList<OperatorCommandParameter> Parameters { get; }

    /// <summary>Carries it out. An expected failure is a result with an exit code; an exception is a bug and is told to the operator as such.</summary>
    /// <param name="context">The cluster, the arguments and who calls.</param>
    /// <param name="cancellationToken">The operator gave up waiting, or the host stops. What was begun should be left in a state that a second call can mend.</param>
    ValueTask<OperatorCommandResult> ExecuteAsync(OperatorCommandContext context, CancellationToken cancellationToken);
}

/// <summary>How a parameter is given on the command line.</summary>
public enum OperatorCommandParameterKind
{
    /// <summary>By its name, with a value: <c>--timeout 10</c>.</summary>
    Option = 0,

    /// <summary>By its place: <c>fence-peer r0</c>.</summary>
    Argument,

    /// <summary>By its name alone: <c>--force</c>. Its value is "true"; left out, it is "false".</summary>
    Flag,
}

/// <summary>One parameter of an <see cref="IOperatorCommand"/>.</summary>
public sealed record OperatorCommandParameter
{
    /// <summary>Its name, spelled as that of a command; options and flags are typed with two dashes before it. Unique in the command.</summary>
    public required string Name { get; init; }

    /// <summary>One line for <c>--help</c>: meaning, unit, range.</summary>
    public required string Description { get; init; }

    /// <summary>How it is given. Default: an option.</summary>
    public OperatorCommandParameterKind Kind { get; init; }

    /// <summary>Refuse the command without it? Default: no. Not for flags.</summary>
    public bool IsRequired { get; init; }

    /// <summary>Its value when it is left out; null (the default) for none. Not for flags.</summary>
    public string? Default { get; init; }
}

/// <summary>One call of an <see cref="IOperatorCommand"/>. Grows without breaking anyone.</summary>
public sealed class OperatorCommandContext
{
    /// <summary>The cluster that the command is for.</summary>
    public required IHaCluster Cluster { get; init; }

    /// <summary>
    /// Values by the names of <see cref="IOperatorCommand.Parameters"/>, checked: every required one is there, none is unknown, flags are "true" or "false". Each at most
    /// 1024 characters.
    /// </summary>
    public required IReadOnlyDictionary<string, string> Arguments { get; init; }

    /// <summary>Who calls, as in the audit line: a user name, or "uid 1000", or "unknown".</summary>
    public required string Caller { get; init; }

    /// <summary>The host's clock.</summary>
    public required TimeProvider TimeProvider { get; init; }
}

/// <summary>The outcome of an <see cref="IOperatorCommand"/>.</summary>
/// <param name="ExitCode">What the operator's tool ends with: 0 for done, 1 to 255 for the command's own meanings.</param>
/// <param name="Output">Printed as it is, with a final line break if it has none; at most 1 MiB, the rest is cut off.</param>
public sealed record OperatorCommandResult(int ExitCode, string Output);
