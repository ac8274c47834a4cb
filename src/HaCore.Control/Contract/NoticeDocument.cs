using System.Globalization;

namespace HaCore.Control.Contract;

/// <summary>The data of one server-sent event of type "notice".</summary>
internal sealed record NoticeDocument : IDocument
{
    public int Schema { get; init; } = SnapshotDocument.SchemaVersion;

    public required string Cluster { get; init; }

    public required long Incarnation { get; init; }

    public required long Sequence { get; init; }

    public required DateTimeOffset Time { get; init; }

    public required string Level { get; init; }

    public required int EventId { get; init; }

    public required string Event { get; init; }

    public required string Subject { get; init; }

    public required string Detail { get; init; }
}

/// <summary>Where a reader of notices is: the id of a server-sent event, "{incarnation}-{sequence}".</summary>
internal readonly record struct NoticePosition(long Incarnation, long Sequence)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Incarnation}-{Sequence}");

    public static bool TryParse(string? text, out NoticePosition position)
    {
        position = default;
        if (text?.IndexOf('-', StringComparison.Ordinal) is not (> 0 and var dash)
            || !long.TryParse(text.AsSpan(0, dash), NumberStyles.None, CultureInfo.InvariantCulture, out var incarnation)
            || !long.TryParse(text.AsSpan(dash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var sequence))
        {
            return false;
        }

        position = new(incarnation, sequence);
        return true;
    }

    /// <summary>Has a reader who is here seen that notice? A start of the host counts its notices from 1.</summary>
    public bool Covers(NoticePosition notice) => notice.Incarnation < Incarnation || (notice.Incarnation == Incarnation && notice.Sequence <= Sequence);
}
