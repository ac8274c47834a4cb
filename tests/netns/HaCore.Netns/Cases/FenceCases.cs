using HaCore.Netns.Lab;

namespace HaCore.Netns.Cases;

/// <summary>
/// The policy Fence and a power switch. No case here has a span in which both may hold: with a fence that tells the truth there is none, whatever is cut and whoever shoots. The
/// address has no lease, so that nothing but the switch takes it off a dead program's kernel.
/// </summary>
internal static class FenceCases
{
    private static readonly TimeSpan DeviceTimeout = TimeSpan.FromSeconds(60);   // longer than a program's start on a machine where every processor is busy
    private static readonly TimeSpan HangTimeout = TimeSpan.FromSeconds(4);

    public static IReadOnlyList<Case> All { get; } =
    [
        new("fence-all-cut", "all links cut, both alive: the holder shoots, because the other one waits; one survivor, and it never stops serving", AllCut),
        new("fence-both-shoot", "both orders under way at once: the one that the switch hears first wins, and takes the other's order down with it", BothShoot),
        new("fence-kill-active", "kill -9 of the holder: its kernel loses the address to the switch before the peer takes it", KillActive),
        new("fence-fails", "the switch refuses: nothing is taken over, the status says why; it works again: taken over by itself", Fails),
        new("fence-hangs", "the switch hangs: nothing is taken over, what hangs is killed, the next order works", Hangs),
        new("fence-hits-a-reboot", "the holder is back before the switch acts: it is not admitted, and the switch hits its new start", HitsReboot),
        new("fence-overtaken-by-a-reboot", "the holder is back before the switch has answered: it takes nothing, and becomes the standby", OvertakenByReboot),
    ];

    private static void StartBoth(CaseRun run, TimeSpan? delay = null, TimeSpan? timeout = null)
    {
        run.Lab.Options = run.Lab.Options with
        {
            Lease = TimeSpan.Zero,
            FenceAtStart = false,
            Fence = new(delay ?? 2 * run.Dead, timeout ?? DeviceTimeout),
        };
        run.StartBoth();
    }

    private static void AllCut(CaseRun run)
    {
        StartBoth(run);
        var power = run.Lab.Power;
        var cut = LabClock.Now;
        CutAll(run);
        run.WaitFor("the switch has cut node-b off", () => power.Cuts(Node.B) == 1, run.Bound);
        run.WaitFor("node-b's program has ended", () => run.Lab.Host(Node.B).HasEnded, run.Bound);
        run.Note("node-b off", LabClock.Now - cut);
        run.Stays("only node-a holds the address", () => run.OnlyHolder(Node.A), 2 * run.Dead);
        run.Demand(power.Orders(Node.A) == 0, "node-b shot, too, although it waits for the holder");
        run.Demand(power.Orders(Node.B) == 1, "node-a shot more than once");
        run.NeverHeld(Node.B, cut);
        Heal(run);
        run.Lab.Start(Node.B);
        run.WaitSession(Node.B);
        run.Stays("only node-a holds the address", () => run.OnlyHolder(Node.A), run.Dead);
        run.WaitClient(Node.A);
    }

    private static void BothShoot(CaseRun run)
    {
        StartBoth(run, delay: TimeSpan.Zero);
        var power = run.Lab.Power;
        power.Set(Node.A, PowerMode.WaitsBefore);
        power.Set(Node.B, PowerMode.WaitsBefore);
        var cut = LabClock.Now;
        CutAll(run);
        run.WaitFor("both orders are at the switch", () => power.IsWaiting(Node.A) && power.IsWaiting(Node.B), run.Bound);
        power.Release(Node.B);
        run.WaitFor("node-b's program has ended", () => run.Lab.Host(Node.B).HasEnded, run.Bound);
        run.WaitLog(Node.A, LogEvents.FenceResult, "Confirmed", run.Bound);
        run.Demand(power.Cuts(Node.A) == 0, "the order of the node that is off was carried out");
        run.Stays("only node-a holds the address", () => run.OnlyHolder(Node.A), run.Dead);
        run.NeverHeld(Node.B, cut);
        run.WaitClient(Node.A);
    }

    private static void KillActive(CaseRun run)
    {
        StartBoth(run);
        var killed = LabClock.Now;
        run.Lab.Host(Node.A).Kill();
        run.WaitHolder(Node.B, run.Lab.Options.Fence!.Delay + run.Bound);
        run.Demand(run.OnlyHolder(Node.B), "the address is still on node-a");
        run.Note("takeover, of which the delay is", 2 * run.Dead);
        run.Note("in all", run.Lab.Watch.First(Node.B, holds: true, killed)!.Value - killed);
        run.WaitClient(Node.B);
    }

