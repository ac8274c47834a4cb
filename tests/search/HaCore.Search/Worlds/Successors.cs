using HaCore.Engine;
using HaCore.Search.Forking;
using HaCore.Wire;

namespace HaCore.Search.Worlds;

/// <summary>What may happen next in a world, and what comes of it. One per worker.</summary>
internal sealed partial class Successors
{
    // Far from zero, so that "never happened" is long ago on every clock.
    private static readonly Instant FirstMoment = new(1_000 * ScopeConfiguration.Interval.Ticks);

    private readonly Scope _scope;
    private readonly EngineConfiguration[] _configurations;
    private readonly Draft _draft;
    private readonly int _resources;
    private Action<Choice, World> _emit = null!;
    private World _world = null!;

    public Successors(Scope scope)
    {
        _scope = scope;
        _configurations = ScopeConfiguration.For(scope);
        _draft = new Draft(scope);
        _resources = scope.Groups;
        _takeFirst = (choice, next) => _first ??= (choice, next); // of the ways to lose a frame: the oldest
    }

    public World First()
    {
        var node = new NodeState { Index = 0, Operations = new Decision.Operate?[_resources] };
        var world = new World { A = node, B = node with { Index = 1 }, ToA = [], ToB = [], Fences = [], Limits = _scope.Limits() };
        return _scope.FromRunning ? Opened(world) : world;
    }

    /// <summary>Both start, and everything that is under way ends before anything else happens.</summary>
    private World Opened(World world)
    {
        const int StepsMax = 200;
        for (var step = 0; step < StepsMax; step++)
        {
            (Choice Choice, World World)? best = null;
            Of(world, (choice, next) =>
            {
                if (choice is { Kind: ChoiceKind.Start or ChoiceKind.Done or ChoiceKind.Written or ChoiceKind.Deliver, Variant: 0 } && (best is not { } b || choice.Kind < b.Choice.Kind))
                {
                    best = (choice, next);
                }
            });
            if (best is not { } found)
            {
                return world;
            }

            world = found.World;
        }

        return world;
    }

    /// <summary>Calls <paramref name="emit"/> for every choice and the world that it leads to.</summary>
    public void Of(World world, Action<Choice, World> emit)
    {
        if (world.Violation is not null || world.IsBeyond)
        {
            return;
        }

        (_world, _emit) = (world, emit);
        for (var node = 0; node < 2; node++)
        {
            OfNode(world.Node(node));
        }

        for (var fence = 0; fence < world.Fences.Length; fence++)
        {
            OfFence(fence, world.Fences[fence]);
        }
    }

    private void OfNode(NodeState node)
    {
        var index = node.Index;
        if (node.Machine is not { } machine)
        {
            if ((node.Disk?.Incarnation ?? 0) < _scope.Incarnations)
            {
                Start(node);
            }

            if (node.IsOn && node.Active != 0 && _scope.MachineCrashes && May(Limited.Death))
            {
                End(new(ChoiceKind.PowerOff, index), Off(node, node.Disk));
            }

            return;
        }

        Ticks(node, machine);
        for (var i = 0; i < _world.To(index).Length; i++)
        {
            Deliver(node, machine, i);
        }

        if (node.Write is not null)
        {
            Take(new(ChoiceKind.Written, index), node, d => d.EndWrite(null));
            If(Limited.FailedWrite, () => Take(new(ChoiceKind.WriteFails, index), node, d => d.EndWrite("disk full"), Limited.FailedWrite));
        }

        for (var i = 0; i < node.Operations.Length; i++)
        {
            if (node.Operations[i] is { } operation)
            {
                Answers(node, operation, i);
            }
        }

        Deaths(node);
        Commands(node, machine);
    }

