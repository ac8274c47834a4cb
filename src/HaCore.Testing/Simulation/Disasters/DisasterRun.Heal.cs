using HaCore.Engine;
using HaCore.Wire;

namespace HaCore.Testing.Simulation.Disasters;

/// <content>The end of the trouble: everything works again and the operator tidies up. Now the cluster must come to rest with every group running once.</content>
internal sealed partial class DisasterRun
{
    private const int RoundsMax = 6;   // of an operator who looks again after each bound

    private static readonly TimeSpan Boot = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Operations = TimeSpan.FromSeconds(60);   // a hung stop and a hung start of 20 s each, on the way to a good one

    /// <summary>
    /// Within this every group must run after the operator tidied up: the initial dead time, the longest wait between two fence orders (32 dead
    /// times and the one before it), a machine that boots, and operations that hung.
    /// </summary>
    private TimeSpan Bound => _plan.Times.InitialDeadTime + (_dead * 36) + Boot + Operations;

    private void Heal()
    {
        World.Say("healing");
        var conflict = HeldByBoth();
        World.HealAll();
        foreach (var node in World.Nodes)
        {
            AgentsWork(node);
            DiskWorks(node);
            node.Disk.Latency = TimeSpan.FromMilliseconds(1);
            node.Fence.Mode = FenceMode.Confirm;
            node.Fence.Latency = TimeSpan.FromMilliseconds(500);
            node.Fence.RebootAfter = Boot;
            foreach (var resource in node.Resources.SelectMany(static r => r))
            {
                resource.Replica = ReplicaStatus.Unknown;
            }

            World.GoOn(node.Key);
            World.Thaw(node.Key);
        }

        foreach (var link in World.Links)
        {
            SetCable(link.Name, isUp: true);
        }

        CheckOneSurvivor(conflict);
        World.Advance(_dead);   // orders that waited in a frozen program are carried out before the operator tidies up
        for (var round = 0; ; round++)
        {
            foreach (var node in World.Nodes)
            {
                Tidy(node);
            }

            if (round > 0)
            {
                ChooseCopies(World.Nodes[0]);
            }

            if (World.TryRunUntil(IsWell, Bound) && World.TryRunUntil(IsQuiet, Bound) && IsWell())
            {
                return;
            }

            if (round == RoundsMax)
            {
                World.Judge(IsWell(), Invariant.Liveness, $"every group runs on exactly one node within {Bound.TotalSeconds:0} s of an operator's tidying up, {RoundsMax} times");
                World.Judge(false, Invariant.Quiet, "after the healing nothing but heartbeats and probes is decided");
            }
        }
    }

    private void Tidy(SimNode node)
    {
        World.SetStateAside(node.Key);
        node.Configuration = _configurations[node == World.Nodes[0] ? 0 : 1];
        if (node.Process is { } running && running.Configuration != node.Configuration)
        {
            World.Crash(node.Key);   // started with what was edited meanwhile
        }

        if (node.Process is null)
        {
            World.TryStart(node.Key);
        }

        World.ReportNetwork(node.Key, NetworkReach.Unknown);
        World.Order(node.Key, CommandKind.Maintenance, flag: false);
        World.Order(node.Key, CommandKind.Online, node: node.Name);
        World.Order(node.Key, CommandKind.Online, node: node == World.Nodes[0] ? "b" : "a");   // lifts a duplicate mark
        foreach (var group in _plan.Groups)
        {
            World.Order(node.Key, CommandKind.ClearFailures, group.Name.Value);
            World.Order(node.Key, CommandKind.ClearDivergence, group.Name.Value, term: node.Disk.Term(group.Name.Value));
        }
    }

    /// <summary>What still does not run may have two copies that both call themselves outdated: the operator chooses the first node's. Refused otherwise.</summary>
    private void ChooseCopies(SimNode node)
    {
        foreach (var group in _plan.Groups)
        {
            World.Order(node.Key, CommandKind.Take, group.Name.Value, flag: true);
        }
    }

    /// <summary>Every group is active on one node, in full, and both nodes are in session: nothing of the trouble is left.</summary>
    private bool IsWell()
    {
        var (one, other) = (World.Nodes[0], World.Nodes[1]);
        if (one.Process is null || other.Process is null)
        {
            return false;
        }

        for (var group = 0; group < _plan.Groups.Count; group++)
        {
            if (one.AllActive(group) == other.AllActive(group) || (one.AnyActive(group) && other.AnyActive(group)))
            {
                return false;
            }
        }

        return true;
    }

    private bool IsQuiet() => World.Now - World.LastActionAt >= 2 * _dead.Ticks && World.IsAtRest;

    /// <summary>Groups (bits) that both programs hold by their own will, both awake.</summary>
    private uint HeldByBoth()
    {
        uint both = 0;
        var (one, other) = (World.Nodes[0], World.Nodes[1]);
        if (!_plan.Unfenced || one.Process is not { Frozen: false } p || other.Process is not { Frozen: false } q
            || p.Machine.Snapshot.Maintenance || q.Machine.Snapshot.Maintenance)
        {
            return 0;   // in maintenance nothing is stopped: they go on until it ends (rule W)
        }

        for (var group = 0; group < _plan.Groups.Count; group++)
        {
            both |= HoldsByItsOwnWill(p, group) && HoldsByItsOwnWill(q, group) ? 1u << group : 0;
        }

        return both;
    }

    /// <summary>Not residue of an earlier start, and not unclean: the one waits for a verdict, the other for an operator (rules P and S).</summary>
    private static bool HoldsByItsOwnWill(SimProcess process, int group) =>
        process.Node.AllActive(group) && process.LastSent.GroupCount > group && process.LastSent.Groups[group].Hold == HoldState.Held
        && (process.LastSent.Groups[group].Flags & (FrameGroupFlags.Residue | FrameGroupFlags.Unclean)) == 0;

    /// <summary>After ProceedUnfenced, once they hear each other: one goes on, the other stops at once, and the group carries the mark (rule C).</summary>
    private void CheckOneSurvivor(uint conflict)
    {
        if (conflict == 0)
        {
            return;
        }

        var isOver = World.TryRunUntil(() => Array.TrueForAll([.. Groups(conflict)], g => !(World.Nodes[0].AnyActive(g) && World.Nodes[1].AnyActive(g))), Bound);
        World.Judge(isOver, Invariant.OneSurvivor, "one of two holders stops once they hear each other");
        var isMarked = World.TryRunUntil(() => Array.TrueForAll([.. Groups(conflict)], IsMarked), Bound);
        World.Judge(isMarked, Invariant.OneSurvivor, "what two nodes held at the same time is marked as diverged");
    }

    private bool IsMarked(int group) =>
        World.AnyStateLost   // a node that forgot everything stops as superseded (rule N), and what it wrote is not known to anybody
        || _plan.Groups[group].SplitBrain == SplitBrainPolicy.DiscardLoser
        || World.Nodes.Any(n => n.Disk.Group(_plan.Groups[group].Name.Value)?.Diverged == true);

    private static IEnumerable<int> Groups(uint bits)
    {
        for (var i = 0; bits != 0; i++, bits >>= 1)
        {
            if ((bits & 1) != 0)
            {
                yield return i;
            }
        }
    }
}
