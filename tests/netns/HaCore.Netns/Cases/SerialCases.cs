using HaCore.Netns.Lab;

namespace HaCore.Netns.Cases;

/// <summary>The null-modem, when it matters: alone, noisy, blocked, unplugged, too slow. Its relay models two UARTs and a wire (docs/internals/netns.md).</summary>
internal static class SerialCases
{
    private const string Apart = "nothing passes between the nodes, and the policy proceeds without proof";
    private const string Frozen = "a frozen program cannot take its address off, and the policy proceeds without proof";

    private const double Noise = 0.002;   // of the bytes: spoils a quarter of frames of 170 bytes, and ten in a row once in a million
    private const int NoiseSeed = 2004;
    private const int BlockedDeadTimes = 4;   // some forty frames
    private const int ConfigurationRefused = 78;   // EX_CONFIG, sysexits(3)

    public static IReadOnlyList<Case> All { get; } =
    [
        new("serial-only-left", "both cables cut: the null-modem alone holds the cluster together, not one ping is lost", OnlyLeft),
        new("serial-noise", "the null-modem alone, with noise that spoils frames: nothing moves", OnlyLeftAndNoisy),
        new("serial-unplugged", "an unplugged serial port is a warning with its name, never a takeover; plugged again it carries alone", Unplugged),
        new("serial-unplugged-alone-briefly", "the last link unplugged and back within the dead time: nothing moves", UnpluggedBriefly),
        new("serial-unplugged-alone", "the last link unplugged is the loss of the peer; back, the one that seized keeps the group", UnpluggedForGood),
        new("serial-blocked", "a line blocked for forty frames delivers one frame when it opens: the newest", Blocked),
        new("serial-only-left-freeze", "the holder sleeps three dead times beside a line that goes on: it wakes to old frames, gives up, announces nothing", OnlyLeftAndFrozen),
        new("serial-too-slow", "a baud rate that carries too few frames within the dead time is refused at start, with the arithmetic", TooSlow),
    ];

    private static void OnlyLeft(CaseRun run)
    {
        run.StartBoth();
        var cut = LabClock.Now;
        CutBothCables(run);
        run.StatusNamesLost(ClusterOptions.LanLink, ClusterOptions.CrossoverLink);
        run.Stays("only node-a holds the address", () => run.OnlyHolder(Node.A), 3 * run.Dead);
        NothingMoved(run, cut);
        PlugBothCables(run);
        run.StatusNamesLost();
        run.NoPingLost(cut);
    }

    private static void OnlyLeftAndNoisy(CaseRun run)
    {
        run.StartBoth();
        var from = LabClock.Now;
        run.Lab.NullModem.SetNoise(Noise, NoiseSeed);
        CutBothCables(run);
        run.Stays("only node-a holds the address", () => run.OnlyHolder(Node.A), 5 * run.Dead);
        foreach (var node in NodeNames.Both)
        {
            var spoiled = run.Lab.Line.Spoiled(node, from);
            run.Demand(spoiled > 0, $"no frame of {node.Name()} was spoiled: the case shows nothing");
            run.Note($"{node.Name()}: {run.Lab.Line.Delivered(node, from).Count} frames delivered, {spoiled} pieces spoiled");
        }

        NothingMoved(run, from);
        run.Lab.NullModem.SetNoise(0, NoiseSeed);
        PlugBothCables(run);
        run.NoPingLost(from);
    }

    private static void Unplugged(CaseRun run)
    {
        run.StartBoth();
        var from = LabClock.Now;
        run.Lab.NullModem.Unplug((int)Node.B);
        run.WaitLinkLost(ClusterOptions.SerialLink);
        run.Stays("only node-a holds the address", () => run.OnlyHolder(Node.A), run.Dead);
        var replugged = LabClock.Now;
        run.Lab.NullModem.Replug((int)Node.B);
        run.WaitLinkBack(ClusterOptions.SerialLink);
        run.Note("plugged until both hear again", LabClock.Now - replugged);
        CutBothCables(run);
        run.Stays("only node-a holds the address", () => run.OnlyHolder(Node.A), 2 * run.Dead);
        NothingMoved(run, from);
        run.NoPingLost(from);
    }

    private static void UnpluggedBriefly(CaseRun run)
    {
        // Time for the next look at the port on a busy machine, so that the dead time cannot pass first.
        run.Lab.Options = run.Lab.Options with { DeadTime = TimeSpan.FromSeconds(6), InitialDeadTime = TimeSpan.FromSeconds(8) };
        run.StartBoth();
        var from = LabClock.Now;
        CutBothCables(run);
        foreach (var node in NodeNames.Both)
        {
            run.Lab.NullModem.Unplug((int)node);
            var replugged = LabClock.Now;
            run.Lab.NullModem.Replug((int)node);
            run.WaitFor($"{node.Name()} writes to its new port", () => run.Lab.Line.Written(node, replugged).Count > 0, run.Dead);
            run.Note($"{node.Name()}: plugged until it speaks", run.Lab.Line.Written(node, replugged)[0].WrittenAt - replugged);
        }

        run.Stays("only node-a holds the address", () => run.OnlyHolder(Node.A), run.Dead + run.Dead / 2);
        NothingMoved(run, from);
        run.NoPingLost(from);
    }

