using HaCore.Engine;
using HaCore.Wire;

namespace HaCore.Testing.Simulation;

/// <summary>
/// Two machines, the wires between them and their operator, around two real <see cref="ClusterMachine"/>s: one thread, virtual time, nothing waits.
/// The clock jumps to whatever comes next. After every step the invariants are checked (World.Invariants.cs).
/// </summary>
internal sealed partial class World
{
    /// <summary>More steps than this at one moment: an engine that spins.</summary>
    private const int StepsAtOneMomentMax = 5_000;

    private readonly WorldSettings _settings;
    private readonly Agenda _agenda = new();
    private readonly Stack<ClusterEvent.FrameReceived> _carriers = new();
    private readonly List<SimNode> _nodes;
    private readonly SimLink[] _links;
    private readonly Dictionary<long, Decision.Answer> _answers = [];
    private long _nextRequest;
    private int _stepsAtThisMoment;
    private ulong _nextNonce = 0x5EED;

    public World(Action<WorldSettings>? configure = null)
    {
        _settings = new WorldSettings();
        configure?.Invoke(_settings);
        Random = _settings.Random ?? new Random(_settings.Seed);
        Trace = new Trace { IsOff = !_settings.Tracing };
        Recorder = _settings.Recording ? new FrameRecorder() : null;
        _nodes = [new SimNode("a", "a", _settings), new SimNode("b", "b", _settings)];
        _links = [.. _settings.Links.Select(l => new SimLink(l))];
    }

    public long Now { get; private set; }

    public Random Random { get; }

    public Trace Trace { get; }

    public IReadOnlyList<SimNode> Nodes => _nodes;

    public IReadOnlyList<SimLink> Links => _links;

    /// <summary>Steps that the machines took: the size of a run.</summary>
    public long Steps { get; private set; }

    /// <summary>Machines that watchdogs or their own engines have reset.</summary>
    public int Resets { get; private set; }

    /// <summary>Last time that anything but heartbeats and probes was decided.</summary>
    public long LastActionAt { get; private set; }

    /// <summary>May look at a frame on its way, change it, or drop it (false).</summary>
    public Func<SimNode, Frame, bool>? OnTheWire { get; set; }

    public bool TraceFrames { get; set; } = Environment.GetEnvironmentVariable("HACORE_TRACE") == "frames";

    public SimNode this[string key] => _nodes.Find(n => n.Key == key) ?? throw new ArgumentException("no node " + key);

    /// <summary>Lets time pass.</summary>
    public void Advance(TimeSpan time) => Run(Now + time.Ticks, static () => false);

    /// <summary>Lets time pass until the condition holds; fails when it does not in time.</summary>
    public void RunUntil(Func<bool> condition, TimeSpan within, string what)
    {
        if (!Run(Now + within.Ticks, condition))
        {
            throw Failed($"not within {within}: {what}");
        }
    }

    public bool TryRunUntil(Func<bool> condition, TimeSpan within) => Run(Now + within.Ticks, condition);

    /// <summary>Lets time pass until nothing but heartbeats and probes happened for two dead times.</summary>
    public void RunUntilQuiet(TimeSpan? within = null)
    {
        var calm = 2 * _settings.Times.DeadTime.Ticks;
        var since = Now;
        RunUntil(() => Now - Math.Max(LastActionAt, since) >= calm && NothingInFlight(), within ?? 2.Minutes(), "the cluster becomes quiet");
    }

    /// <summary>A thing that will happen, unless the program that asked for it has died by then.</summary>
    private void Later(TimeSpan delay, SimProcess process, Func<ClusterEvent> happens)
    {
        void Happen()
        {
            if (process.Node.Process != process)
            {
                return;
            }

            if (process.Node.IsStill)
            {
                process.Node.Waiting.Enqueue(Happen);   // nothing of the machine goes on, its disk and its agents neither
                return;
            }

            Post(process, happens());
        }

        At(Now + delay.Ticks, Happen);
    }

    private void At(long time, Action happens) => _agenda.Add(time, happens);

