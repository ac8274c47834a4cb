using System.Text.Json.Serialization;

namespace HaCore.Control.Contract;

// A command with a field that the host does not know is refused, not half obeyed.

[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record StandbyRequest(string? Node, bool Force = false);

[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record OnlineRequest(string? Node);

/// <summary>Either a node or automatic: a forgotten node must not send a group home.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record MoveRequest(string? Group, string? Node, bool Automatic = false);

[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record MaintenanceRequest(bool? Enabled);

[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record ClearRequest(string? Group);

[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record ClearDivergenceRequest(string? Group, long? Term);

[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record ConfirmDownRequest(string? Node, string? Token);

[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record TakeRequest(string? Group, bool? AcceptDataLoss);

[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record ExecuteRequest(IReadOnlyDictionary<string, string>? Arguments);

/// <summary>The answer to a command, and to every request that cannot be answered otherwise.</summary>
internal sealed record AnswerDocument(bool Accepted, string Detail) : IDocument
{
    public int Schema { get; init; } = SnapshotDocument.SchemaVersion;
}

/// <summary>The outcome of a command that a package added.</summary>
internal sealed record ExecuteDocument(int ExitCode, string Output) : IDocument
{
    public int Schema { get; init; } = SnapshotDocument.SchemaVersion;
}

internal sealed record ClustersDocument(int ProcessId, IReadOnlyList<ClusterDocument> Clusters) : IDocument
{
    public int Schema { get; init; } = SnapshotDocument.SchemaVersion;
}

internal sealed record ClusterDocument(string Cluster, string LocalNode);

/// <summary>The commands that packages added to a cluster.</summary>
internal sealed record CommandsDocument(IReadOnlyList<CommandDocument> Commands) : IDocument
{
    public int Schema { get; init; } = SnapshotDocument.SchemaVersion;
}

internal sealed record CommandDocument(string Name, string Description, IReadOnlyList<ParameterDocument> Parameters);

/// <param name="Name">Its name.</param>
/// <param name="Description">For help.</param>
/// <param name="Kind">option, argument or flag.</param>
/// <param name="Required">Is it refused without?</param>
/// <param name="Default">Its value when left out.</param>
internal sealed record ParameterDocument(string Name, string Description, string Kind, bool Required, string? Default);
