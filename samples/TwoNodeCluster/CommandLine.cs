using System.CommandLine;
using System.Globalization;
using TwoNodeCluster.Demo;
using TwoNodeCluster.RealHost;

namespace TwoNodeCluster;

/// <summary>What can be said to this program, and what it then does.</summary>
internal static class CommandLine
{
    public const string DemoNodeOption = "--demo-node";

    public static async Task<int> RunAsync(string[] arguments)
    {
        ParseResult parsed = Build().Parse(arguments);
        if (parsed.Errors.Count > 0)
        {
            foreach (System.CommandLine.Parsing.ParseError error in parsed.Errors)
            {
                await Console.Error.WriteLineAsync(error.Message);
            }

            await Console.Error.WriteLineAsync("--help tells what there is.");
            return ExitCode.Usage;
        }

        // The host and the demo handle Ctrl-C and SIGTERM themselves: an orderly stop may take longer than the two seconds of the default.
        var configuration = new InvocationConfiguration { ProcessTerminationTimeout = null, EnableDefaultExceptionHandler = false };
        return await parsed.InvokeAsync(configuration);
    }

    private static RootCommand Build()
    {
        Option<bool> demo = new("--demo") { Description = "Watch two nodes fail over on this computer, without root. What happens with no arguments, too." };
        Option<double> deadTime = new("--dead-time") { Description = "With --demo: silence after which a node is taken for dead. Longer on a computer that is busy with other things.", HelpName = "SECONDS", DefaultValueFactory = _ => DemoTimes.DeadSecondsDefault };
        Option<bool> explain = new("--explain") { Description = "With --demo: show what the nodes decide, and why." };
        Option<FileInfo?> config = new("--config") { Description = "Run as one node of the cluster that this appsettings file describes.", HelpName = "FILE" };
        (Option<string?> node, Option<LogTarget> log) = NodeOptions();
        Option<FileInfo?> demoNode = new(DemoNodeOption) { Hidden = true };

        deadTime.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<double>() is < DemoTimes.DeadSecondsMin or > DemoTimes.DeadSecondsMax)
            {
                result.AddError(string.Create(
                    CultureInfo.InvariantCulture,
                    $"--dead-time must be between {DemoTimes.DeadSecondsMin} and {DemoTimes.DeadSecondsMax} seconds: below, a busy computer looks dead; above, nobody wants to wait."));
            }
        });

        RootCommand root = new(
            $"""
            A service that runs on exactly one of two machines.

            Exit codes: {ExitCode.Success} all went well; {ExitCode.Failed} a step of the demo or the running host failed; {ExitCode.Usage} command line not understood; {ExitCode.Configuration} configuration refused, a restart cannot help; {ExitCode.Interrupted} demo interrupted.
            """)
        { demo, deadTime, explain, config, node, log, demoNode, BuildKeygen(), BuildClean() };
        root.Validators.Add(result =>
        {
            if (result.GetValue(demo) && result.GetValue(config) is not null)
            {
                result.AddError("--demo and --config exclude each other: the demo brings its own configuration.");
            }

            if (result.GetValue(explain) && result.GetValue(config) is not null)
            {
                result.AddError("--explain goes with --demo: a real node tells by its log and by hactl events.");
            }

            if (result.GetValue(node) is not null && result.GetValue(config) is null)
            {
                result.AddError("--node goes with --config: the demo names its own nodes.");
            }
        });
        root.SetAction((parsed, _) => (parsed.GetValue(demoNode), parsed.GetValue(config)) switch
        {
            ({ } settings, _) => DemoNode.RunAsync(settings.FullName),
            (_, { } file) => ClusterHost.RunAsync(new ClusterHostArguments(file.FullName, parsed.GetValue(node), parsed.GetValue(log))),
            _ => DemoProgram.RunAsync(parsed.GetValue(deadTime), parsed.GetValue(explain)),
        });
        return root;
    }

    private static (Option<string?> Node, Option<LogTarget> Log) NodeOptions() =>
    (
        new("--node") { Description = "With --config: the name of this node. Default: the file's LocalNode, or the short name of this machine.", HelpName = "NAME" },
        new("--log") { Description = "With --config: where log lines go.", DefaultValueFactory = _ => LogTarget.Console }
    );

    private static Command BuildClean()
    {
        Option<FileInfo> config = new("--config") { Description = "The appsettings file of the node.", HelpName = "FILE", Required = true };
        (Option<string?> node, Option<LogTarget> log) = NodeOptions();
        Command clean = new("clean", "Take the cluster's addresses off this machine after its program died. For ExecStopPost of the unit: does nothing while the program runs, after it ended in order, and in maintenance.")
        {
            config, node, log,
        };
        clean.SetAction((parsed, cancellation) => Cleaning.RunAsync(
            new ClusterHostArguments(parsed.GetRequiredValue(config).FullName, parsed.GetValue(node), parsed.GetValue(log)),
            Environment.GetEnvironmentVariable(Cleaning.ResultVariable),
            cancellation));
        return clean;
    }

    private static Command BuildKeygen()
    {
        Argument<FileInfo> file = new("FILE") { Description = "The key file to create; never overwritten. Copy it to the other machine: both need the same." };
        Command keygen = new("keygen", "Create the key that the two nodes prove themselves to each other with (mode 0600).") { file };
        keygen.SetAction(parsed => KeyGeneration.Run(parsed.GetRequiredValue(file).FullName));
        return keygen;
    }
}
