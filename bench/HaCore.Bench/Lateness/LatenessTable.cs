using System.Globalization;

namespace HaCore.Bench.Lateness;

/// <summary>
/// Two nodes in two processes; the first is loaded, and every frame that it sends is timed from outside. Lateness is what a gap between two frames has
/// more than the interval.
/// </summary>
internal static class LatenessTable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(10);    // short, for many samples; the shortest that is allowed
    private static readonly TimeSpan DeadTime = TimeSpan.FromMilliseconds(500);   // the fast profile's

    public static async Task<int> RunAsync(TimeSpan time, CancellationToken cancellationToken)
    {
        Console.WriteLine($"Interval {Interval.TotalMilliseconds} ms, dead time {DeadTime.TotalMilliseconds} ms, {time.TotalSeconds} s for each row, {Environment.ProcessorCount} cores.");
        Console.WriteLine();
        Console.WriteLine("| load | real-time thread | frames | p50 ms | p99 ms | max ms | last GC pause ms | reported late (rule L) | sessions lost |");
        Console.WriteLine("|---|---|---|---|---|---|---|---|---|");
        foreach (var load in Enum.GetValues<LoadKind>())
        {
            foreach (var realTime in new[] { false, true })
            {
                Console.WriteLine(await RowAsync(load, realTime, time, cancellationToken));
            }
        }

        return 0;
    }

    private static async Task<string> RowAsync(LoadKind load, bool realTime, TimeSpan time, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("hacore-bench-");
        try
        {
            using var tap = new Tap();
            var keyFile = Path.Combine(folder.FullName, "key");
            ClusterKeyFile.Create(keyFile);
            var ports = Ports.Free(3);
            var loaded = new NodeSettings("a", keyFile, Path.Combine(folder.FullName, "a"), Interval, DeadTime, ports[0], ports[1], ports[2], tap.Port, realTime, load);
            var other = new NodeSettings("b", keyFile, Path.Combine(folder.FullName, "b"), Interval, DeadTime, ports[1], ports[0], 0, null, realTime, LoadKind.Idle);
            await using var first = ChildNode.Start(loaded, Path.Combine(folder.FullName, "a.json"));
            await using var second = ChildNode.Start(other, Path.Combine(folder.FullName, "b.json"));
            await first.ReadyAsync(cancellationToken);
            await second.ReadyAsync(cancellationToken);
            await using var busy = new BusyCores(load == LoadKind.BusyCores ? Environment.ProcessorCount : 0);
            await Task.Delay(TimeSpan.FromSeconds(2), cancellationToken);   // the load takes hold
            tap.Begin();
            await Task.Delay(time, cancellationToken);
            var gaps = tap.End();
            var (a, b) = (await first.EndAsync(cancellationToken), await second.EndAsync(cancellationToken));
            return Row(load, realTime, gaps, a, b);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static string Row(LoadKind load, bool realTime, List<TimeSpan> gaps, NodeFigures a, NodeFigures b)
    {
        var late = gaps.ConvertAll(gap => Math.Max(0, (gap - Interval).TotalMilliseconds));
        late.Sort();
        return string.Create(
            CultureInfo.InvariantCulture,
            $"| {load} | {(realTime ? "yes" : "no")} | {gaps.Count + 1} | {At(late, 0.5):0.00} | {At(late, 0.99):0.00} | {late[^1]:0.0} | {a.LastPauseMax.TotalMilliseconds:0.0} | {a.Late} | {a.SessionsEnded + b.SessionsEnded} |");
    }

    private static double At(List<double> sorted, double share) => sorted[(int)(share * (sorted.Count - 1))];
}
