namespace HaCore.Engine;

/// <summary>
/// Lasting conditions: something is wrong as long as it is wrong. One notice when it begins, one when it ends; the snapshot lists them.
/// Keyed by kind and a small index (link or group), so that looking costs nothing in the steady state.
/// </summary>
internal sealed class ConditionBoard(EngineContext context)
{
    private readonly Dictionary<(NoticeKind Kind, int Index), Condition> _active = [];

    public IEnumerable<string> Texts => _active.OrderBy(c => c.Key.Kind).ThenBy(c => c.Key.Index).Select(c => $"{c.Value.Subject}: {c.Value.Detail}");

    public bool IsActive(NoticeKind kind, int index = 0) => _active.ContainsKey((kind, index));

    /// <summary>Begins the condition; a changed detail is shown but not told again.</summary>
    public void Begin(NoticeKind kind, int index, NoticeLevel level, string subject, string detail)
    {
        if (_active.TryGetValue((kind, index), out var existing))
        {
            if (existing.Detail != detail)
            {
                _active[(kind, index)] = existing with { Detail = detail };
                context.SnapshotStale = true;
            }

            return;
        }

        _active.Add((kind, index), new Condition(subject, detail));
        context.Notice(kind, level, subject, detail);
    }

    public void End(NoticeKind kind, int index, string? detail = null)
    {
        if (_active.Remove((kind, index), out var condition))
        {
            context.Notice(kind, NoticeLevel.Information, condition.Subject, detail ?? $"over: {condition.Detail}");
        }
    }

    private sealed record Condition(string Subject, string Detail);
}
