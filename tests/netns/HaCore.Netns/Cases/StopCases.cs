using HaCore.Netns.Lab;

namespace HaCore.Netns.Cases;

/// <summary>SIGTERM, and what happens when a node is back. Nothing is lost here, so the two never hold at once, not even for a moment.</summary>
internal static class StopCases
{
    // The address and its announcement are seen by two threads, and either may wait for a processor.
    private static readonly TimeSpan TwoObservers = TimeSpan.FromMilliseconds(100);

    public static IReadOnlyList<Case> All { get; } =
    [
        new("graceful-stop", "the holder hands over and leaves; back again it stays the standby, because failback is never", GracefulStop),
        new("graceful-stop-of-standby", "the other node leaves: nothing moves, and the holder carries on alone", StandbyStops),
        new("both-stop", "the last one to leave stops everything", BothStop),
        new("failback", "the preferred node returns and gets the group back when it is ready", Failback),
        new("power-cut-and-failback", "the preferred node returns from a power cut and gets the group back in order", PowerCutAndFailback),
        new("kill-and-failback", "the preferred node returns after kill -9: what is still up is taken off, then it gets the group in order", KillAndFailback),
    ];

    private static void GracefulStop(CaseRun run)
    {
        run.StartBoth();
        var asked = LabClock.Now;
        HandOverByStop(run);
        run.Note("client's longest gap", run.Lab.Client.LongestGap(asked, LabClock.Now));
        run.Lab.Start(Node.A);
        run.WaitSession(Node.A);
        run.Stays("only node-b holds the address", () => run.OnlyHolder(Node.B), 2 * run.Dead);
        run.NeverHeld(Node.A, asked);
        run.WaitClient(Node.B);
    }

    private static void HandOverByStop(CaseRun run)
    {
        run.Lab.Host(Node.A).Terminate();
        run.WaitHolder(Node.B, run.Bound);
        run.WaitClient(Node.B);
        run.WaitEnd(Node.A);
        run.Demand(run.OnlyHolder(Node.B), "node-b alone should hold the address");
    }

    private static void StandbyStops(CaseRun run)
    {
        run.StartBoth();
        var asked = LabClock.Now;
        run.Lab.Host(Node.B).Terminate();
        run.WaitEnd(Node.B);
        run.Stays("only node-a holds the address", () => run.OnlyHolder(Node.A), 2 * run.Dead);
        run.NeverHeld(Node.B, asked);
        run.WaitClient(Node.A);
        run.Note("client's longest gap", run.Lab.Client.LongestGap(asked, LabClock.Now));
    }

    private static void BothStop(CaseRun run)
    {
        run.StartBoth();
        run.Lab.Host(Node.A).Terminate();
        run.Lab.Host(Node.B).Terminate();
        run.WaitEnd(Node.A);
        run.WaitEnd(Node.B);
        run.Demand(run.Nobody(), "an address is left although both programs ended in order");
    }

    private static void Failback(CaseRun run)
    {
        run.Lab.Options = run.Lab.Options with { Failback = true };
        run.StartBoth();
        HandOverByStop(run);
        var back = LabClock.Now;
        run.Lab.Start(Node.A);
        run.WaitSession(Node.A);
        run.WaitHolder(Node.A, run.Bound);
        run.WaitClient(Node.A);
        run.Stays("only node-a holds the address", () => run.OnlyHolder(Node.A), run.Dead);
        run.Note("client's longest gap", run.Lab.Client.LongestGap(back, LabClock.Now));
    }

    private static void PowerCutAndFailback(CaseRun run)
    {
        run.Lab.Options = run.Lab.Options with { Failback = true };
        run.StartBoth();
        run.Lab.Host(Node.A).Kill();
        run.Lab.Network.RemoveClusterAddress(Node.A);
        run.WaitHolder(Node.B, run.Bound);
        run.WaitClient(Node.B);
        var back = LabClock.Now;
        run.Lab.Start(Node.A);
        run.WaitSession(Node.A);
        GetsItBack(run, back);
    }

    private static void KillAndFailback(CaseRun run)
    {
        run.Lab.Options = run.Lab.Options with { Failback = true };
        run.StartBoth();
        var back = TimeSpan.Zero;
        var killed = LabClock.Now;
        run.BothMayHold("the kernel keeps the address of the killed program until its lease has run out or its next host has looked", () =>
        {
            run.Lab.Host(Node.A).Kill();
            run.WaitHolder(Node.B, run.Bound);
            run.WaitClient(Node.B);
            back = LabClock.Now;
            run.Lab.Start(Node.A);
            run.WaitSession(Node.A);
            run.WaitFor("node-a takes the old address off", () => run.Lab.Watch.First(Node.A, holds: false, killed) is not null, run.Bound);
        });
        GetsItBack(run, back);
    }

    private static void GetsItBack(CaseRun run, TimeSpan back)
    {
        run.WaitFor("node-a holds the address", () => run.Lab.Watch.First(Node.A, holds: true, back) is not null && run.OnlyHolder(Node.A), run.Bound);
        run.WaitClient(Node.A);
        run.Stays("only node-a holds the address", () => run.OnlyHolder(Node.A), run.Dead);
        var retaken = run.Lab.Watch.First(Node.A, holds: true, back)!.Value;
        run.Demand(
            run.Lab.Announcements.Of(Node.A, back).All(announcement => announcement.At > retaken - TwoObservers), "node-a announced the address before it had it");
        run.Note("client's longest gap", run.Lab.Client.LongestGap(back, LabClock.Now));
    }
}
