using System.Globalization;
using System.Text.Json;
using HaCore.Netns.Cases;

namespace HaCore.Netns.Report;

/// <summary>Writes artifacts/netns.json and the summary table.</summary>
internal static class RunReport
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    public static void Write(string file, IReadOnlyList<CaseOutcome> outcomes, IReadOnlyList<TimingSeries> series, IReadOnlyList<LineSeries> line, IReadOnlyList<LeaseSeries> leases)
    {
        var report = new
        {
            Processors = Environment.ProcessorCount,
            Kernel = Environment.OSVersion.Version.ToString(),
            Runtime = Environment.Version.ToString(),
            Cases = outcomes.Select(outcome => new
            {
                outcome.Name,
                Passed = outcome.Failure is null,
                outcome.Failure,
                Seconds = Math.Round(outcome.Took.TotalSeconds, 2),
                outcome.Notes,
            }),
            Timing = series.Select(one => new
            {
                one.Name,
                HeartbeatIntervalMilliseconds = one.HeartbeatInterval.TotalMilliseconds,
                DeadTimeMilliseconds = one.DeadTime.TotalMilliseconds,
                OutageMilliseconds = one.Outages.Select(Milliseconds),
                MedianMilliseconds = one.Median is { } median ? Milliseconds(median) : (double?)null,
                WorstMilliseconds = one.Worst is { } worst ? Milliseconds(worst) : (double?)null,
                one.Incomplete,
            }),
            Line = line.Select(one => new
            {
                one.BaudRate,
                HeartbeatIntervalMilliseconds = one.HeartbeatInterval.TotalMilliseconds,
                one.FrameBytes,
                FramesPerSecond = Math.Round(one.FramesPerSecond, 2),
                Load = Math.Round(one.Load, 3),
                TransitMilliseconds = Milliseconds(one.Transit),
                AgeMedianMilliseconds = one.Age(0.5) is { } median ? Milliseconds(median) : (double?)null,
                Age95PercentMilliseconds = one.Age(0.95) is { } most ? Milliseconds(most) : (double?)null,
                AgeWorstMilliseconds = one.Age(1) is { } worst ? Milliseconds(worst) : (double?)null,
                one.Incomplete,
            }),
            Leases = leases.Select(one => new
            {
                one.Name,
                one.LeftBehind,
                GoneMilliseconds = one.Runs.Select(run => Milliseconds(run.Gone)),
                TakeoverMilliseconds = one.Runs.Select(run => Milliseconds(run.Takeover)),
                BothMilliseconds = one.Runs.Select(run => Milliseconds(run.Both)),
                one.Incomplete,
            }),
        };
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, JsonSerializer.Serialize(report, Indented));
    }

    public static void Print(IReadOnlyList<TimingSeries> series, TextWriter output)
    {
        if (series.Count == 0)
        {
            return;
        }

        output.WriteLine();
        output.WriteLine("What the client felt, reported and not judged:");
        output.WriteLine($"{"event",-24}{"interval",10}{"dead time",11}{"runs",6}{"median",10}{"worst",10}");
        foreach (var one in series)
        {
            output.WriteLine(
                $"{one.Name,-24}{Text(one.HeartbeatInterval),10}{Text(one.DeadTime),11}{one.Outages.Count,6}{Text(one.Median),10}{Text(one.Worst),10}");
        }

        output.WriteLine();
    }

    public static void Print(IReadOnlyList<LineSeries> series, TextWriter output)
    {
        if (series.Count == 0)
        {
            return;
        }

        output.WriteLine();
        output.WriteLine("The null-modem from node-a to node-b, one group, nothing happening; age of the newest frame that was heard, reported and not judged:");
        output.WriteLine($"{"baud",8}{"interval",10}{"frame",10}{"frames/s",10}{"load",7}{"transit",10}{"age median",12}{"age 95 %",10}{"age worst",11}");
        foreach (var one in series)
        {
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{one.BaudRate,8}{Text(one.HeartbeatInterval),10}{one.FrameBytes,4} bytes{one.FramesPerSecond,10:0.0}{one.Load,7:0 %}{Text(one.Transit),10}{Text(one.Age(0.5)),12}{Text(one.Age(0.95)),10}{Text(one.Age(1)),11}"));
        }

        output.WriteLine();
    }

    public static void Print(IReadOnlyList<LeaseSeries> series, TextWriter output)
    {
        if (series.Count == 0)
        {
            return;
        }

        output.WriteLine();
        output.WriteLine("kill -9 of the holder, from there until its kernel was without the address and the peer's had it, reported and not judged:");
        output.WriteLine($"{"profile, lease",-28}{"runs",6}{"left behind",13}{"gone",10}{"worst",10}{"takeover",10}{"both",10}{"worst",10}");
        foreach (var one in series)
        {
            output.WriteLine(
                $"{one.Name,-28}{one.Runs.Count + one.LeftBehind,6}{one.LeftBehind,13}{Text(one.Median(run => run.Gone)),10}{Text(one.Worst(run => run.Gone)),10}"
                + $"{Text(one.Median(run => run.Takeover)),10}{Text(one.Median(run => run.Both)),10}{Text(one.Worst(run => run.Both)),10}");
        }

        output.WriteLine();
    }

    private static double Milliseconds(TimeSpan time) => Math.Round(time.TotalMilliseconds, 1);

    private static string Text(TimeSpan? time) => time is { } some ? string.Create(CultureInfo.InvariantCulture, $"{some.TotalMilliseconds:0} ms") : "-";
}
