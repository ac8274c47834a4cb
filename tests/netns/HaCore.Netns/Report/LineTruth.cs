using HaCore.Netns.Cases;
using HaCore.Netns.Lab;

namespace HaCore.Netns.Report;

/// <summary>What one direction of the null-modem carried while nothing happened. Nothing in it can fail the suite.</summary>
/// <param name="BaudRate">Of the line.</param>
/// <param name="HeartbeatInterval">Of the cluster; a slow line has a pace of its own.</param>
/// <param name="FrameBytes">The longest frame with its framing, its two delimiters included.</param>
/// <param name="FramesPerSecond">Whole, at the other end.</param>
/// <param name="Load">Share of the time in which the wire was busy.</param>
/// <param name="Transit">From written to whole at the other end: median.</param>
/// <param name="Ages">Age of the newest frame that the peer has heard, looked at every millisecond: the times since it was written, in order.</param>
/// <param name="Incomplete">Why there is no figure; null when there is one.</param>
internal sealed record LineSeries(
    int BaudRate, TimeSpan HeartbeatInterval, int FrameBytes, double FramesPerSecond, double Load, TimeSpan Transit, IReadOnlyList<TimeSpan> Ages, string? Incomplete)
{
    public TimeSpan? Age(double share) => Ages.Count == 0 ? null : Ages[(int)(share * (Ages.Count - 1))];
}

/// <summary>The line's truth: how often and how fresh a node hears its peer over the null-modem, one group, alone on the machine.</summary>
internal static class LineTruth
{
    private const int Delimiters = 2;

    private static readonly TimeSpan LookedAtFor = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan SettledAfter = TimeSpan.FromSeconds(2);   // the frames of the start are over
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(1);

    private static readonly ClusterOptions Fast = new()
    {
        HeartbeatInterval = TimeSpan.FromMilliseconds(100),
        WarnTime = TimeSpan.FromMilliseconds(250),
        DeadTime = TimeSpan.FromSeconds(2),
        RealTime = true,
    };

    private static readonly ClusterOptions[] Rows =
    [
        new() { BaudRate = 19_200, RealTime = true },
        Fast with { BaudRate = 19_200 },
        Fast with { BaudRate = 115_200 },
    ];

    public static IReadOnlyList<LineSeries> Measure(RunSettings settings, TextWriter output) =>
        [.. Rows.Select((options, index) => Measure(settings, $"l{index}", options, output))];

    private static LineSeries Measure(RunSettings settings, string name, ClusterOptions options, TextWriter output)
    {
        try
        {
            using var lab = new TwoNodeLab(settings, name) { Options = options };
            var run = new CaseRun(lab);
            run.StartBoth();
            run.Stays("only node-a holds the address", () => run.OnlyHolder(Node.A), SettledAfter);
            var from = LabClock.Now;
            var before = lab.NullModem.CountersFrom((int)Node.A);
            run.Stays("only node-a holds the address", () => run.OnlyHolder(Node.A), LookedAtFor);
            var load = lab.NullModem.CountersFrom((int)Node.A).LoadSince(before);
            var frames = lab.Line.Delivered(Node.A, from);
            var seconds = (LabClock.Now - from).TotalSeconds;
            return new(
                options.BaudRate,
                options.HeartbeatInterval,
                frames.Max(frame => frame.Bytes.Length) + Delimiters,
                frames.Count / seconds,
                load,
                frames.Select(frame => frame.DeliveredAt!.Value - frame.WrittenAt).Order().ElementAt(frames.Count / 2),
                AgesOf(frames),
                Incomplete: null);
        }
        catch (CaseFailedException reason)
        {
            output.WriteLine($"line  {options.BaudRate} baud: {reason.Message}");
            return new(options.BaudRate, options.HeartbeatInterval, 0, 0, 0, TimeSpan.Zero, [], reason.Message);
        }
    }

    private static List<TimeSpan> AgesOf(IReadOnlyList<LineFrame> frames)
    {
        var ages = new List<TimeSpan>();
        for (var i = 0; i + 1 < frames.Count; i++)
        {
            for (var at = frames[i].DeliveredAt!.Value; at < frames[i + 1].DeliveredAt; at += Look)
            {
                ages.Add(at - frames[i].WrittenAt);
            }
        }

        ages.Sort();
        return ages;
    }
}
