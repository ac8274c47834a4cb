using HaCore.Netns.Lab;

namespace HaCore.Netns.Cases;

/// <summary>Nodes that must not act on each other: another key, another cluster, another configuration. Each says why.</summary>
internal static class StrangerCases
{
    private const string OtherAddress = "192.0.2.93";

    public static IReadOnlyList<Case> All { get; } =
    [
        new("wrong-key", "two first starts with different keys: neither starts anything while it hears the other, and both say why", WrongKey),
        new("wrong-key-on-return", "a node that returns with another key takes nothing from the holder", WrongKeyOnReturn),
        new("other-cluster-on-the-wire", "a node of another cluster with the same name and key: neither disturbs nor keeps alive", OtherCluster),
        new("different-times", "two first starts with different dead times: nobody takes the group in a session, both say why", DifferentTimes),
        new("different-group", "two first starts with different group settings: the same", DifferentGroup),
    ];

    private static void WrongKey(CaseRun run)
    {
        run.Lab.Start(Node.A);
        run.Lab.Start(Node.B, key: "foreign");
        run.WaitLog(Node.A, LogEvents.PeerUnverified, "", run.Bound + run.Lab.Options.InitialDeadTime);
        run.WaitLog(Node.B, LogEvents.PeerUnverified, "", run.Bound + run.Lab.Options.InitialDeadTime);
        run.Stays("nobody holds the address", run.Nobody, run.Lab.Options.InitialDeadTime + 2 * run.Dead);
        run.Lab.Host(Node.B).Terminate();
        run.WaitEnd(Node.B);
        // The stranger is silent now: what is left is a peer that was never met, as in the first start of one.
        run.WaitHolder(Node.A, run.Lab.Options.InitialDeadTime + run.Bound);
        run.WaitClient(Node.A);
    }

    private static void WrongKeyOnReturn(CaseRun run)
    {
        run.StartBoth();
        run.Lab.Host(Node.B).Terminate();
        run.WaitEnd(Node.B);
        var back = LabClock.Now;
        run.Lab.Start(Node.B, key: "foreign");
        run.WaitLog(Node.B, LogEvents.PeerUnverified, "", run.Bound + run.Lab.Options.InitialDeadTime);
        run.Stays("only node-a holds the address", () => run.OnlyHolder(Node.A), run.Lab.Options.InitialDeadTime + 2 * run.Dead);
        run.NeverHeld(Node.B, back);
        run.WaitClient(Node.A);
        run.WaitLog(Node.A, LogEvents.PeerUnverified, "", run.Bound);
        run.Note("client's longest gap", run.Lab.Client.LongestGap(back, LabClock.Now));
    }

    private static void OtherCluster(CaseRun run)
    {
        run.StartBoth();
        var from = LabClock.Now;
        var other = run.Lab.Options with
        {
            Cluster = "other",
            Links = [ClusterOptions.Lan],
        };
        var space = run.Lab.StartForeign(other, $"{OtherAddress}/{LabNetwork.PrefixLength}");
        run.WaitFor(
            "the other cluster's node takes its own address",
            () => Commands.Run("ip", "-4", "-o", "-n", space, "address", "show").Contains(OtherAddress, StringComparison.Ordinal),
            4 * run.Lab.Options.InitialDeadTime);
        run.Demand(run.OnlyHolder(Node.A), "the other cluster disturbed this one");
        run.NeverHeld(Node.B, from);
        run.Note("client's longest gap", run.Lab.Client.LongestGap(from, LabClock.Now));

        // It bears node-a's name: its frames must not keep the dead node-a alive.
        run.BothMayHold("the kernel keeps the address of the killed program until its lease has run out", () =>
        {
            run.Lab.Host(Node.A).Kill();
            run.WaitHolder(Node.B, run.Bound);
            run.WaitClient(Node.B);
            run.WaitFor("node-a's kernel is without the address", () => run.OnlyHolder(Node.B), run.Bound);
        });
    }

    private static void DifferentTimes(CaseRun run) => Different(run, run.Lab.Options with { DeadTime = TimeSpan.FromSeconds(3) });

    private static void DifferentGroup(CaseRun run) => Different(run, run.Lab.Options with { Failback = true });

    private static void Different(CaseRun run, ClusterOptions other)
    {
        run.Lab.Start(Node.A);
        run.Lab.Start(Node.B, other);
        run.WaitLog(Node.A, LogEvents.ConfigurationMismatch, "", run.Bound + run.Lab.Options.InitialDeadTime);
        run.WaitLog(Node.B, LogEvents.ConfigurationMismatch, "", run.Bound + run.Lab.Options.InitialDeadTime);
        run.Stays("nobody holds the address", run.Nobody, run.Lab.Options.InitialDeadTime + 2 * run.Dead);
        run.Lab.Host(Node.B).Terminate();
        run.WaitEnd(Node.B);
        // The peer said that it left: that is proof, and a difference blocks nothing any more (rule M3).
        run.WaitHolder(Node.A, run.Bound);
        run.WaitClient(Node.A);
    }
}
