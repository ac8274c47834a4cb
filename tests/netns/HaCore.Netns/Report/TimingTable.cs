using HaCore.Netns.Cases;
using HaCore.Netns.Lab;

namespace HaCore.Netns.Report;

/// <summary>What a series of equal runs measured. Nothing in it can fail the suite.</summary>
/// <param name="Name">What was done to the holder.</param>
/// <param name="HeartbeatInterval">As configured.</param>
/// <param name="DeadTime">As configured.</param>
/// <param name="Outages">The client's longest gap in each run that ended with the peer answering.</param>
/// <param name="Incomplete">Why the other runs have no figure.</param>
internal sealed record TimingSeries(
    string Name, TimeSpan HeartbeatInterval, TimeSpan DeadTime, IReadOnlyList<TimeSpan> Outages, IReadOnlyList<string> Incomplete)
{
    public TimeSpan? Median => Outages.Count == 0 ? null : Middle([.. Outages.Order()]);

    public TimeSpan? Worst => Outages.Count == 0 ? null : Outages.Max();

    private static TimeSpan Middle(TimeSpan[] sorted) => (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
}

/// <summary>
/// The outage at an interval of 100 ms and a dead time of 500 ms, with the real-time threads, alone on the machine. Each run has two new processes
/// without a past: what a standby does on its first takeover is what a site gets, and a second one would find everything warm.
/// </summary>
internal static class TimingTable
{
    private static readonly TimeSpan SteadyFor = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan SteadyGap = TimeSpan.FromMilliseconds(50);   // ten answers of the client

    private static readonly ClusterOptions Fast = new()
    {
        HeartbeatInterval = TimeSpan.FromMilliseconds(100),
        WarnTime = TimeSpan.FromMilliseconds(250),
        DeadTime = TimeSpan.FromMilliseconds(500),
        InitialDeadTime = TimeSpan.FromSeconds(10),
        RealTime = true,
        Links = ClusterOptions.BothCables,   // as in every table before: its last frame would be another moment of the cut
    };

    public static IReadOnlyList<TimingSeries> Measure(RunSettings settings, int runs, TextWriter output)
    {
        using var lab = new TwoNodeLab(settings, "t") { Options = Fast };
        return [Series(lab, "active node cut off", CutOff, runs, output), Series(lab, "graceful stop", Stop, runs, output)];
    }

    private static TimingSeries Series(TwoNodeLab lab, string name, Func<CaseRun, TimeSpan> measure, int runs, TextWriter output)
    {
        var outages = new List<TimeSpan>();
        var incomplete = new List<string>();
        for (var i = 0; i < runs; i++)
        {
            try
            {
                lab.Reset();
                var run = new CaseRun(lab);
                run.StartBoth();
                run.WaitFor("the client is answered without a gap", () => lab.Client.LongestGap(LabClock.Now - SteadyFor, LabClock.Now) < SteadyGap, run.Bound);
                outages.Add(measure(run));
            }
            catch (CaseFailedException reason)
            {
                incomplete.Add(reason.Message);
                output.WriteLine($"timing  {name}, run {i + 1}: {reason.Message}");
            }
            finally
            {
                SetCables(lab, plugged: true);
            }
        }

        lab.Reset();
        return new(name, Fast.HeartbeatInterval, Fast.DeadTime, outages, incomplete);
    }

    private static TimeSpan CutOff(CaseRun run)
    {
        var from = LabClock.Now;
        SetCables(run.Lab, plugged: false);
        return Outage(run, from);
    }

    private static TimeSpan Stop(CaseRun run)
    {
        var from = LabClock.Now;
        run.Lab.Host(Node.A).Terminate();
        var outage = Outage(run, from);
        run.WaitEnd(Node.A);
        return outage;
    }

    private static TimeSpan Outage(CaseRun run, TimeSpan from)
    {
        run.WaitFor("the client is answered by node-b", () => run.Lab.Client.Newest(from)?.TimeToLive == Node.B.TimeToLive(), run.Bound);
        return run.Lab.Client.LongestGap(from, LabClock.Now);
    }

    /// <summary>The crossover first: the client feels the outage from the moment at which the LAN goes, and by then everything is cut.</summary>
    private static void SetCables(TwoNodeLab lab, bool plugged)
    {
        lab.Network.SetCrossoverCable(Node.A, plugged);
        lab.Network.SetLanCable(Node.A, plugged);
    }
}
