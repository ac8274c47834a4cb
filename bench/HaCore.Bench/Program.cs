using System.CommandLine;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Running;
using HaCore.Bench.Footprint;
using HaCore.Bench.Latency;
using HaCore.Bench.Lateness;

// BenchmarkDotNet has a command line of its own: everything after "micro" is for it.
if (args is ["micro", .. var rest])
{
    BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(rest, DefaultConfig.Instance.WithOptions(ConfigOptions.JoinSummary));
    return 0;
}

Option<int> seconds = new("--seconds") { Description = "How long each cell of the table is measured.", DefaultValueFactory = _ => 12 };
Command lateness = new("lateness", "How late the heartbeats of a loaded node are, seen from outside, with and without the real-time thread.") { seconds };
lateness.SetAction((parsed, cancellation) => LatenessTable.RunAsync(TimeSpan.FromSeconds(parsed.GetValue(seconds)), cancellation));

Command latency = new("latency", "From a frame that arrives to the engine that takes it, over UDP and serial.");
latency.SetAction((_, _) => LatencyTable.RunAsync());

Argument<FileInfo[]> hosts = new("HOST") { Description = "A published TwoNodeCluster, or several." };
Command footprint = new("footprint", "Size, start-up, memory and idle CPU of one node with three links at 100 ms.") { hosts, seconds };
footprint.SetAction((parsed, cancellation) => FootprintTable.RunAsync(parsed.GetRequiredValue(hosts), TimeSpan.FromSeconds(parsed.GetValue(seconds)), cancellation));

Argument<FileInfo> settings = new("FILE");
Command node = new(LoadedNode.CommandName) { settings };
node.Hidden = true;
node.SetAction((parsed, cancellation) => LoadedNode.RunAsync(parsed.GetRequiredValue(settings).FullName, cancellation));

Command busy = new(BusyProcess.CommandName) { Hidden = true };
busy.SetAction(_ => BusyProcess.Run());

RootCommand root = new("Measurements of HaCore; results with machine and command in bench/RESULTS.md.")
{
    new Command("micro", "BenchmarkDotNet: codec and engine. What follows is for BenchmarkDotNet, e.g. --filter '*'."), lateness, latency, footprint, node, busy,
};
return await root.Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null });
