using HaCore.Netns.Lab;

namespace HaCore.Netns.Cases;

/// <summary>The LAN and the null-modem as one bonded link, and no other: each member alone holds the cluster together.</summary>
internal static class BondCases
{
    private const string Bond = "bond";

    public static IReadOnlyList<Case> All { get; } =
    [
        new("bond-all-links", "a bond that sends on all its members survives the loss of each; log and status name the lost one", AllLinks),
        new("bond-active-backup", "a bond with a member in reserve survives the loss of each; log and status name the lost one", ActiveBackup),
    ];

    private static void AllLinks(CaseRun run) => LoseEach(run, new(Bond, "AllLinks", [ClusterOptions.Lan, ClusterOptions.NullModem]));

    private static void ActiveBackup(CaseRun run)
    {
        // A reserve sends twice a second at a dead time of 2 s, and has to be heard for 4 s without a second's break: too much to ask of a machine that stalls.
        run.Lab.Options = run.Lab.Options with { DeadTime = TimeSpan.FromSeconds(4), InitialDeadTime = TimeSpan.FromSeconds(6) };
        LoseEach(run, new(Bond, "ActiveBackup", [ClusterOptions.Lan, ClusterOptions.NullModem]) { UpDelay = TimeSpan.FromSeconds(1) });
    }

    private static void LoseEach(CaseRun run, BondedLink bond)
    {
        run.Lab.Options = run.Lab.Options with { Links = [bond] };
        run.StartBoth();
        var from = LabClock.Now;
        run.WaitFor("the null-modem carries frames both ways", () => NodeNames.Both.All(node => run.Lab.Line.Delivered(node, from).Count > 0), run.Bound);
        run.Lab.Network.SetLanCable(Node.B, plugged: false);
        WaitLost(run, ClusterOptions.LanLink);
        run.Stays("only node-a holds the address", () => run.OnlyHolder(Node.A), 2 * run.Dead);
        run.StatusNamesLost(ClusterOptions.LanLink);
        run.Lab.Network.SetLanCable(Node.B, plugged: true);
        WaitBack(run, ClusterOptions.LanLink);
        run.StatusNamesLost();
        run.Lab.NullModem.Cut();
        WaitLost(run, ClusterOptions.SerialLink);
        run.Stays("only node-a holds the address", () => run.OnlyHolder(Node.A), 2 * run.Dead);
        run.StatusNamesLost(ClusterOptions.SerialLink);
        run.Lab.NullModem.Repair();
        WaitBack(run, ClusterOptions.SerialLink);
        run.StatusNamesLost();
        run.Demand(run.OnlyHolder(Node.A), "node-a alone should hold the address");
        run.NeverHeld(Node.B, from);
        run.NoPingLost(from);
    }

    private static void WaitLost(CaseRun run, string member)
    {
        foreach (var node in NodeNames.Both)
        {
            run.WaitFor($"{node.Name()} warns of the loss of {member}", () => LogEvents.HasWarning(run.Lab.LogOf(node), LogEvents.LinkMemberLost, $"{member}: "), run.Bound);
        }
    }

    private static void WaitBack(CaseRun run, string member)
    {
        foreach (var node in NodeNames.Both)
        {
            run.WaitLog(node, LogEvents.LinkMemberLost, $"{member}: frames arrive again", run.Bound);
        }
    }
}
