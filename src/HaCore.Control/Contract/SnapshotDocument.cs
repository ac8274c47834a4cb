namespace HaCore.Control.Contract;

// What goes over the socket, version 1: docs/reference/control.md says it field by field. States are words, not numbers, and a reader keeps what it does not know, so that
// an older tool understands a newer host. A field is never renamed or removed within a version.

/// <summary>What every answer says first.</summary>
internal interface IDocument
{
    /// <summary>The version of all documents together.</summary>
    int Schema { get; }
}

/// <summary>The whole state of a cluster as one node sees it.</summary>
internal sealed record SnapshotDocument : IDocument
{
    public const int SchemaVersion = 1;

    public int Schema { get; init; } = SchemaVersion;

    public required string Cluster { get; init; }

    public required string LocalNode { get; init; }

    public required long Revision { get; init; }

    /// <summary>good, degraded or down: <see cref="SnapshotHealth"/>.</summary>
    public required string Health { get; init; }

    public required bool Maintenance { get; init; }

    public required bool HasSession { get; init; }

    public required long EngineSteps { get; init; }

    public required IReadOnlyList<string> Conditions { get; init; }

    public required IReadOnlyList<NodeDocument> Nodes { get; init; }

    public required IReadOnlyList<LinkDocument> Links { get; init; }

    public required IReadOnlyList<GroupDocument> Groups { get; init; }
}

internal sealed record NodeDocument
{
    public required string Node { get; init; }

    public required bool Local { get; init; }

    public required string State { get; init; }

    public required long Incarnation { get; init; }

    public double? SilentForSeconds { get; init; }

    public string? ConfirmDownToken { get; init; }
}

internal sealed record LinkDocument
{
    public required string Link { get; init; }

    public required bool Alive { get; init; }

    public string? Detail { get; init; }

    public double? LastHeardSeconds { get; init; }

    public double? RoundTripSeconds { get; init; }

    public required long Received { get; init; }

    public required long Lost { get; init; }

    public required long Late { get; init; }

    public required long Rejected { get; init; }

    public required IReadOnlyList<MemberDocument> Members { get; init; }
}

internal sealed record MemberDocument
{
    public required string Member { get; init; }

    public required bool Alive { get; init; }

    public required bool Active { get; init; }

    public string? Detail { get; init; }
}

internal sealed record GroupDocument
{
    public required string Group { get; init; }

    public required long Term { get; init; }

    public required string Owner { get; init; }

    public string? ActiveOn { get; init; }

    public required string Activity { get; init; }

    public required string LocalHold { get; init; }

    public required string PeerHold { get; init; }

    public required string Readiness { get; init; }

    public required int FailCount { get; init; }

    public required bool Diverged { get; init; }

    public string? ProposedVictim { get; init; }

    public string? Pinned { get; init; }

    public required string Why { get; init; }

    public required IReadOnlyList<ResourceDocument> Resources { get; init; }
}

internal sealed record ResourceDocument
{
    public required string Resource { get; init; }

    public required string Type { get; init; }

    public required string State { get; init; }

    public required string Readiness { get; init; }

    public string? Detail { get; init; }

    public required IReadOnlyList<FactDocument> Facts { get; init; }
}

internal sealed record FactDocument(string Name, string Value);