    private static void Fails(CaseRun run)
    {
        StartBoth(run, delay: TimeSpan.Zero);
        var power = run.Lab.Power;
        power.Set(Node.A, PowerMode.Fails);
        run.Lab.Host(Node.A).Kill();
        run.WaitFor("the switch was asked and asked again", () => power.Orders(Node.A) >= 2, 3 * run.Bound);
        run.Demand(run.OnlyHolder(Node.A), "something happened to the address of node-a");
        var status = NodeStatus.Of(run.Lab, Node.B);
        run.Demand(status.Health != "good", $"node-b calls this good: {status}");
        run.WaitLog(Node.B, LogEvents.FenceResult, "the switch does not answer", run.Bound);
        power.Set(Node.A, PowerMode.Works);
        run.WaitHolder(Node.B, 3 * run.Bound);   // the next order comes after four dead times
        run.WaitClient(Node.B);
    }

    private static void Hangs(CaseRun run)
    {
        StartBoth(run, delay: TimeSpan.Zero, HangTimeout);
        var power = run.Lab.Power;
        power.Set(Node.A, PowerMode.Hangs);
        run.Lab.Host(Node.A).Kill();
        run.WaitFor("an order hangs", () => power.Orders(Node.A) == 1, run.Bound);
        power.Set(Node.A, PowerMode.Works);
        run.WaitLog(Node.B, LogEvents.FenceResult, "Unknown", HangTimeout + run.Bound);
        run.Demand(!Directory.Exists($"/proc/{power.Processes(Node.A)[0]}"), "what hung still runs");
        run.WaitHolder(Node.B, 3 * run.Bound);
        run.Demand(power.Orders(Node.A) == 2, "more than the second order was needed");
        run.WaitClient(Node.B);
    }

    private static void HitsReboot(CaseRun run)
    {
        StartBoth(run, delay: TimeSpan.Zero);
        var power = run.Lab.Power;
        power.Set(Node.A, PowerMode.WaitsBefore);
        var killed = LabClock.Now;
        run.Lab.Host(Node.A).Kill();
        run.WaitFor("the order waits at the switch", () => power.IsWaiting(Node.A), run.Bound);
        RestartUnadmitted(run);
        power.Release(Node.A);
        run.WaitHolder(Node.B, run.Bound);
        run.Demand(run.OnlyHolder(Node.B), "the address is still on node-a");
        run.WaitFor("the new start of node-a was hit", () => run.Lab.Host(Node.A).HasEnded, run.Bound);
        power.Set(Node.A, PowerMode.Works);
        BecomesStandby(run, killed);
    }

    private static void OvertakenByReboot(CaseRun run)
    {
        StartBoth(run, delay: TimeSpan.Zero);
        var power = run.Lab.Power;
        power.Set(Node.A, PowerMode.WaitsAfter);
        var killed = LabClock.Now;
        run.Lab.Host(Node.A).Kill();
        run.WaitFor("node-a is cut off and the answer waits", () => power.IsWaiting(Node.A), run.Bound);
        RestartUnadmitted(run);
        power.Release(Node.A);
        run.WaitHolder(Node.B, run.Bound);
        run.WaitSession(Node.A);
        run.Stays("only node-b holds the address", () => run.OnlyHolder(Node.B), run.Dead);
        run.NeverHeld(Node.A, killed);
        run.Demand(power.Orders(Node.A) == 1, "the new start of node-a was shot, too");
        run.WaitClient(Node.B);
    }

    /// <summary>Rule H: as long as an order is under way, the target's new start is heard and not admitted.</summary>
    private static void RestartUnadmitted(CaseRun run)
    {
        run.Lab.Start(Node.A);
        run.WaitFirstWord(Node.A);
        run.WaitLog(Node.A, LogEvents.LinkUp, $"{ClusterOptions.CrossoverLink}: ", run.Bound);   // it hears node-b, and is heard
        run.Stays("node-a is not admitted", () => !LogEvents.Has(run.Lab.LogOf(Node.A), LogEvents.SessionBegan), run.Dead / 2);
        run.Demand(!run.Lab.Watch.Holds(Node.B), "node-b took the address before the answer of the switch");
    }

    private static void BecomesStandby(CaseRun run, TimeSpan killed)
    {
        run.Lab.Start(Node.A);
        run.WaitSession(Node.A);
        run.Stays("only node-b holds the address", () => run.OnlyHolder(Node.B), run.Dead);
        run.NeverHeld(Node.A, killed);
        run.WaitClient(Node.B);
    }

    private static void CutAll(CaseRun run)
    {
        run.Lab.NullModem.Cut();
        run.Lab.Network.SetCrossoverCable(Node.A, plugged: false);
        run.Lab.Network.DropIncoming(Node.A, LabNetwork.Lan);   // heartbeats only: the client goes on asking the holder
        run.Lab.Network.DropIncoming(Node.B, LabNetwork.Lan);
    }

    private static void Heal(CaseRun run)
    {
        run.Lab.Network.ClearFilter(Node.A);
        run.Lab.Network.ClearFilter(Node.B);
        run.Lab.Network.SetCrossoverCable(Node.A, plugged: true);
        run.Lab.NullModem.Repair();
    }
}
