using HaCore.Engine;
using HaCore.Search.Forking;
using HaCore.Testing.Simulation;
using HaCore.Wire;

namespace HaCore.Search.Worlds;

/// <summary>One node while it takes a step: the copied machine, and what its decisions do to its world. Reused for every step of a worker.</summary>
internal sealed class Draft(Scope scope)
{
    private const int StepsMax = 200; // answers at once (agents or disk not searched step by step) end by themselves; more is an engine that spins

    private readonly List<Decision> _decisions = [];
    private readonly ClusterEvent.FrameReceived _carrier = new();
    private readonly Decision.Send _send = new();
    private readonly FencingContext _question = new();
    private NodeState _from = null!;
    private ClusterMachine? _machine;
    private Decision.Persist? _write;
    private PersistentState? _disk;
    private Decision.Operate?[] _operations = [];
    private uint _cancelled;
    private uint _active;

    public Frame? Sent { get; private set; }
    public List<long> Fenced { get; } = [];
    public Decision.Answer? Answer { get; private set; }
    public string? Violation { get; private set; }
    public bool HasExited { get; private set; }

    public void Begin(NodeState from, ClusterMachine machine, PersistentState? disk, uint active)
    {
        _from = from;
        _machine = machine;
        machine.Send() = _send;
        machine.Fencing().Question() = _question;
        _write = from.Write;
        _disk = disk;
        _operations = [.. from.Operations];
        _cancelled = from.Cancelled;
        _active = active;
        Sent = null;
        Fenced.Clear();
        Answer = null;
        Violation = null;
        HasExited = false;
    }

    public void Hear(Frame frame)
    {
        FrameCopy.Copy(frame, _carrier.Frame);
        _carrier.Frame.Uptime = (ulong)(_from.Now.Ticks / TimeSpan.TicksPerMillisecond);
        Step(_carrier);
    }

    public void EndWrite(string? error)
    {
        var write = _write!;
        _write = null;
        if (error is null)
        {
            CheckOnlyGrows(_disk, write.State);
            _disk = write.State;
        }

        Step(new ClusterEvent.Persisted(write.Write, error));
    }

    /// <summary>The agent answers. <paramref name="failure"/>: 0 = as it should, 1 = fails cleanly, 2 = fails and leaves something.</summary>
    public void EndOperation(int resource, int failure)
    {
        var operation = _operations[resource]!;
        _operations[resource] = null;
        var bit = 1u << resource;
        var wasCancelled = (_cancelled & bit) != 0;
        _cancelled &= ~bit;
        var result = OperationResult.Succeeded;
        var probe = default(ProbeResult);
        switch (operation.Kind)
        {
            case OperationKind.Probe:
                probe = wasCancelled || failure != 0 ? ProbeResult.Unknown("no answer") : (_active & bit) != 0 ? ProbeResult.Running : ProbeResult.Stopped;
                break;
            case OperationKind.Start:
                _active = failure == 1 ? _active & ~bit : _active | bit;
                result = failure != 0 ? OperationResult.Retryable("failed") : wasCancelled ? OperationResult.Unknown("cancelled") : result;
                break;
            case OperationKind.Stop:
                _active = failure == 0 ? _active & ~bit : _active;
                result = failure == 0 ? result : OperationResult.Retryable("failed");
                break;
            case OperationKind.Prepare:
                break;
            case OperationKind.Unknown:
            default:
                throw new InvalidOperationException("no such operation");
        }

        Step(new ClusterEvent.OperationCompleted(operation.Operation, result, probe));
    }

    public void Step(ClusterEvent input)
    {
        _decisions.Clear();
        try
        {
            _machine!.Step(_from.Now, input, _decisions);
        }
        catch (Exception e) when (e is InvalidOperationException or OverflowException or IndexOutOfRangeException or NullReferenceException or ArgumentException)
        {
            Violation ??= $"the engine threw: {e.Message}";
            return;
        }

        foreach (var decision in _decisions)
        {
            Execute(decision);
        }

        if (!HasExited && _machine!.NextDeadline < _from.Now + (ScopeConfiguration.Interval - TimeSpan.FromTicks(3)))
        {
            throw new InvalidOperationException($"the engine wants a step off the search's grid: {_machine.NextDeadline - _from.Now} from now");
        }
    }

