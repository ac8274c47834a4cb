using System.Collections.Concurrent;

namespace HaCore.Hosting;

/// <summary>Commands of the operator that wait for the engine's answer.</summary>
internal sealed class AnswerBoard
{
    private readonly ConcurrentDictionary<long, TaskCompletionSource<CommandAnswer>> _open = new();
    private long _last;
    private volatile string? _closed;

    /// <summary>Opens a request.</summary>
    public long Open(out Task<CommandAnswer> answer)
    {
        var request = Interlocked.Increment(ref _last);

        // Continuations on the pool: the engine's thread completes it and must not run user code.
        var source = new TaskCompletionSource<CommandAnswer>(TaskCreationOptions.RunContinuationsAsynchronously);
        answer = source.Task;
        _open[request] = source;
        if (_closed is { } why)
        {
            Complete(request, new CommandAnswer(false, why));
        }

        return request;
    }

    /// <summary>Answers a request; one that is not open (a command that travelled from a former caller) is ignored.</summary>
    public void Complete(long request, CommandAnswer answer)
    {
        if (_open.TryRemove(request, out var source))
        {
            source.SetResult(answer);
        }
    }

    /// <summary>The engine has ended: answers everything that is open and everything that comes.</summary>
    public void Close(string why)
    {
        _closed = why;
        foreach (var request in _open.Keys)
        {
            Complete(request, new CommandAnswer(false, why));
        }
    }
}
