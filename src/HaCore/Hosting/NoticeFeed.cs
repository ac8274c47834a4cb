using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;

namespace HaCore.Hosting;

/// <summary>
/// The newest notices of this node, for any number of readers. Adding is a copy into a ring and never waits for a reader; one that falls behind by
/// more than <see cref="Kept"/> misses the oldest.
/// </summary>
internal sealed class NoticeFeed(TimeProvider timeProvider, long incarnation)
{
    /// <summary>A long failover with its repair is some hundred notices, at about 300 bytes each.</summary>
    public const int Kept = 1000;

    private const int BatchMax = 64;         // copied under the lock at a time
    private readonly Lock _gate = new();     // between the engine's loop and other threads that add, and readers; held for a few copies
    private readonly ClusterNotice?[] _ring = new ClusterNotice?[Kept];
    private TaskCompletionSource _more = New();
    private long _last;
    private bool _isComplete;

    public void Add(LogLevel level, EventId eventId, string subject, string detail)
    {
        TaskCompletionSource more;
        lock (_gate)
        {
            _last++;
            _ring[_last % Kept] = new ClusterNotice
            {
                Sequence = _last,
                Incarnation = incarnation,
                Time = timeProvider.GetUtcNow(),
                Level = level,
                EventId = eventId.Id,
                Event = eventId.Name ?? "",
                Subject = subject,
                Detail = detail,
            };
            (more, _more) = (_more, New());
        }

        more.TrySetResult(); // set already if the feed is complete: whoever still speaks is kept and harms nobody
    }

    /// <summary>Nothing follows: readers end after the last.</summary>
    public void Complete()
    {
        lock (_gate)
        {
            _isComplete = true;
            _more.TrySetResult();
        }
    }

    public async IAsyncEnumerable<ClusterNotice> ReadAsync(long after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (true)
        {
            var batch = Read(ref after, out var more, out var isComplete);
            foreach (var notice in batch)
            {
                cancellationToken.ThrowIfCancellationRequested();
                yield return notice;
            }

            if (batch.Count == 0)
            {
                if (isComplete)
                {
                    yield break;
                }

                await more.WaitAsync(cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private List<ClusterNotice> Read(ref long after, out Task more, out bool isComplete)
    {
        lock (_gate)
        {
            var first = Math.Max(after, _last - Kept) + 1;
            var batch = new List<ClusterNotice>();
            for (var sequence = first; sequence <= _last && batch.Count < BatchMax; sequence++)
            {
                batch.Add(_ring[sequence % Kept]!);
                after = sequence;
            }

            (more, isComplete) = (_more.Task, _isComplete);
            return batch;
        }
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}

/// <summary>Passes the shell's own lines on and keeps them as notices. Those of the engine (ids below <paramref name="ownIdsFrom"/>) are kept where they are made.</summary>
internal sealed class NoticeLogger(ILogger inner, NoticeFeed feed, int ownIdsFrom) : ILogger
{
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => inner.BeginScope(state);

    public bool IsEnabled(LogLevel logLevel) => logLevel is >= LogLevel.Information and < LogLevel.None || inner.IsEnabled(logLevel);

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (logLevel >= LogLevel.Information && eventId.Id >= ownIdsFrom)
        {
            var subject = Subject(state);
            var detail = WithoutSubject(formatter(state, exception), subject);
            feed.Add(logLevel, eventId, subject, exception is null ? detail : $"{detail}: {exception.Message}");
        }

        if (inner.IsEnabled(logLevel))
        {
            inner.Log(logLevel, eventId, state, exception, formatter);
        }
    }

    // "Resource web: Start ended" about web is "Start ended".
    private static string WithoutSubject(string message, string subject)
    {
        var head = message.IndexOf(": ", StringComparison.Ordinal);
        return head > 0 && subject.Length > 0 && message.AsSpan(0, head).EndsWith(" " + subject, StringComparison.Ordinal) ? message[(head + 2)..] : message;
    }

    // Every line of the shell names first what it is about: the cluster, a link, a resource, a device.
    private static string Subject<TState>(TState state) =>
        state is IReadOnlyList<KeyValuePair<string, object?>> { Count: > 0 } values ? values[0].Value?.ToString() ?? "" : "";
}
