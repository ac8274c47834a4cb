using HaCore.Netns.Lab;

namespace HaCore.Netns.Cases;

/// <summary>kill -9 ends the program, not the machine: the address stays on the kernel until its lease has run out or the next host of that node looks.</summary>
internal static class CrashCases
{
    private const string DeadProgram = "the kernel keeps the address of the killed program until its lease has run out";

    public static IReadOnlyList<Case> All { get; } =
    [
        new("kill-active", "kill -9 of the holder: the peer takes over; the restarted host stops what is still up and announces nothing", KillActive),
        new("kill-active-and-restart-at-once", "a host that is back within the dead time adopts the address that is still up", KillAndRestart),
        new("kill-standby", "kill -9 of the other node changes nothing", KillStandby),
        new("power-cut", "program, address and carrier gone at once: the client is answered by the peer", PowerCut),
        new("both-killed-holder-back-first", "the old holder comes back first and adopts what is still up", run => BothKilled(run, Node.A)),
        new("both-killed-other-back-first", "the other one comes back first and leaves the address to the old holder", run => BothKilled(run, Node.B)),
        new("both-killed-other-back-alone", "the other one comes back alone and takes the group; the old holder stops its own on return", OtherAlone),
    ];

    private static void KillActive(CaseRun run)
    {
        run.StartBoth();
        run.BothMayHold(DeadProgram, () =>
        {
            var killed = LabClock.Now;
            run.Lab.Host(Node.A).Kill();
            run.WaitHolder(Node.B, run.Bound);
            run.Note("takeover", run.Lab.Watch.First(Node.B, holds: true, killed)!.Value - killed);
            run.WaitClient(Node.B);
            run.Stays("node-b holds the address", () => run.Lab.Watch.Holds(Node.B), run.Dead);
            ReturnsAsStandby(run);
        });
    }

    private static void ReturnsAsStandby(CaseRun run)
    {
        var back = LabClock.Now;
        run.Lab.Start(Node.A);
        run.WaitSession(Node.A);
        run.WaitFor("node-a takes the old address off", () => !run.Lab.Watch.Holds(Node.A), run.Bound);
        run.WaitClient(Node.B);
        run.Stays("only node-b holds the address", () => run.OnlyHolder(Node.B), run.Dead);
        run.Demand(run.Lab.Announcements.Of(Node.A, back).Count == 0, "node-a announced the address that node-b holds");
        run.Note("client's longest gap while it returned", run.Lab.Client.LongestGap(back, LabClock.Now));
    }

    private static void KillAndRestart(CaseRun run)
    {
        // Time for a new process on a busy machine, so that the dead time cannot pass first.
        run.Lab.Options = run.Lab.Options with { DeadTime = TimeSpan.FromSeconds(6), InitialDeadTime = TimeSpan.FromSeconds(8) };
        run.StartBoth();
        var killed = LabClock.Now;
        run.Lab.Host(Node.A).Kill();
        run.Lab.Start(Node.A);
        run.WaitSession(Node.A);
        run.Stays("only node-a holds the address", () => run.OnlyHolder(Node.A), run.Dead + run.Dead / 2);
        run.NeverHeld(Node.B, killed);
        run.NeverHeld(Node.A, killed);   // adopted as it was: not taken off and set again
        run.WaitClient(Node.A);
        run.Note("client's longest gap", run.Lab.Client.LongestGap(killed, LabClock.Now));
    }

    private static void KillStandby(CaseRun run)
    {
        run.StartBoth();
        var killed = LabClock.Now;
        run.Lab.Host(Node.B).Kill();
        run.Stays("only node-a holds the address", () => run.OnlyHolder(Node.A), 2 * run.Dead);
        run.Lab.Start(Node.B);
        run.WaitSession(Node.B);
        run.Stays("only node-a holds the address", () => run.OnlyHolder(Node.A), run.Dead);
        run.WaitClient(Node.A);
        run.NeverHeld(Node.B, killed);
        run.Note("client's longest gap", run.Lab.Client.LongestGap(killed, LabClock.Now));
    }

    private static void PowerCut(CaseRun run)
    {
        run.StartBoth();
        var cut = LabClock.Now;
        run.Lab.Host(Node.A).Kill();
        run.Lab.NullModem.Unplug((int)Node.A);
        run.Lab.Network.SetLanCable(Node.A, plugged: false);
        run.Lab.Network.SetCrossoverCable(Node.A, plugged: false);
        run.Lab.Network.RemoveClusterAddress(Node.A);
        run.WaitHolder(Node.B, run.Bound);
        run.WaitClient(Node.B);
        var gap = run.Lab.Client.LongestGap(cut, LabClock.Now);
        run.Note("client's outage", gap);
        run.Demand(gap <= run.Bound, $"the client was without an answer for {gap.TotalSeconds:0.00} s");

        run.Lab.Network.SetLanCable(Node.A, plugged: true);
        run.Lab.Network.SetCrossoverCable(Node.A, plugged: true);
        run.Lab.NullModem.Replug((int)Node.A);
        run.Lab.Start(Node.A);
        run.WaitSession(Node.A);
        run.Stays("only node-b holds the address", () => run.OnlyHolder(Node.B), 2 * run.Dead);
        run.NeverHeld(Node.A, cut);
    }

    private static void BothKilled(CaseRun run, Node first)
    {
        // Time for the second one's start on a busy machine: neither the first nor the kernel must have given it up.
        run.Lab.Options = run.Lab.Options with { InitialDeadTime = TimeSpan.FromSeconds(15), Lease = TimeSpan.FromSeconds(30) };
        run.StartBoth();
        var killed = LabClock.Now;
        run.Lab.Host(Node.A).Kill();
        run.Lab.Host(Node.B).Kill();
        run.Lab.Start(first);
        run.WaitFirstWord(first);
        run.Lab.Start(first.Peer());
        run.WaitSession(Node.A);
        run.WaitSession(Node.B);
        run.Stays("only node-a holds the address", () => run.OnlyHolder(Node.A), 2 * run.Dead);
        run.NeverHeld(Node.B, killed);
        run.WaitClient(Node.A);
        run.Note("client's longest gap", run.Lab.Client.LongestGap(killed, LabClock.Now));
    }

    private static void OtherAlone(CaseRun run)
    {
        run.StartBoth();
        run.BothMayHold(DeadProgram, () =>
        {
            var killed = LabClock.Now;
            run.Lab.Host(Node.A).Kill();
            run.Lab.Host(Node.B).Kill();
            var host = run.Lab.Start(Node.B);
            run.WaitFirstWord(Node.B);
            run.WaitHolder(Node.B, run.Lab.Options.InitialDeadTime + run.Bound);
            var took = run.Lab.Watch.First(Node.B, holds: true, killed)!.Value - host.StartedAt;
            run.Demand(took >= run.Lab.Options.InitialDeadTime, $"node-b took the address {took.TotalSeconds:0.00} s after its start, before the initial dead time");
            run.WaitClient(Node.B);
            ReturnsAsStandby(run);
        });
    }
}