    private void Ticks(NodeState node, ClusterMachine machine)
    {
        if (!May(Limited.Tick))
        {
            return;
        }

        var later = node with { Now = node.Now + ScopeConfiguration.Interval };
        ChoicePolicy.WasAsked = false;
        Take(new(ChoiceKind.Tick, node.Index), later, static d => d.Step(ClusterEvent.Tick.Instance), Limited.Tick);
        if (ChoicePolicy.WasAsked && _scope.Fences && !machine.Fencing().IsInFlight)
        {
            Take(new(ChoiceKind.TickFence, node.Index), later, static d =>
            {
                ChoicePolicy.Fences = true;
                d.Step(ClusterEvent.Tick.Instance);
                ChoicePolicy.Fences = false;
            }, Limited.Tick, onlyIfFenced: true);
        }

        if (node.Now == machine.Context().Now && _world.Has(Limited.Pause))
        {
            // Beyond the dead time: whatever comes next finds a late self (rule L). The lateness is a whole number of intervals, to stay on the grid.
            var paused = Cloner.Clone(machine);
            paused.Promised() = later.Now;
            Emit(new(ChoiceKind.Pause, node.Index), node with { Machine = paused, Now = node.Now + (ScopeConfiguration.Interval * 3), Words = null }, limited: Limited.Pause);
        }
    }

    private void Deliver(NodeState node, ClusterMachine machine, int at)
    {
        var frame = _world.To(node.Index)[at];
        var heard = node.Token is not null && frame.Incarnation >= machine.Store().PeerIncarnation && !machine.IsVerdictOpen()
            ? node with { IsTokenStale = true }
            : node;
        Take(new(ChoiceKind.Deliver, node.Index, at), heard, d => d.Hear(frame), consumed: at);
    }

    private void Answers(NodeState node, Decision.Operate operation, int resource)
    {
        Take(new(ChoiceKind.Done, node.Index, resource), node, d => d.EndOperation(resource, 0));
        if (!_world.Has(Limited.FailedOperation))
        {
            return;
        }

        Take(new(ChoiceKind.DoneFailing, node.Index, resource), node, d => d.EndOperation(resource, 1), Limited.FailedOperation);
        if (operation.Kind == OperationKind.Start)
        {
            Take(new(ChoiceKind.DoneHalf, node.Index, resource), node, d => d.EndOperation(resource, 2), Limited.FailedOperation);
        }
    }

    private void Deaths(NodeState node)
    {
        if (!May(Limited.Death))
        {
            return;
        }

        if (_scope.MachineCrashes)
        {
            End(new(ChoiceKind.Crash, node.Index), Off(node, node.Disk));
        }

        if (_scope.ProcessCrashes)
        {
            End(new(ChoiceKind.Kill, node.Index), Dead(node, node.Disk));
        }

        if (node.Write is { } write && _scope.MachineCrashes)
        {
            End(new(ChoiceKind.CrashWritten, node.Index), Off(node, write.State));
        }

        if (node.Write is { } landing && _scope.ProcessCrashes)
        {
            End(new(ChoiceKind.KillWritten, node.Index), Dead(node, landing.State));
        }
    }

    private void Commands(NodeState node, ClusterMachine machine)
    {
        var index = node.Index;
        If(Limited.Leave, () => Take(new(ChoiceKind.Leave, index), node, static d => d.Step(ClusterEvent.Leave.Instance), Limited.Leave));
        for (var group = 0; group < _scope.Groups; group++)
        {
            if (_world.Has(Limited.Move) && machine.Groups()[group].LocalOwns && !machine.Groups()[group].PrefersPeer)
            {
                var command = new ClusterEvent.Command(1, CommandKind.Move) { Group = group, Node = _configurations[index].Peer };
                Take(new(ChoiceKind.Move, index, group), node, d => d.Step(command), Limited.Move);
            }

            if (_world.Has(Limited.ResourceDeath) && (node.Active & (1u << group)) != 0 && node.Operations[group] is null)
            {
                Emit(new(ChoiceKind.ResourceDies, index, group), node with { Active = node.Active & ~(1u << group), Words = null }, limited: Limited.ResourceDeath);
            }

            if (_scope.ResourceDeaths > 0 && node.Operations[group] is null)
            {
                var asks = new ClusterEvent.ProbeRequested(group, 0);
                Take(new(ChoiceKind.ResourceProbed, index, group), node, d => d.Step(asks));
            }
        }

        Operator(node, machine);
    }

