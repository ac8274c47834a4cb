using HaCore.Engine;
using Microsoft.Extensions.Logging;

namespace HaCore.Hosting;

/// <summary>
/// Writes the state on a thread of its own: a disk may take seconds, the engine must not. One place is enough, because the engine has at most one
/// write in flight and waits for its answer before anything that depends on it.
/// </summary>
internal sealed class StateWriter
{
    private readonly string _cluster;
    private readonly Action<PersistentState> _save;
    private readonly EventQueue _queue;
    private readonly ILogger _logger;
    private readonly object _gate = new();   // between the engine's loop, which must not wait for the disk, and the writing thread
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Decision.Persist? _next;
    private bool _stopped;

    public StateWriter(string cluster, Action<PersistentState> save, EventQueue queue, ILogger logger)
    {
        _cluster = cluster;
        _save = save;
        _queue = queue;
        _logger = new QuietLogger(logger);
    }

    /// <summary>Completes when the thread has ended.</summary>
    public Task Ended => _ended.Task;

    public void Start() => new Thread(Run) { IsBackground = true, Name = $"hacore {_cluster} state" }.Start();

    public void Write(Decision.Persist write)
    {
        lock (_gate)
        {
            if (_next is not null)
            {
                throw new InvalidOperationException($"Write {write.Write} was ordered while write {_next.Write} waits.");
            }

            _next = write;
            Monitor.Pulse(_gate);
        }
    }

    /// <summary>Ends the thread after what was ordered is written.</summary>
    public void Stop()
    {
        lock (_gate)
        {
            _stopped = true;
            Monitor.Pulse(_gate);
        }
    }

    private void Run()
    {
        while (Next() is { } write)
        {
            Exception? failure = null;
            try
            {
                _save(write.State);
            }
#pragma warning disable CA1031 // Whatever went wrong, the state is not known to be on disk: the engine must hear exactly that, and the thread must live.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                failure = exception;
            }

            _queue.Post(new ClusterEvent.Persisted(write.Write, failure?.Message)); // before the log, which may be on the same full disk
            if (failure is not null)
            {
                Log.StateNotWritten(_logger, failure, _cluster, failure.Message);
            }
        }

        _ended.SetResult();
    }

    private Decision.Persist? Next()
    {
        lock (_gate)
        {
            while (_next is null && !_stopped)
            {
                Monitor.Wait(_gate);
            }

            var write = _next;
            _next = null;
            return write;
        }
    }
}
