using HaCore.Netns.Lab;

namespace HaCore.Netns.Cases;

/// <summary>SIGSTOP: the program stands still and its kernel goes on answering for the address until its lease has run out. What counts is what it does when it wakes (rule L).</summary>
internal static class FreezeCases
{
    private const string Frozen = "a frozen program cannot take its address off, and the policy proceeds without proof";

    public static IReadOnlyList<Case> All { get; } =
    [
        new("freeze-half-a-dead-time", "a pause shorter than the dead time moves nothing", HalfADeadTime),
        new("freeze-one-dead-time", "a pause as long as the dead time ends with one holder, whoever it is", OneDeadTime),
        new("freeze-three-dead-times", "the peer takes over; the sleeper wakes, gives up and announces nothing", ThreeDeadTimes),
        new("freeze-standby-three-dead-times", "a standby that wakes takes nothing from the holder", Standby),
    ];

    private static void HalfADeadTime(CaseRun run)
    {
        run.StartBoth();
        var frozen = LabClock.Now;
        run.Lab.Host(Node.A).Freeze();
        run.Stays("only node-a holds the address", () => run.OnlyHolder(Node.A), run.Dead / 2);
        run.Lab.Host(Node.A).Resume();
        run.Stays("only node-a holds the address", () => run.OnlyHolder(Node.A), 2 * run.Dead);
        run.NeverHeld(Node.B, frozen);
        run.WaitClient(Node.A);
    }

    private static void OneDeadTime(CaseRun run)
    {
        run.StartBoth();
        run.BothMayHold(Frozen, () =>
        {
            run.Lab.Host(Node.A).Freeze();
            run.Stays("node-a's program is there", () => !run.Lab.Host(Node.A).HasEnded, run.Dead);   // its lease ends about now
            run.Lab.Host(Node.A).Resume();
            run.WaitSettled();
        });
    }

    private static void ThreeDeadTimes(CaseRun run)
    {
        run.StartBoth();
        run.BothMayHold(Frozen, () =>
        {
            var frozen = LabClock.Now;
            run.Lab.Host(Node.A).Freeze();
            run.WaitHolder(Node.B, run.Bound);
            run.Note("takeover", run.Lab.Watch.First(Node.B, holds: true, frozen)!.Value - frozen);
            run.WaitClient(Node.B);
            run.Stays("node-b holds the address", () => run.Lab.Watch.Holds(Node.B), frozen + 3 * run.Dead - LabClock.Now);
            var resumed = LabClock.Now;
            run.Lab.Host(Node.A).Resume();
            run.WaitFor("node-a takes its address off", () => run.OnlyHolder(Node.B), run.Bound);
            run.Demand(run.Lab.Announcements.Of(Node.A, resumed).Count == 0, "node-a announced the address after its sleep");
        });
        run.WaitClient(Node.B);
        run.Stays("only node-b holds the address", () => run.OnlyHolder(Node.B), run.Dead);
    }

    private static void Standby(CaseRun run)
    {
        run.StartBoth();
        var frozen = LabClock.Now;
        run.Lab.Host(Node.B).Freeze();
        run.Stays("only node-a holds the address", () => run.OnlyHolder(Node.A), 3 * run.Dead);
        run.Lab.Host(Node.B).Resume();
        run.Stays("only node-a holds the address", () => run.OnlyHolder(Node.A), 2 * run.Dead);
        run.NeverHeld(Node.B, frozen);
        run.WaitClient(Node.A);
    }
}