    /// <summary>The operator looks only at a peer that is really off, one interval after the last frame at the earliest; acts later, whatever happened since.</summary>
    private void Operator(NodeState node, ClusterMachine machine)
    {
        if (_world.Has(Limited.OperatorLook) && !_world.Node(1 - node.Index).IsOn && !machine.Peer().HasSession
            && node.Now - machine.Peer().LastAuthentic >= ScopeConfiguration.Interval)
        {
            Emit(new(ChoiceKind.OperatorLooks, node.Index), node with { Token = machine.Token(), IsTokenStale = false, Words = null }, limited: Limited.OperatorLook);
        }

        if (node.Token is { } token)
        {
            var command = new ClusterEvent.Command(1, CommandKind.ConfirmDown) { Node = _configurations[node.Index].Peer, Token = token };
            Take(new(ChoiceKind.OperatorConfirms, node.Index), node with { Token = null, IsTokenStale = false }, d => d.Step(command), staleToken: node.IsTokenStale);
        }
    }

    private void OfFence(int at, in FenceInFlight fence)
    {
        var (by, attempt) = (fence.By, fence.Attempt);
        var node = _world.Node(by);
        if (!fence.IsHit)
        {
            var target = _world.Node(1 - by);
            var fences = _world.Fences.Select((f, i) => i == at ? f with { IsHit = true } : f);
            Emit(new(ChoiceKind.FenceHits, by, at), Off(target, target.Disk), Orphaned(fences, 1 - by));
        }

        if (fence.IsOrphan || node.Machine is null)
        {
            return;
        }

        if (fence.IsHit)
        {
            var result = new ClusterEvent.FenceCompleted(attempt, FenceResult.Confirmed("off"));
            Take(new(ChoiceKind.FenceConfirmed, by, at), node, d => d.Step(result), fences: [.. _world.Fences.Where((_, i) => i != at)]);
        }

        if (!fence.IsAnswered && _world.Has(Limited.FailedFence))
        {
            var result = new ClusterEvent.FenceCompleted(attempt, FenceResult.Unknown("timed out"));
            FenceInFlight[] left = _scope.LateFences
                ? [.. _world.Fences.Select((f, i) => i == at ? f with { IsAnswered = true } : f)]
                : [.. _world.Fences.Where((_, i) => i != at)];
            Take(new(ChoiceKind.FenceUnknown, by, at), node, d => d.Step(result), Limited.FailedFence, fences: left);
        }
    }

    private void Start(NodeState node)
    {
        var disk = node.Disk is null ? new PersistentState { Incarnation = 1, Groups = [] } : node.Disk with { Incarnation = node.Disk.Incarnation + 1 };
        var on = node with { IsOn = true, Boot = node.IsOn ? node.Boot : node.Boot + 1, Disk = disk, Now = FirstMoment };
        var nonce = ((ulong)(node.Index + 1) << 32) | disk.Incarnation;
        var machine = new ClusterMachine(_configurations[node.Index], disk, nonce, on.BootId);
        _draft.Begin(on, machine, disk, on.Active);
        _draft.Step(new ClusterEvent.LinkChanged(0, true, null));
        _draft.AnswerAtOnce();
        Finish(new(ChoiceKind.Start, node.Index), _world.Fences, null, null);
    }

    private bool May(Limited what) => !_scope.IsCounted(what) || _world.Has(what);

    private void If(Limited what, Action act)
    {
        if (_world.Has(what))
        {
            act();
        }
    }

    private void Take(Choice choice, NodeState node, Action<Draft> act, Limited? limited = null, int? consumed = null, FenceInFlight[]? fences = null,
        bool onlyIfFenced = false, bool staleToken = false)
    {
        _draft.Begin(node, Cloner.Clone(node.Machine!), node.Disk, node.Active);
        act(_draft);
        _draft.AnswerAtOnce();
        if (onlyIfFenced && _draft.Fenced.Count == 0)
        {
            return;
        }

        var violation = staleToken && _draft.Answer is { Accepted: true } ? "an operator's token was accepted although the peer was heard since (rule O)" : null;
        Finish(choice, fences ?? _world.Fences, consumed, limited, violation);
    }
}
