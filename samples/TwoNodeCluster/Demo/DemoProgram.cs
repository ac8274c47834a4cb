using System.Runtime.InteropServices;
using Spectre.Console;
using TwoNodeCluster.Demo.Screen;

namespace TwoNodeCluster.Demo;

/// <summary>The demo from its first line to its exit code: what can go wrong around the script is dealt with here.</summary>
internal static class DemoProgram
{
    private const int LogLinesShown = 15;

    /// <param name="deadSeconds">Dead time of the demo.</param>
    /// <param name="explain">Show what the nodes decide and why.</param>
    public static async Task<int> RunAsync(double deadSeconds, bool explain)
    {
        using var interrupted = new CancellationTokenSource();
        using PosixSignalRegistration ctrlC = PosixSignalRegistration.Create(PosixSignal.SIGINT, Interrupt);
        using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Interrupt);
        using PosixSignalRegistration hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, Interrupt);

        var times = new DemoTimes(TimeSpan.FromSeconds(deadSeconds));
        DemoReport.Header(times); // before anything is started: the first thing seen must not wait for a runtime to load
        DirectoryInfo directory = Directory.CreateTempSubdirectory("hacore-demo-"); // only this user may enter: it holds a key
        int exitCode;
        bool keep = false;
        using IDemoScreen screen = IsTerminal ? new LiveScreen(TimeProvider.System) : new PlainScreen();
        using (var stage = new DemoStage(directory.FullName, times, TimeProvider.System, interrupted.Token) { Explain = explain ? screen.Explain : null })
        {
            try
            {
                await PlayAsync(stage, screen);
                exitCode = ExitCode.Success;
            }
            catch (OperationCanceledException) when (interrupted.IsCancellationRequested)
            {
                screen.End();
                Console.Out.WriteLine("Interrupted: stopping both nodes.");
                exitCode = ExitCode.Interrupted;
            }
            catch (DemoFailedException failure)
            {
                keep = true;
                screen.End();
                Explain(failure, stage, directory.FullName);
                exitCode = ExitCode.Failed;
            }
        }

        if (!keep)
        {
            directory.Delete(recursive: true);
        }

        return exitCode;

        void Interrupt(PosixSignalContext context)
        {
            context.Cancel = true; // we end by ourselves, with everything tidied up
            interrupted.Cancel();
        }
    }

    // CI systems have terminals that are none; Spectre.Console knows them.
    private static bool IsTerminal =>
        !Console.IsOutputRedirected && !Console.IsInputRedirected && AnsiConsole.Profile.Capabilities is { Ansi: true, Interactive: true };

    private static async Task PlayAsync(DemoStage stage, IDemoScreen screen)
    {
        screen.Show(stage);
        IReadOnlyList<DemoStep> steps = await new DemoScript(stage, screen).PlayAsync();
        screen.End();
        DemoReport.Table(steps, stage.Times);
        if (IsTerminal)
        {
            screen.Show(stage);
            await new DemoKeys(stage, screen).PlayAsync();
            screen.End();
        }

        DemoReport.NextSteps();
    }

    private static void Explain(DemoFailedException failure, DemoStage stage, string directory)
    {
        TextWriter error = Console.Error;
        error.WriteLine();
        error.WriteLine($"This step went wrong. {failure.Message}");
        foreach (NodeProcess node in stage.Nodes)
        {
            error.WriteLine();
            error.WriteLine($"{node.Name} said last: {node.Status?.ToString() ?? "nothing"}. The end of its log:");
            foreach (string line in ReadTail(node.LogFile))
            {
                error.WriteLine($"  {line}");
            }
        }

        error.WriteLine();
        error.WriteLine($"The whole logs are kept in {directory}");
    }

    private static string[] ReadTail(string file)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite); // its writer is still there
        using var reader = new StreamReader(stream);
        return [.. reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).TakeLast(LogLinesShown)];
    }
}
