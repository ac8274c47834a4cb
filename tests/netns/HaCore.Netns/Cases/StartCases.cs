using HaCore.Netns.Lab;

namespace HaCore.Netns.Cases;

internal static class StartCases
{
    public static IReadOnlyList<Case> All { get; } =
    [
        new("first-start-of-one", "a node that never met its peer waits the initial dead time, then takes the group", OfOne),
        new("first-start-of-both", "two nodes that meet give the group to the preferred one, and do not wait the initial dead time", OfBoth),
        new("first-start-other-node-first", "the preferred node gets the group although the other one was there before it", OtherFirst),
    ];

    private static void OfOne(CaseRun run)
    {
        var host = run.Lab.Start(Node.B);
        run.WaitFirstWord(Node.B);
        run.WaitHolder(Node.B, run.Lab.Options.InitialDeadTime + run.Bound);
        var took = run.Lab.Watch.First(Node.B, holds: true, host.StartedAt)!.Value - host.StartedAt;
        run.Demand(took >= run.Lab.Options.InitialDeadTime, $"node-b took the address {took.TotalSeconds:0.00} s after its start, before the initial dead time");
        run.WaitClient(Node.B);
        run.Note("from start to holding", took);
    }

    private static void OfBoth(CaseRun run)
    {
        var from = LabClock.Now;
        run.StartBoth();
        run.Note("from start to holding", run.Lab.Watch.First(Node.A, holds: true, from)!.Value - from);
        run.Stays("only node-a holds the address", () => run.OnlyHolder(Node.A), run.Dead);
    }

    private static void OtherFirst(CaseRun run)
    {
        // Time for the second one's start on a busy machine: the first must not have given it up.
        run.Lab.Options = run.Lab.Options with { InitialDeadTime = TimeSpan.FromSeconds(15) };
        run.Lab.Start(Node.B);
        run.WaitFirstWord(Node.B);
        run.Lab.Start(Node.A);
        run.WaitSession(Node.A);
        run.WaitHolder(Node.A, run.Bound);
        run.WaitClient(Node.A);
        run.Stays("only node-a holds the address", () => run.OnlyHolder(Node.A), run.Dead);
    }
}
