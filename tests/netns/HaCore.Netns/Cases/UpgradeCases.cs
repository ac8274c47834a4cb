using HaCore.Netns.Lab;

namespace HaCore.Netns.Cases;

/// <summary>What docs/operating/failures.md tells an operator to do for a new version of the program.</summary>
internal static class UpgradeCases
{
    public static IReadOnlyList<Case> All { get; } =
    [
        new("upgrade", "maintenance on, both hosts replaced one after the other, maintenance off: not one ping is lost", Upgrade),
        new("upgrade-by-kill", "the same with kill -9 instead of a stop in order", UpgradeByKill),
    ];

    private static void Upgrade(CaseRun run) => Replace(run, node =>
    {
        run.Lab.Host(node).Terminate();
        run.WaitEnd(node);
    });

    private static void UpgradeByKill(CaseRun run) => Replace(run, node => run.Lab.Host(node).Kill());

    private static void Replace(CaseRun run, Action<Node> end)
    {
        run.StartBoth();
        var from = LabClock.Now;
        run.Lab.Operate(Node.B, [0], "maintenance", "on");
        foreach (var node in NodeNames.Both)
        {
            run.WaitLog(node, LogEvents.Maintenance, "", run.Bound);
        }

        // The standby first, then the holder: its address stays on its kernel, and the new program adopts it.
        foreach (var node in new[] { Node.B, Node.A })
        {
            end(node);
            run.Stays("only node-a holds the address while a host is replaced", () => run.OnlyHolder(Node.A), 2 * run.Dead);
            run.Lab.Start(node);
            run.WaitSession(node);
            run.Demand(NodeStatus.Of(run.Lab, node).InMaintenance, $"{node.Name()}'s new program does not know of the maintenance");
        }

        run.Lab.Operate(Node.A, [0], "maintenance", "off");
        run.WaitFor("node-a's program owns its address again", () => LogEvents.Has(run.Lab.LogOf(Node.A), LogEvents.GroupActive), run.Bound);
        run.Stays("only node-a holds the address", () => run.OnlyHolder(Node.A), 2 * run.Dead);
        foreach (var node in NodeNames.Both)
        {
            var status = NodeStatus.Of(run.Lab, node);
            run.Demand(!status.InMaintenance && status.Health == "good", $"{node.Name()}'s status after the upgrade is not good: {status}");
            run.NeverHeld(node, from);   // neither taken over nor taken off and set again
        }

        run.NoPingLost(from);
    }
}
