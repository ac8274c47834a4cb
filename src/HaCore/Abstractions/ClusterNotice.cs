using Microsoft.Extensions.Logging;

namespace HaCore;

/// <summary>Something that happened in the cluster as this node saw it: what a log line says, for those who do not read logs. Immutable.</summary>
public sealed record ClusterNotice
{
    /// <summary>1 for the first notice since this node's start, then one more for each; a gap means that notices were overwritten before they were read.</summary>
    public required long Sequence { get; init; }

    /// <summary>This node's incarnation: with <see cref="Sequence"/> it names the notice over restarts.</summary>
    public required long Incarnation { get; init; }

    /// <summary>Wall-clock time, for people.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>Error: someone must act. Warning: may soon. Information: the cluster changed state. Debug: the rest, decisions among it.</summary>
    public required LogLevel Level { get; init; }

    /// <summary>Fixed number of the event, as in the log (docs/reference/events.md).</summary>
    public required int EventId { get; init; }

    /// <summary>Fixed name of the event, such as <c>HoldTaken</c>.</summary>
    public required string Event { get; init; }

    /// <summary>The node, group, resource or link that it is about.</summary>
    public required string Subject { get; init; }

    /// <summary>What happened and why, for an operator.</summary>
    public required string Detail { get; init; }
}