    private static void UnpluggedForGood(CaseRun run)
    {
        run.StartBoth();
        CutBothCables(run);
        run.BothMayHold(Apart, () =>
        {
            run.Lab.NullModem.Unplug((int)Node.A);
            run.WaitHolder(Node.B, run.Bound);
            run.Stays("both hold the address", () => run.Lab.Watch.Holds(Node.A) && run.Lab.Watch.Holds(Node.B), run.Dead);
            var replugged = LabClock.Now;
            run.Lab.NullModem.Replug((int)Node.A);
            run.WaitFor("node-a stops", () => run.OnlyHolder(Node.B), run.Bound);
            run.Note("plugged until node-a had stopped", LabClock.Now - replugged);
        });
        run.Stays("only node-b holds the address", () => run.OnlyHolder(Node.B), run.Dead);
    }

    private static void Blocked(CaseRun run)
    {
        run.StartBoth();
        var from = LabClock.Now;
        run.Lab.NullModem.Block((int)Node.A);
        run.WaitLog(Node.B, LogEvents.LinkLost, ClusterOptions.SerialLink, run.Bound);   // node-a hears well; that the peer does not is the peer's to say
        run.Stays("only node-a holds the address", () => run.OnlyHolder(Node.A), BlockedDeadTimes * run.Dead);
        // The frame that is the newest now shall not be replaced while it is on the line, so it must be a fresh one.
        var ready = LabClock.Now;
        run.WaitFor("node-a writes a frame", () => run.Lab.Line.Written(Node.A, ready).Count > 0, run.Dead);
        var blocked = run.Lab.Line.Written(Node.A, from);
        var opened = LabClock.Now;
        run.Lab.NullModem.Open((int)Node.A);
        run.WaitFor("two frames come out that were written later", () => Later(run, opened).Count >= 2, run.Bound);
        var old = run.Lab.Line.Delivered(Node.A, opened).Where(frame => frame.WrittenAt < opened).ToList();
        run.Note($"{blocked.Count} frames written while blocked, delivered of them {old.Count}");
        run.Demand(old.Count == 1, $"{old.Count} frames came out of the {blocked.Count} that were written while the line was blocked");
        run.Demand(old[0] == blocked[^1], "the frame that came out is not the newest");
        run.WaitLog(Node.B, LogEvents.LinkLost, $"{ClusterOptions.SerialLink}: frames arrive again", run.Bound);
        NothingMoved(run, from);
        run.NoPingLost(from);
    }

    private static List<LineFrame> Later(CaseRun run, TimeSpan opened) =>
        [.. run.Lab.Line.Delivered(Node.A, opened).Where(frame => frame.WrittenAt >= opened)];

    private static void OnlyLeftAndFrozen(CaseRun run)
    {
        run.StartBoth();
        CutBothCables(run);
        run.BothMayHold(Frozen, () =>
        {
            var frozen = LabClock.Now;
            run.Lab.Host(Node.A).Freeze();
            run.WaitHolder(Node.B, run.Bound);
            run.Stays("node-b holds the address", () => run.Lab.Watch.Holds(Node.B), frozen + 3 * run.Dead - LabClock.Now);
            var resumed = LabClock.Now;
            run.Lab.Host(Node.A).Resume();
            run.WaitFor("node-a takes its address off", () => run.OnlyHolder(Node.B), run.Bound);
            run.Note("awake until its address was off", LabClock.Now - resumed);
            run.Demand(run.Lab.Announcements.Of(Node.A, resumed).Count == 0, "node-a announced the address after its sleep");
        });
        run.Stays("only node-b holds the address", () => run.OnlyHolder(Node.B), run.Dead);
    }

    private static void TooSlow(CaseRun run)
    {
        run.Lab.Options = run.Lab.Options with { BaudRate = 9_600, WarnTime = TimeSpan.FromMilliseconds(300), DeadTime = TimeSpan.FromMilliseconds(600) };
        run.Lab.Start(Node.A);
        run.WaitFor("node-a's program ends", () => run.Lab.Host(Node.A).HasEnded, run.Bound);
        var exitCode = run.Lab.Host(Node.A).ExitCode;
        run.Demand(exitCode == ConfigurationRefused, $"node-a's program ended with {exitCode}, not with {ConfigurationRefused}");
        var log = run.Lab.LogOf(Node.A);
        foreach (var words in new[] { $"\"{ClusterOptions.SerialLink}\"", "9600 baud", "within DeadTime (0.6 s / ", "must carry 4" })
        {
            run.Demand(log.Contains(words, StringComparison.Ordinal), $"the message does not say \"{words}\": {log}");
        }
    }

    /// <summary>At the standby's end, so that the client keeps its way to the holder.</summary>
    private static void CutBothCables(CaseRun run)
    {
        run.Lab.Network.SetLanCable(Node.B, plugged: false);
        run.Lab.Network.SetCrossoverCable(Node.B, plugged: false);
        run.WaitLinkLost(ClusterOptions.LanLink);
        run.WaitLinkLost(ClusterOptions.CrossoverLink);
    }

    private static void PlugBothCables(CaseRun run)
    {
        run.Lab.Network.SetLanCable(Node.B, plugged: true);
        run.Lab.Network.SetCrossoverCable(Node.B, plugged: true);
        run.WaitLinkBack(ClusterOptions.LanLink);
        run.WaitLinkBack(ClusterOptions.CrossoverLink);
    }

    private static void NothingMoved(CaseRun run, TimeSpan since)
    {
        run.Demand(run.OnlyHolder(Node.A), "node-a alone should hold the address");
        run.NeverHeld(Node.A, since);
        run.NeverHeld(Node.B, since);
    }
}
