using HaCore.Netns.Lab;

namespace HaCore.Netns.Cases;

/// <summary>The program of the holder is dead or stands still, its kernel lives: who takes the address off?</summary>
internal static class LeaseCases
{
    private const string LeaseRunsOut = "the default lease outlasts every pause that the peer forgives, so it may end a little after the takeover";

    /// <summary>A lease of half the dead time, extended each second: over before the peer takes over, and long enough for a stall of two seconds.</summary>
    private static readonly ClusterOptions Exclusive = new() { DeadTime = TimeSpan.FromSeconds(6), InitialDeadTime = TimeSpan.FromSeconds(8), Lease = TimeSpan.FromSeconds(3) };

    public static IReadOnlyList<Case> All { get; } =
    [
        new("lease-kill", "kill -9 of the holder: its kernel drops the address by itself, without a restart of the program", Kill),
        new("lease-kill-exclusive", "kill -9 of the holder with a lease below the dead time: the two nodes never hold at once", KillExclusive),
        new("lease-freeze-exclusive", "a frozen holder loses the address before the peer takes over; when it wakes it does not take it back", FreezeExclusive),
        new("lease-clean", "the clean command: refused while the program runs, nothing in maintenance, the address at once after kill -9", Clean),
    ];

    private static void Kill(CaseRun run)
    {
        run.StartBoth();
        run.BothMayHold(LeaseRunsOut, () =>
        {
            var killed = LabClock.Now;
            run.Lab.Host(Node.A).Kill();
            run.WaitHolder(Node.B, run.Bound);
            run.WaitFor("node-a's kernel drops the address", () => run.OnlyHolder(Node.B), run.Bound);
            run.Note("takeover", run.Lab.Watch.First(Node.B, holds: true, killed)!.Value - killed);
            run.Note("gone from the dead node", run.Lab.Watch.First(Node.A, holds: false, killed)!.Value - killed);
        });
        run.WaitClient(Node.B);
        run.Stays("only node-b holds the address", () => run.OnlyHolder(Node.B), run.Dead);
    }

    private static void KillExclusive(CaseRun run)
    {
        run.Lab.Options = Exclusive;
        run.StartBoth();
        var killed = LabClock.Now;
        run.Lab.Host(Node.A).Kill();
        run.WaitHolder(Node.B, run.Bound);
        run.Demand(run.OnlyHolder(Node.B), "the address is still on node-a");
        run.Note("gone from the dead node", run.Lab.Watch.First(Node.A, holds: false, killed)!.Value - killed);
        run.Note("takeover", run.Lab.Watch.First(Node.B, holds: true, killed)!.Value - killed);
        run.WaitClient(Node.B);
    }

    private static void FreezeExclusive(CaseRun run)
    {
        run.Lab.Options = Exclusive;
        run.StartBoth();
        var frozen = LabClock.Now;
        run.Lab.Host(Node.A).Freeze();
        run.WaitHolder(Node.B, run.Bound);
        run.WaitClient(Node.B);
        run.Note("gone from the frozen node", run.Lab.Watch.First(Node.A, holds: false, frozen)!.Value - frozen);
        run.Note("takeover", run.Lab.Watch.First(Node.B, holds: true, frozen)!.Value - frozen);
        var resumed = LabClock.Now;
        run.Lab.Host(Node.A).Resume();
        run.WaitLog(Node.A, LogEvents.HoldReleased, "", run.Bound);
        run.Stays("only node-b holds the address", () => run.OnlyHolder(Node.B), run.Dead / 2);
        run.NeverHeld(Node.A, frozen);   // neither by its renewals nor by a start
        run.Demand(run.Lab.Announcements.Of(Node.A, resumed).Count == 0, "node-a announced the address after its sleep");
        run.WaitClient(Node.B);
    }

    private static void Clean(CaseRun run)
    {
        run.Lab.Options = Exclusive with { Lease = TimeSpan.Zero };   // what goes here goes by the command alone, and programs may start slowly
        run.StartBoth();
        run.Demand(run.Lab.Clean(Node.A, "signal") == 1, "clean is not refused while the program runs");
        run.Demand(run.OnlyHolder(Node.A), "clean took the address of a program that runs");

        run.Lab.Operate(Node.A, [0], "maintenance", "on");
        run.WaitLog(Node.B, LogEvents.Maintenance, "", run.Bound);
        run.Lab.Host(Node.A).Kill();
        run.Demand(run.Lab.Clean(Node.A, "signal") == 0, "clean fails in maintenance");
        run.Demand(run.OnlyHolder(Node.A), "clean took an address that is to run on");
        run.Lab.Start(Node.A);
        run.WaitSession(Node.A);
        run.Lab.Operate(Node.A, [0], "maintenance", "off");
        run.WaitLog(Node.A, LogEvents.GroupActive, "", run.Bound);
        run.WaitSession(Node.B);

        var killed = LabClock.Now;
        run.Lab.Host(Node.A).Kill();
        run.Demand(run.Lab.Clean(Node.A, "success") == 0 && run.Lab.Watch.Holds(Node.A), "clean believes a program that ended in order to have left something");
        run.Demand(run.Lab.Clean(Node.A, "signal") == 0, "clean fails");
        run.WaitFor("node-a's kernel is without the address", () => !run.Lab.Watch.Holds(Node.A), run.Bound);
        run.Note("gone from the dead node", run.Lab.Watch.First(Node.A, holds: false, killed)!.Value - killed);
        run.WaitHolder(Node.B, run.Bound);
        run.WaitClient(Node.B);
    }
}
