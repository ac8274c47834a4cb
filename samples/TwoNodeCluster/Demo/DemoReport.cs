using System.Globalization;
using Spectre.Console;

namespace TwoNodeCluster.Demo;

/// <summary>What the terminal shows. Plain lines, so that it reads the same in a file; colour only where a terminal says that it can.</summary>
internal static class DemoReport
{
    private const int LineWidthInFiles = 200;

    private static int s_step;

    public static void Header(DemoTimes times)
    {
        if (Console.IsOutputRedirected)
        {
            AnsiConsole.Profile.Width = LineWidthInFiles; // a file has no width: a sentence stays on its line
        }

        Console.Out.WriteLine(
            $"""
            HaCore: two nodes on this computer, two heartbeat cables between them, one small web service
            on the cluster's address, and a client that asks it every few milliseconds. No root needed.
            Times of this demo: heartbeat every {Seconds(times.HeartbeatInterval)}, dead time {Seconds(times.DeadTime)} (a real cluster starts from 2 s).
            The nodes may take over without fencing here: both are on one computer, and nothing can cut them both.

            """);
    }

    /// <summary>What is about to happen, in one sentence.</summary>
    public static void Announce(string sentence) => AnsiConsole.MarkupLineInterpolated($"[bold]{++s_step}.[/] {sentence}");

    /// <summary>What came of it.</summary>
    public static void Felt(string sentence) => AnsiConsole.MarkupLineInterpolated($"   [green]->[/] {sentence}");

    public static void Table(IReadOnlyList<DemoStep> steps, DemoTimes times)
    {
        var table = new Table().Border(TableBorder.Ascii2);
        table.AddColumns("event", "service runs on", "outage seen by the client", "dead time");
        foreach (DemoStep step in steps)
        {
            table.AddRow(
                step.Event,
                step.Moved ? $"{step.Answers} (moved)" : step.Answers,
                step.Outage is { } outage ? Seconds(outage) : "-",
                Seconds(times.DeadTime));
        }

        AnsiConsole.WriteLine();
        AnsiConsole.Write(table);
    }

    public static void NextSteps() => Console.Out.WriteLine(
        """

        Next:
          1. The same in your own host, 25 lines of C#:   docs/getting-started.md
          2. A resource of your own, one class:           docs/extending/agent.md
          3. Two real machines, with an address:          docs/operating/the-2004-cluster.md
        """);

    /// <summary>"0.53 s"; "0" when nothing was felt.</summary>
    public static string Seconds(TimeSpan value) =>
        value == TimeSpan.Zero ? "0" : value.TotalSeconds.ToString("0.0##", CultureInfo.InvariantCulture) + " s";
}
