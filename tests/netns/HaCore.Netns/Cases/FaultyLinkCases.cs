using HaCore.Netns.Lab;

namespace HaCore.Netns.Cases;

/// <summary>Cables that look well and lose frames: one direction dropped, or a share of all.</summary>
internal static class FaultyLinkCases
{
    private const string DeafStandby = "the standby hears nothing and proceeds without proof; the holder learns it from its first frame and stops";

    private static readonly string[] BothCables = [LabNetwork.Lan, LabNetwork.Crossover];

    private const double SpoilsAFifth = 0.0013;   // of the bytes, and so a fifth of frames of 170 bytes: 0.9987 to the power of 170 is 0.80
    private const int NoiseSeed = 1;

    public static IReadOnlyList<Case> All { get; } =
    [
        new("one-way-on-one-link", "one direction of one link lost: nothing moves", OneLink),
        new("one-way-holder-deaf", "the holder hears nothing: the standby hears that it lives, and takes nothing", HolderDeaf),
        new("one-way-standby-deaf", "the standby hears nothing and seizes: the holder hears that, and stops at once", StandbyDeaf),
        new("loss-20-percent", "a fifth of all frames lost on every link in both directions: nothing moves", Loss),
    ];

    private static void OneLink(CaseRun run)
    {
        run.StartBoth();
        var from = LabClock.Now;
        run.Lab.Network.DropIncoming(Node.B, LabNetwork.Lan);
        run.Stays("only node-a holds the address", () => run.OnlyHolder(Node.A), 2 * run.Dead);
        run.Lab.Network.ClearFilter(Node.B);
        run.Lab.Network.DropIncoming(Node.A, LabNetwork.Crossover);
        run.Stays("only node-a holds the address", () => run.OnlyHolder(Node.A), 2 * run.Dead);
        run.NeverHeld(Node.B, from);
        run.WaitClient(Node.A);
    }

    private static void HolderDeaf(CaseRun run)
    {
        run.StartBoth();
        var from = LabClock.Now;
        run.Lab.Network.DropIncoming(Node.A, BothCables);
        run.Lab.NullModem.CutFrom((int)Node.B);
        run.Stays("only node-a holds the address", () => run.OnlyHolder(Node.A), 3 * run.Dead);
        run.WaitLog(Node.B, LogEvents.TakeoverBlocked, "lives", run.Bound);
        run.Lab.Network.ClearFilter(Node.A);
        run.Lab.NullModem.Repair();
        run.Stays("only node-a holds the address", () => run.OnlyHolder(Node.A), 2 * run.Dead);
        run.NeverHeld(Node.B, from);
        run.WaitClient(Node.A);
        run.Note("client's longest gap", run.Lab.Client.LongestGap(from, LabClock.Now));
    }

    private static void StandbyDeaf(CaseRun run)
    {
        run.StartBoth();
        var from = LabClock.Now;
        run.BothMayHold(DeafStandby, () =>
        {
            run.Lab.Network.DropIncoming(Node.B, BothCables);
            run.Lab.NullModem.CutFrom((int)Node.A);
            run.WaitHolder(Node.B, run.Bound);
            run.WaitFor("node-a stops", () => run.OnlyHolder(Node.B), run.Bound);
        });
        run.WaitClient(Node.B);
        run.Stays("only node-b holds the address", () => run.OnlyHolder(Node.B), run.Dead);
        run.Lab.Network.ClearFilter(Node.B);
        run.Lab.NullModem.Repair();
        run.Stays("only node-b holds the address", () => run.OnlyHolder(Node.B), 2 * run.Dead);
        run.Note("client's longest gap", run.Lab.Client.LongestGap(from, LabClock.Now));
    }

    private static void Loss(CaseRun run)
    {
        const int percent = 20;
        run.StartBoth();
        var from = LabClock.Now;
        run.Lab.Network.LoseIncoming(Node.A, percent, BothCables);
        run.Lab.Network.LoseIncoming(Node.B, percent, BothCables);
        run.Lab.NullModem.SetNoise(SpoilsAFifth, NoiseSeed);
        run.Stays("only node-a holds the address", () => run.OnlyHolder(Node.A), 5 * run.Dead);
        run.NeverHeld(Node.B, from);
        run.WaitClient(Node.A);
        run.Note("client's longest gap", run.Lab.Client.LongestGap(from, LabClock.Now));
    }
}
