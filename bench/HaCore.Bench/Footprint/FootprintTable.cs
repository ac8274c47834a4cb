using System.Globalization;
using TwoNodeCluster.NullModem;

namespace HaCore.Bench.Footprint;

/// <summary>
/// What a node costs that does nothing but watch its peer: the sample host with three links (two UDP, one serial at 115,200 baud) at 100 ms, 500 ms dead time, and its
/// control socket. Linux.
/// </summary>
internal static class FootprintTable
{
    private static readonly TimeSpan Settle = TimeSpan.FromSeconds(15);

    public static async Task<int> RunAsync(IEnumerable<FileInfo> hosts, TimeSpan time, CancellationToken cancellationToken)
    {
        Console.WriteLine($"{time.TotalSeconds} s for each row, {Environment.ProcessorCount} cores.");
        Console.WriteLine();
        Console.WriteLine("| host | on disk MB | start to first heartbeat ms | RSS MiB | PSS MiB | threads | CPU of one core % | wake-ups/s |");
        Console.WriteLine("|---|---|---|---|---|---|---|---|");
        foreach (var host in hosts)
        {
            Console.WriteLine(await RowAsync(host, time, cancellationToken));
        }

        return 0;
    }

    private static async Task<string> RowAsync(FileInfo host, TimeSpan time, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("hacore-bench-");
        try
        {
            using var cable = new NullModemCable("null-modem", folder.FullName, 115_200);
            var key = Path.Combine(folder.FullName, "key");
            ClusterKeyFile.Create(key);
            var ports = Ports.Free(4);
            await using var first = HostProcess.Start(host.FullName, HostFile.Write(folder.FullName, "a", key, cable.PortOf(0), [(ports[0], ports[1]), (ports[2], ports[3])]));
            await using var second = HostProcess.Start(host.FullName, HostFile.Write(folder.FullName, "b", key, cable.PortOf(1), [(ports[1], ports[0]), (ports[3], ports[2])]));
            var startUp = await first.StartedAsync(cancellationToken);
            await second.StartedAsync(cancellationToken);
            await Task.Delay(Settle, cancellationToken);   // the session begins, the first tiers of the compiler are through
            var before = first.Read();
            await Task.Delay(time, cancellationToken);
            var after = first.Read();
            return string.Create(
                CultureInfo.InvariantCulture,
                $"| {host.Directory!.Name}/{host.Name} | {SizeOf(host) / 1e6:0.0} | {startUp.TotalMilliseconds:0} | {after.ResidentKib / 1024.0:0.0} | {after.ProportionalKib / 1024.0:0.0} | {after.Threads} | {100 * (after.Cpu - before.Cpu) / time:0.00} | {(after.Switches - before.Switches) / time.TotalSeconds:0} |");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>The program with everything beside it that it needs; symbols and documents are not needed.</summary>
    private static long SizeOf(FileInfo host) =>
        host.Directory!.EnumerateFiles("*", SearchOption.AllDirectories)
            .Where(file => file.Extension is not (".pdb" or ".dbg" or ".xml")).Sum(file => file.Length);
}