    private bool Run(long until, Func<bool> done)
    {
        while (true)
        {
            if (done())
            {
                return true;
            }

            var (next, due) = NextMoment();
            if (next > until)
            {
                // A condition about time alone must see the end of the time.
                Now = Math.Max(Now, until);
                return done();
            }

            MoveTo(next);
            if (due is null)
            {
                var item = _agenda.Take();
                if (item.Happens is { } happens)
                {
                    happens();
                }
                else
                {
                    Arrive(item.Receiver!, item.Carrier!, item.Verdict);
                }
            }
            else
            {
                Step(due, ClusterEvent.Tick.Instance);
            }
        }
    }

    private (long Time, SimProcess? Due) NextMoment()
    {
        var next = _agenda.NextTime;
        SimProcess? due = null;
        foreach (var node in _nodes)
        {
            if (node.Process is { Frozen: false } process && process.DueAt < next)
            {
                next = process.DueAt;
                due = process;
            }
        }

        return (next, due);
    }

    private void MoveTo(long time)
    {
        if (time > Now)
        {
            Now = time;
            _stepsAtThisMoment = 0;
        }
        else if (++_stepsAtThisMoment > StepsAtOneMomentMax)
        {
            throw Failed(Invariant.EngineStands, "the engine spins: its next deadline never lies in the future");
        }
    }

    private void Post(SimProcess process, ClusterEvent input)
    {
        if (!Trace.IsOff && input is not ClusterEvent.FrameReceived and not ClusterEvent.Tick and not ClusterEvent.UnverifiedFrame
            && input is not ClusterEvent.OperationCompleted { Probe.State: not ResourceState.Unknown })
        {
            Trace.Add(Now, process.Node.Key, input);
        }

        if (process.Frozen)
        {
            if (input is not ClusterEvent.FrameReceived || process.FramesWait)
            {
                process.Inbox.Enqueue(input);
            }
        }
        else
        {
            Step(process, input);
        }
    }

    private void Step(SimProcess process, ClusterEvent input)
    {
        Steps++;
        process.Decisions.Clear();
        if (input is ClusterEvent.Persisted { Error: null })
        {
            process.Acknowledged = process.Node.Disk.Durable!;
            process.Node.Acknowledged = process.Acknowledged;
        }

        Proves(process, input);
        try
        {
            process.Machine.Step(process.Local(Now), input, process.Decisions);
        }
        catch (Exception e) when (e is not StoryFailedException)
        {
            throw Failed(Invariant.EngineStands, $"{process.Node.Key}: the engine threw: {e}");
        }

        process.DueAt = process.World(process.Machine.NextDeadline);
        var acted = false;
        foreach (var decision in process.Decisions)
        {
            acted |= decision is not Decision.Send;
            Execute(process, decision);
        }

        if (input is ClusterEvent.FrameReceived carrier)
        {
            process.Heard(carrier.Frame);
            _carriers.Push(carrier);
        }

        AfterStep(process, acted);
    }

    private bool NothingInFlight() => _nodes.TrueForAll(n =>
        n.Disk.InFlight is null
        && (n.Process is not { } p || (p.FenceInFlight is null && p.Operations.Values.All(o => o.Kind == OperationKind.Probe))));

    private StoryFailedException Failed(string what) => Failed(Invariant.Story, what);

    private StoryFailedException Failed(Invariant invariant, string what) =>
        new($"{what}\nat {new TimeSpan(Now).TotalSeconds:F4} s, seed {_settings.Seed}\n{Trace.Print(400)}{Describe()}") { Invariant = invariant, What = what, Time = Now };

    private string Describe() => string.Join('\n', _nodes.Select(n =>
        $"{n.Key}: {(n.IsOn ? "on" : "off")} {(n.Process is null ? "no program" : n.Process.Frozen ? "frozen" : "running")}"
        + $" session {n.Process?.Machine.Snapshot.HasSession} "
        + string.Join("; ", n.Configuration.Groups.Select((g, i) =>
            $"{g.Name} says {n.SaysHold(i)} is [{string.Join(',', n.Resources[i].Select(r => r.Active ? r.Broken ? "broken" : "active" : "-"))}]"
            + $" term {n.Disk.Term(g.Name.Value)} why: {n.Process?.Machine.Snapshot.Groups[i].Why}"))
        + " conditions: " + string.Join(" | ", n.Process?.Machine.Snapshot.Conditions ?? [])));
}
