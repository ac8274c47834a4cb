namespace HaCore;

/// <summary>How an operation ended.</summary>
public enum OperationOutcome
{
    /// <summary>Timed out, threw, or was never answered. Only the engine says it. Counts as active.</summary>
    Unknown = 0,

    /// <summary>Done, or nothing to do.</summary>
    Succeeded,

    /// <summary>Failed; another try may succeed.</summary>
    Retryable,

    /// <summary>Cannot work on this node; the peer may try.</summary>
    NotOnThisNode,

    /// <summary>Cannot work on any node (bad configuration); nobody tries until an operator clears it.</summary>
    NotAnywhere,

    /// <summary>Proof that the peer lives and holds the resource: the engine stops here, starts nothing and alarms.</summary>
    HeldByPeer,
}

/// <summary>Result of Prepare, Start or Stop. The default value is <see cref="OperationOutcome.Unknown"/>.</summary>
public readonly record struct OperationResult
{
    private OperationResult(OperationOutcome outcome, string? detail)
    {
        Outcome = outcome;
        Detail = detail;
    }

    /// <summary>How it ended.</summary>
    public OperationOutcome Outcome { get; }

    /// <summary>Words for the operator; null on success.</summary>
    public string? Detail { get; }

    /// <summary>Done, or nothing to do.</summary>
    public static OperationResult Succeeded { get; } = new(OperationOutcome.Succeeded, null);

    /// <summary>Failed; another try may succeed.</summary>
    public static OperationResult Retryable(string detail) => new(OperationOutcome.Retryable, detail);

    /// <summary>Cannot work on this node; the peer may try.</summary>
    public static OperationResult NotOnThisNode(string detail) => new(OperationOutcome.NotOnThisNode, detail);

    /// <summary>Cannot work on any node.</summary>
    public static OperationResult NotAnywhere(string detail) => new(OperationOutcome.NotAnywhere, detail);

    /// <summary>The peer holds the resource and lives.</summary>
    public static OperationResult HeldByPeer(string detail) => new(OperationOutcome.HeldByPeer, detail);

    internal static OperationResult Unknown(string detail) => new(OperationOutcome.Unknown, detail);
}
