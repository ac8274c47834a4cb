using HaCore.Netns.Cases;
using HaCore.Netns.Lab;

namespace HaCore.Netns.Report;

/// <summary>One kill -9 of the holder.</summary>
/// <param name="Gone">From the kill until its kernel was without the address.</param>
/// <param name="Takeover">From the kill until the peer's kernel had it.</param>
internal readonly record struct DeadHolder(TimeSpan Gone, TimeSpan Takeover)
{
    /// <summary>How long both kernels had it.</summary>
    public TimeSpan Both => Gone > Takeover ? Gone - Takeover : TimeSpan.Zero;
}

/// <summary>What a series of equal runs measured. Nothing in it can fail the suite.</summary>
/// <param name="Name">Profile and lease.</param>
/// <param name="Runs">Those in which the address went.</param>
/// <param name="LeftBehind">In how many it stayed.</param>
/// <param name="Incomplete">Why the other runs have no figure.</param>
internal sealed record LeaseSeries(string Name, IReadOnlyList<DeadHolder> Runs, int LeftBehind, IReadOnlyList<string> Incomplete)
{
    public TimeSpan? Median(Func<DeadHolder, TimeSpan> what) => Runs.Count == 0 ? null : Runs.Select(what).Order().ElementAt(Runs.Count / 2);

    public TimeSpan? Worst(Func<DeadHolder, TimeSpan> what) => Runs.Count == 0 ? null : Runs.Max(what);
}

/// <summary>
/// How long a killed program's address stays on its kernel, which lives on. The program is not started again: where nothing takes the address off it stays for ever, as with
/// every product that was measured the same way (docs/internals/netns.md).
/// </summary>
internal static class LeaseTable
{
    private static readonly TimeSpan ForEver = TimeSpan.FromSeconds(30);   // ten default leases

    private static readonly ClusterOptions Lan = new() { RealTime = true, Links = ClusterOptions.BothCables };

    private static readonly ClusterOptions Fast = Lan with
    {
        HeartbeatInterval = TimeSpan.FromMilliseconds(100),
        WarnTime = TimeSpan.FromMilliseconds(250),
        DeadTime = TimeSpan.FromMilliseconds(500),
        InitialDeadTime = TimeSpan.FromSeconds(10),
    };

    private static readonly (string Name, ClusterOptions Options, bool IsCleaned)[] Rows =
    [
        ("Lan, default lease (3 s)", Lan, false),
        ("Lan, lease 1 s", Lan with { Lease = TimeSpan.FromSeconds(1) }, false),
        ("Fast, default lease (1 s)", Fast, false),
        ("Lan, no lease, clean", Lan with { Lease = TimeSpan.Zero }, true),
    ];

    public static IReadOnlyList<LeaseSeries> Measure(RunSettings settings, int runs, TextWriter output)
    {
        using var lab = new TwoNodeLab(settings, "te");
        return [.. Rows.Select(row => Measure(lab, row.Name, row.Options, row.IsCleaned, runs, output))];
    }

    private static LeaseSeries Measure(TwoNodeLab lab, string name, ClusterOptions options, bool isCleaned, int runs, TextWriter output)
    {
        var done = new List<DeadHolder>();
        var incomplete = new List<string>();
        var leftBehind = 0;
        for (var i = 0; i < runs; i++)
        {
            try
            {
                lab.Reset();
                lab.Options = options;
                if (KillHolder(new CaseRun(lab), isCleaned) is { } dead)
                {
                    done.Add(dead);
                }
                else
                {
                    leftBehind++;
                }
            }
            catch (CaseFailedException reason)
            {
                incomplete.Add(reason.Message);
                output.WriteLine($"lease  {name}, run {i + 1}: {reason.Message}");
            }
        }

        lab.Reset();
        return new(name, done, leftBehind, incomplete);
    }

    /// <summary>Null when the address stayed.</summary>
    private static DeadHolder? KillHolder(CaseRun run, bool isCleaned)
    {
        run.StartBoth();
        var killed = LabClock.Now;
        run.Lab.Host(Node.A).Kill();
        if (isCleaned)
        {
            run.Lab.Clean(Node.A, "signal");
        }

        run.WaitHolder(Node.B, run.Bound);
        return run.Lab.Observations.WaitUntil(() => run.OnlyHolder(Node.B), ForEver)
            ? new(run.Lab.Watch.First(Node.A, holds: false, killed)!.Value - killed, run.Lab.Watch.First(Node.B, holds: true, killed)!.Value - killed)
            : null;
    }
}
