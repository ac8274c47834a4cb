using System.Globalization;
using Spectre.Console;

namespace TwoNodeCluster.Demo;

/// <summary>What is written before the script and after it, the same on every screen.</summary>
internal static class DemoReport
{
    public static void Header(DemoTimes times) => Console.Out.WriteLine(
        $"""
        HaCore: two nodes on this computer, {(SerialCable.IsPossible ? "two network cables and a serial one" : "two heartbeat cables")} between
        them, one small web service on the cluster's address, and a client that asks it
        every few milliseconds. No root needed.
        Times of this demo: heartbeat every {Seconds(times.HeartbeatInterval)}, dead time {Seconds(times.DeadTime)} (a real cluster
        starts from 2 s). The nodes may take over without fencing here: both are on one
        computer, and nothing can cut them both.

        """);

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