    /// <summary>What the scope does not search step by step answers at once.</summary>
    public void AnswerAtOnce()
    {
        for (var steps = 0; Violation is null && !HasExited; steps++)
        {
            if (steps == StepsMax)
            {
                Violation = "the engine spins: its operations and writes do not end";
                return;
            }

            if (!scope.SeparateWrites && _write is not null)
            {
                EndWrite(null);
            }
            else if (!scope.SeparateAgents && Array.FindIndex(_operations, static o => o is not null) is >= 0 and var resource)
            {
                EndOperation(resource, 0);
            }
            else
            {
                return;
            }
        }
    }

    public NodeState End() => HasExited
        ? _from with { Machine = null, Disk = _disk, Write = null, Operations = new Decision.Operate?[_operations.Length], Cancelled = 0, Active = _active, Token = null, IsTokenStale = false, Words = null }
        : _from with { Machine = _machine, Disk = _disk, Write = _write, Operations = _operations, Cancelled = _cancelled, Active = _active, Words = null };

    private void Execute(Decision decision)
    {
        if (HasExited)
        {
            Violation ??= "something follows Exit";
        }

        switch (decision)
        {
            case Decision.Send send:
                Sent = Cloner.Clone(send.Frame);
                CheckFrame(Sent);
                break;
            case Decision.Persist persist:
                Violation ??= _write is null ? null : "a second write while one is in flight";
                _write = persist;
                break;
            case Decision.Operate operate:
                Operate(operate);
                break;
            case Decision.Cancel cancel:
                _cancelled |= 1u << Array.FindIndex(_operations, o => o?.Operation == cancel.Operation);
                break;
            case Decision.Fence fence:
                Fenced.Add(fence.Attempt);
                break;
            case Decision.Answer answer:
                Answer = answer;
                break;
            case Decision.Exit:
                HasExited = true;
                break;
            case Decision.Notice:
                break;
            default:
                Violation ??= $"a decision that has no place in the search: {decision.GetType().Name}";
                break;
        }
    }

    private void Operate(Decision.Operate operate)
    {
        var resource = operate.Group + operate.Resource; // one resource per group
        Violation ??= _operations[resource] is null ? null : $"{operate.Kind} while another operation runs";
        _operations[resource] = operate;
        if (operate.Kind != OperationKind.Start)
        {
            return;
        }

        _active |= 1u << resource; // whoever is told to start may be active at once
        var record = operate.Group < _disk!.Groups.Count ? _disk.Groups[operate.Group] : null;
        Violation ??= record?.HoldBootId != _from.BootId ? "a start before the hold mark is on disk (rule P)"
            : record.Term != operate.Term || !Terms.IsOwnedBy(record.Term, _from.Index == 0) ? $"a start in term {operate.Term}; on disk is {record.Term} (rule R1)"
            : null;
    }

    private void CheckFrame(Frame frame)
    {
        Violation ??= frame.Incarnation != _disk!.Incarnation ? $"a frame of incarnation {frame.Incarnation}; on disk is {_disk.Incarnation}" : null;
        for (var group = 0; group < frame.GroupCount; group++)
        {
            var said = frame.Groups[group];
            var term = group < _disk!.Groups.Count ? _disk.Groups[group].Term : 0;
            Violation ??= said.Term != term ? $"a frame says term {said.Term}; on disk is {term} (rule R1)"
                : said.Hold == HoldState.NotHeld && (_active & (1u << group)) != 0 ? "a frame says NotHeld and something is active here"
                : null;
        }
    }

    private void CheckOnlyGrows(PersistentState? before, PersistentState after)
    {
        if (before is null)
        {
            return;
        }

        Violation ??= after.Incarnation < before.Incarnation || after.PeerIncarnation < before.PeerIncarnation ? "an incarnation fell" : null;
        for (var group = 0; group < before.Groups.Count; group++)
        {
            Violation ??= after.Groups[group].Term < before.Groups[group].Term ? "a term fell" : null;
        }
    }
}
