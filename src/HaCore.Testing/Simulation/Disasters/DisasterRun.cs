using HaCore.Engine;

namespace HaCore.Testing.Simulation.Disasters;

/// <summary>Plays one plan: first the trouble, with the invariants after every step, then the healing, after which everything must run and be quiet.</summary>
internal sealed partial class DisasterRun
{
    private static readonly int FaultKinds = Enum.GetValues<Fault>().Length;

    private readonly DisasterPlan _plan;
    private readonly TimeSpan _dead;
    private readonly string?[] _tokens = new string?[2];
    private readonly EngineConfiguration[] _configurations;

    private DisasterRun(DisasterPlan plan, bool tracing, bool attackerIsSilent, Action<World>? observe)
    {
        _plan = plan;
        _dead = plan.Times.DeadTime;
        World = plan.CreateWorld(tracing);
        World.AttackerIsSilent = attackerIsSilent;
        World.Observe = observe;
        _configurations = [.. World.Nodes.Select(static n => n.Configuration)];
        foreach (var node in World.Nodes)
        {
            node.Disk.Latency = plan.DiskLatency;
        }
    }

    public World World { get; }

    /// <summary>The plan as drawn, and once more with a silent attacker if it has one: both must decide the same.</summary>
    /// <param name="plan">What happens.</param>
    /// <param name="tracing">Keep what happened, for a reader.</param>
    /// <param name="observe">A test's own invariant, called after every step.</param>
    public static DisasterResult Play(DisasterPlan plan, bool tracing = false, Action<World>? observe = null)
    {
        var run = new DisasterRun(plan, tracing, attackerIsSilent: false, observe);
        var failure = run.Play();
        var result = new DisasterResult(run.World, failure) { Steps = run.World.Steps, Simulated = run.World.Now };
        if (failure is not null || run.World.JudgedAttacks == 0)
        {
            return result;
        }

        var twin = new DisasterRun(plan, tracing: false, attackerIsSilent: true, observe);
        failure = twin.Play();
        if (failure is null && twin.World.Fingerprint != run.World.Fingerprint)
        {
            failure = run.World.Fail(Invariant.AttackerChangesNothing, "without the attacker's frames the nodes decide something else, or at another time");
        }

        return result with { Failure = failure, Steps = result.Steps + twin.World.Steps, Simulated = result.Simulated + twin.World.Now };
    }

    private StoryFailedException? Play()
    {
        try
        {
            World.TryStart("a");
            if (_plan.BothStart)
            {
                World.TryStart("b");
            }

            foreach (var action in _plan.Actions)
            {
                if (action.At >= _plan.Length)
                {
                    break;
                }

                AdvanceTo(action.At);
                Do(action);
            }

            AdvanceTo(_plan.Length);
            Heal();
            return null;
        }
        catch (StoryFailedException failure)
        {
            return failure;
        }
    }

    private void AdvanceTo(TimeSpan at)
    {
        if (at.Ticks > World.Now)
        {
            World.Advance(new TimeSpan(at.Ticks - World.Now));
        }
    }

    private void Do(DisasterAction action)
    {
        if (!World.Trace.IsOff)
        {
            World.Trace.Add(World.Now, "-", action.ToString());
        }

        var node = World.Nodes[action.Node];
        switch (action.Kind)
        {
            case <= DisasterKind.HealWires:
                DoWires(action, node);
                break;
            case <= DisasterKind.WallClock:
                DoMachine(action, node);
                break;
            case <= DisasterKind.DiskLands:
                DoDisk(action, node);
                break;
            case <= DisasterKind.AgentsWork:
                DoAgent(action, node);
                break;
            case DisasterKind.Device:
                node.Fence.Mode = (FenceMode)action.Mode;
                node.Fence.Latency = action.Time;
                node.Fence.RebootAfter = action.Pause == TimeSpan.Zero ? null : action.Pause;
                break;
            case <= DisasterKind.NetworkReach:
                DoOperator(action, node);
                break;
            default:
                DoAttack(action);
                break;
        }
    }

    private void DoAttack(DisasterAction action)
    {
        if (World.Recorder is not { Count: > 0 } recorder)
        {
            return;
        }

        // Mostly something recent: what is very old is refused by its incarnation alone.
        var back = action.Choice % 3 == 0 ? action.Choice % recorder.Count : action.Choice % Math.Min(40, recorder.Count);
        var recorded = recorder[recorder.Count - 1 - back];
        var link = System.Numerics.BitOperations.TrailingZeroCount(action.Links);
        if (action.Kind == DisasterKind.Forge)
        {
            World.Forge(recorded, link);
        }
        else
        {
            World.Replay(recorded, link, reflect: action.Kind == DisasterKind.Reflect);
        }
    }
}

/// <summary>How one plan went.</summary>
internal sealed record DisasterResult(World World, StoryFailedException? Failure)
{
    public long Steps { get; init; }

    /// <summary>Ticks of simulated time.</summary>
    public long Simulated { get; init; }
}
