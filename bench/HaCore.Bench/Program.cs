using System.CommandLine;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Running;
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

Argument<FileInfo> settings = new("FILE");
Command node = new(LoadedNode.CommandName) { settings };
node.Hidden = true;
node.SetAction((parsed, cancellation) => LoadedNode.RunAsync(parsed.GetRequiredValue(settings).FullName, cancellation));

Command busy = new(BusyProcess.CommandName) { Hidden = true };
busy.SetAction(_ => BusyProcess.Run());

RootCommand root = new("Measurements of HaCore; results with machine and command in bench/RESULTS.md.")
{
    new Command("micro", "BenchmarkDotNet: codec and engine. What follows is for BenchmarkDotNet, e.g. --filter '*'."), lateness, node, busy,
};
return await root.Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null });
