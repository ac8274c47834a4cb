using HaCore.Netns.Lab;

namespace HaCore.Netns.Cases;

/// <summary>Cables pulled at the switch, where both ends lose their carrier, and the null-modem cut, which nobody is told. No program is touched.</summary>
internal static class CableCases
{
    private const string Apart = "nothing passes between the nodes, and the policy proceeds without proof";

    public static IReadOnlyList<Case> All { get; } =
    [
        new("crossover-cut", "the direct cable alone is a warning with its name, never a takeover; plugged again it carries alone", CrossoverCut),
        new("lan-cut-at-standby", "the LAN cable of the other node alone is a warning with its name, never a takeover", LanCutAtStandby),
        new("lan-cut-at-active", "the LAN cable of the holder alone is no takeover: only a resource that watches the network could ask for one", LanCutAtActive),
        new("all-cut-active-off", "the peer takes over; healed, the one that seized keeps the group and the other stops at once", AllCutActiveOff),
        new("all-cut-standby-off", "the standby, cut off from everything, seizes; healed, one of the two is left and the client hears it", AllCutStandbyOff),
        new("all-cut-one-round-trip", "healed, the one that must stop does so on the first frame that it hears: one survivor within one round trip", OneRoundTrip),
        new("interface-down-up", "an interface taken down and up again by an operator carries heartbeats again without a restart", InterfaceDownUp),
        new("address-interface-down-up", "the interface of the address goes down and up: one holder, and the client hears it again", AddressInterface),
    ];

    private static void CrossoverCut(CaseRun run)
    {
        run.StartBoth();
        var cut = LabClock.Now;
        run.Lab.Network.SetCrossoverCable(Node.A, plugged: false);
        run.WaitLinkLost(ClusterOptions.CrossoverLink);
        run.Stays("only node-a holds the address", () => run.OnlyHolder(Node.A), 2 * run.Dead);
        PlugAndLeanOnIt(run, cut, () => run.Lab.Network.SetCrossoverCable(Node.A, plugged: true));
    }

    /// <summary>A link that came back is worth something only if it holds the cluster together alone.</summary>
    private static void PlugAndLeanOnIt(CaseRun run, TimeSpan cut, Action plug)
    {
        plug();
        run.Lab.NullModem.Cut();
        run.WaitLinkBack(ClusterOptions.CrossoverLink);
        run.Lab.Network.SetLanCable(Node.B, plugged: false);
        run.Stays("only node-a holds the address", () => run.OnlyHolder(Node.A), 2 * run.Dead);
        run.NeverHeld(Node.B, cut);
        run.WaitClient(Node.A);
        run.Note("client's longest gap", run.Lab.Client.LongestGap(cut, LabClock.Now));
    }

    private static void LanCutAtStandby(CaseRun run)
    {
        run.StartBoth();
        var cut = LabClock.Now;
        run.Lab.Network.SetLanCable(Node.B, plugged: false);
        run.WaitLinkLost(ClusterOptions.LanLink);
        run.Stays("only node-a holds the address", () => run.OnlyHolder(Node.A), 2 * run.Dead);
        run.NeverHeld(Node.B, cut);
        run.WaitClient(Node.A);
        run.Lab.Network.SetLanCable(Node.B, plugged: true);
        run.WaitLinkBack(ClusterOptions.LanLink);
        run.Note("client's longest gap", run.Lab.Client.LongestGap(cut, LabClock.Now));
    }

    private static void LanCutAtActive(CaseRun run)
    {
        run.StartBoth();
        var cut = LabClock.Now;
        run.Lab.Network.SetLanCable(Node.A, plugged: false);
        run.Stays("only node-a holds the address", () => run.OnlyHolder(Node.A), 2 * run.Dead);
        run.NeverHeld(Node.B, cut);
        run.Lab.Network.SetLanCable(Node.A, plugged: true);
        run.WaitClient(Node.A);
        run.Note("client's longest gap, the cable's own", run.Lab.Client.LongestGap(cut, LabClock.Now));
    }

    private static void AllCutActiveOff(CaseRun run)
    {
        run.StartBoth();
        run.BothMayHold(Apart, () =>
        {
            var cut = LabClock.Now;
            CutOff(run, Node.A);
            run.WaitHolder(Node.B, run.Bound);
            run.WaitClient(Node.B);
            var gap = run.Lab.Client.LongestGap(cut, LabClock.Now);
            run.Note("client's outage", gap);
            run.Demand(gap <= run.Bound, $"the client was without an answer for {gap.TotalSeconds:0.00} s");
            Heal(run, Node.A);
        });
    }

