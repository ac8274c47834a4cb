using HaCore.Engine;
using HaCore.Telemetry;
using HaCore.Wire;
using Microsoft.Extensions.Logging;

namespace HaCore.Hosting;

/// <summary>How the engine ended.</summary>
/// <param name="Clean">Everything is stopped here and the peer was told.</param>
/// <param name="Detail">For the operator.</param>
/// <param name="Fault">What broke it; null when it ended by itself.</param>
internal sealed record EngineEnd(bool Clean, string Detail, Exception? Fault);

/// <summary>
/// The one thread that owns the machine: waits for an event or the next deadline, steps, executes the decisions in order. Nothing here waits for
/// the thread pool, a disk, a logger, a line or user code (fencing policies excepted: pure and inside the machine, by contract).
/// </summary>
/// <remarks>If a step throws, frames stop for good: to the peer that is a node failure, on purpose. Resources are left alone.</remarks>
internal sealed class EngineLoop
{
    private readonly ClusterMachine _machine;
    private readonly EventQueue _queue;
    private readonly EngineClock _clock;
    private readonly DecisionExecutor _executor;
    private readonly SnapshotFeed _feed;
    private readonly ClusterTelemetry _telemetry;
    private readonly Action _prepareThread;
    private readonly string _cluster;
    private readonly TaskCompletionSource<EngineEnd> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _leaving;
    private bool _aborted;
    private long _lastStep;

    public EngineLoop(
        string cluster, ClusterMachine machine, EventQueue queue, EngineClock clock, DecisionExecutor executor, SnapshotFeed feed,
        ClusterTelemetry telemetry, Action prepareThread)
    {
        _cluster = cluster;
        _machine = machine;
        _queue = queue;
        _clock = clock;
        _executor = executor;
        _feed = feed;
        _telemetry = telemetry;
        _prepareThread = prepareThread;
    }

    /// <summary>Completes when the thread has ended. Never faults.</summary>
    public Task<EngineEnd> Ended => _ended.Task;

    /// <summary>Bytes that the thread has allocated, as it last looked: after each step. For the test that counts them.</summary>
    public long AllocatedBytes { get; private set; }

    /// <summary>Steps taken.</summary>
    public long Steps { get; private set; }

    /// <summary>When the newest completed step began: what it decided is handed on and its snapshot published. Any thread.</summary>
    public Instant LastStep => new(Volatile.Read(ref _lastStep));

    public bool IsStarted { get; private set; }

    public void Start()
    {
        IsStarted = true;
        new Thread(Run) { IsBackground = true, Name = $"hacore {_cluster} engine" }.Start();
    }

    /// <summary>Asks the engine to leave in order. Once is enough.</summary>
    public void Leave()
    {
        if (Interlocked.Exchange(ref _leaving, 1) == 0)
        {
            _queue.Post(ClusterEvent.Leave.Instance);
        }
    }

    /// <summary>Was it asked to leave?</summary>
    public bool IsLeaving => Volatile.Read(ref _leaving) != 0;

    /// <summary>Ends the thread after its present step, without a word to the peer; what that step decides is not carried out.</summary>
    public void Abort()
    {
        Volatile.Write(ref _aborted, true);
        _queue.Wake();
    }

    private void Run()
    {
        EngineEnd end;
        try
        {
            _prepareThread();
            end = RunSteps();
        }
#pragma warning disable CA1031 // A step that throws is a broken invariant: the engine ends here, whatever it was.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            end = new EngineEnd(false, $"the engine failed: {exception.Message}", exception);
        }

        if (end.Fault is not null)
        {
            _executor.StopSending();
        }

        _ended.SetResult(end);
    }

    private EngineEnd RunSteps()
    {
        var decisions = new List<Decision>(64);
        var published = _machine.Snapshot;
        _feed.Publish(published);
        while (!Volatile.Read(ref _aborted))
        {
            var deadline = _machine.NextDeadline;
            var input = _queue.Take(deadline, ref _aborted);
            var now = _clock.Now;
            if (Steps > 0 && input is ClusterEvent.Tick && now > deadline)   // the first step has no deadline that it could miss
            {
                _telemetry.NoteLateness(now - deadline);
            }

            decisions.Clear();
            _machine.Step(now, input, decisions);
            if (input is ClusterEvent.FrameReceived frame)
            {
                _queue.Return(frame);
            }

            if (Volatile.Read(ref _aborted))
            {
                break; // a step that outlived its host (a policy that hung in it) orders nothing: the peer may have taken over by now
            }

            var exit = _executor.Execute(decisions);
            if (!ReferenceEquals(published, _machine.Snapshot))
            {
                published = _machine.Snapshot;
                _feed.Publish(published);
            }

            Volatile.Write(ref _lastStep, now.Ticks);
            Steps++;
            AllocatedBytes = GC.GetAllocatedBytesForCurrentThread();
            if (exit is not null)
            {
                if (exit.MayDisarm)
                {
                    _executor.Release();
                }

                return new EngineEnd(exit.Clean, exit.Detail, null);
            }
        }

        return new EngineEnd(false, "the host did not wait until everything was stopped", null);
    }
}