    private static void AllCutStandbyOff(CaseRun run)
    {
        run.StartBoth();
        run.BothMayHold(Apart, () =>
        {
            CutOff(run, Node.B);
            run.WaitHolder(Node.B, run.Bound);
            // Until node-b has said all its announcements into the cut cable: healed, the client must learn of it by a new one.
            run.Stays("both hold the address", () => run.Lab.Watch.Holds(Node.A) && run.Lab.Watch.Holds(Node.B), 4 * run.Dead);
            run.WaitClient(Node.A);
            Heal(run, Node.B);
        });
    }

    private static void OneRoundTrip(CaseRun run)
    {
        run.StartBoth();
        run.BothMayHold(Apart, () =>
        {
            CutOff(run, Node.A);
            run.WaitHolder(Node.B, run.Bound);
            run.WaitLog(Node.B, LogEvents.GroupActive, "", run.Bound);
            run.Demand(run.Lab.Watch.Holds(Node.A), "node-a gave up before it heard from node-b");

            // The slowest link alone: a frame is on it for 80 ms, so what one frame causes can be told from what the next one causes.
            var healed = LabClock.Now;
            run.Lab.NullModem.Repair();
            run.WaitFor("node-a gives up", () => run.OnlyHolder(Node.B), run.Bound);
            var stopped = run.Lab.Watch.First(Node.A, holds: false, healed)!.Value;
            var heard = run.Lab.Line.Delivered(Node.B, healed).Count(frame => frame.DeliveredAt < stopped);
            var first = run.Lab.Line.Delivered(Node.B, healed).Select(frame => frame.DeliveredAt).FirstOrDefault();
            // One that decides, and one that may have come while the address was being taken off: a round trip is a frame and its answer.
            run.Demand(heard is 1 or 2, $"node-a stopped after {heard} frames of node-b");
            run.Note($"stopped after {heard} frame{(heard == 1 ? "" : "s")} of node-b; from the first one", stopped - first!.Value);
            run.Note("from healing", stopped - healed);
        });
        run.Stays("only node-b holds the address", () => run.OnlyHolder(Node.B), run.Dead);
        run.NeverHeld(Node.A, run.Lab.Watch.LastChange!.Value);
    }

    private static void CutOff(CaseRun run, Node node)
    {
        run.Lab.NullModem.Cut();
        run.Lab.Network.SetCrossoverCable(node, plugged: false);
        run.Lab.Network.SetLanCable(node, plugged: false);
    }

    private static void Heal(CaseRun run, Node node)
    {
        var healed = LabClock.Now;
        run.Lab.Network.SetLanCable(node, plugged: true);
        run.Lab.Network.SetCrossoverCable(node, plugged: true);
        run.Lab.NullModem.Repair();
        var holder = run.WaitSettled();
        run.Demand(holder == Node.B, "node-b seized with a higher term, and node-a holds the address after all (rule C)");
        run.Note("client's longest gap after healing", run.Lab.Client.LongestGap(healed, LabClock.Now));
    }

    private static void InterfaceDownUp(CaseRun run)
    {
        run.StartBoth();
        var down = LabClock.Now;
        run.Lab.Network.SetInterface(Node.A, LabNetwork.Crossover, up: false);
        run.WaitLinkLost(ClusterOptions.CrossoverLink);
        run.Stays("only node-a holds the address", () => run.OnlyHolder(Node.A), run.Dead);
        PlugAndLeanOnIt(run, down, () => run.Lab.Network.SetInterface(Node.A, LabNetwork.Crossover, up: true));
    }

    private static void AddressInterface(CaseRun run)
    {
        run.StartBoth();
        var down = LabClock.Now;
        run.Lab.Network.SetInterface(Node.A, LabNetwork.Lan, up: false);
        run.Stays("not both nodes hold the address", () => !run.Lab.Watch.Holds(Node.A) || !run.Lab.Watch.Holds(Node.B), 2 * run.Dead);
        run.Lab.Network.SetInterface(Node.A, LabNetwork.Lan, up: true);
        var holder = run.WaitSettled();
        run.Note($"{holder.Name()} holds; client's longest gap", run.Lab.Client.LongestGap(down, LabClock.Now));
        run.Lab.NullModem.Cut();
        run.Lab.Network.SetCrossoverCable(Node.A, plugged: false);
        run.Stays($"only {holder.Name()} holds the address over the LAN link alone", () => run.OnlyHolder(holder), 2 * run.Dead);
    }
}
