using HaCore.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace HaCore.Tests.Configuration;

/// <summary>The pace of links whose line is slow, and what is too slow.</summary>
public sealed class SlowLineTests
{
    private const int FrameBytes = 100;   // of the engine's making; the tests below compare, they do not know the number

    [Fact]
    public void A_slow_line_is_at_most_half_loaded()
    {
        var engine = Make.Definition(ha => ha.Good().AddLine("null-modem", bytesPerSecond: 1000)).Engine;
        var (fast, slow) = (engine.Links[0], engine.Links[2]);

        Assert.Equal((TimeSpan.FromMilliseconds(200), TimeSpan.FromMilliseconds(20)), (fast.Interval, fast.MinGap));
        Assert.Equal(slow.Interval, slow.MinGap);
        Assert.InRange(slow.MinGap, 2 * LineOptions.TimeOf(FrameBytes, 1000), TimeSpan.FromSeconds(1));
    }

    [Fact]
    public void A_line_that_is_fast_enough_keeps_the_pace_of_the_cluster()
    {
        var engine = Make.Definition(ha => ha.Good().AddLine("null-modem", bytesPerSecond: 1_000_000)).Engine;

        Assert.Equal((engine.Links[0].Interval, engine.Links[0].MinGap), (engine.Links[2].Interval, engine.Links[2].MinGap));
    }

    [Fact]
    public void A_line_with_fewer_than_four_frames_in_the_dead_time_is_refused_with_the_arithmetic()
    {
        var error = Make.Error(ha => ha.Good().AddLine("null-modem", bytesPerSecond: 100));

        Assert.Matches(
            """^Link "null-modem": the largest frame of this cluster has \d+ bytes and takes [\d.]+ s at 100 bytes a second; at most half loaded, the line carries one every [\d.]+ s """ +
            """and so 0\.\d+ within DeadTime \(2 s / [\d.]+ s\) and must carry 4, or one lost frame ends the session when no other link is left: a faster line, or DeadTime at least [\d.]+ s\.$""",
            error);
    }

    [Fact]
    public void The_dead_time_that_the_refusal_names_is_accepted()
    {
        var error = Make.Error(ha => ha.Good().AddLine("null-modem", bytesPerSecond: 100));
        var named = TimeSpan.FromMilliseconds((long)(1000 * decimal.Parse(error[(error.LastIndexOf("least ", StringComparison.Ordinal) + 6)..^3], System.Globalization.CultureInfo.InvariantCulture)));

        Make.Definition(ha => ha.Good().AddLine("null-modem", bytesPerSecond: 100).UseTimes(times => times.DeadTime = named));
        Make.Error(ha => ha.Good().AddLine("null-modem", bytesPerSecond: 100).UseTimes(times => times.DeadTime = named - TimeSpan.FromMilliseconds(1)));
    }

    [Fact]
    public void A_line_whose_options_reckon_wrong_is_refused_with_everything_else_that_is_wrong()
    {
        var errors = Make.Errors(ha => ha.Good()
            .AddTransport<WrongTransport, WrongLineOptions>("backwards", options => options.Time = () => TimeSpan.FromSeconds(-1))
            .AddTransport<WrongTransport, WrongLineOptions>("endless", options => options.Time = () => TimeSpan.MaxValue)
            .AddTransport<WrongTransport, WrongLineOptions>("thrown", options => options.Time = () => throw new DivideByZeroException("no speed")));

        Assert.Equal(3, errors.Length);
        Assert.Contains("\"backwards\": its options say that a frame takes -1 s at two tins and a string: it must be zero or more", errors[0], StringComparison.Ordinal);
        Assert.StartsWith("Link \"endless\": how long a frame of ", errors[1], StringComparison.Ordinal);
        Assert.EndsWith(": no speed", errors[2], StringComparison.Ordinal);
    }

    [Fact]
    public void A_larger_cluster_slows_the_line_down()
    {
        var small = Make.Definition(ha => ha.Good().AddLine("null-modem", 1000).AddGroup("g", g => g.AddNote("n"))).Engine.Links[2];
        var large = Make.Definition(ha => ha.Good().AddLine("null-modem", 1000).AddGroup("g", g => g.AddNote("n").AddNote("m").AddNote("o"))).Engine.Links[2];

        Assert.True(large.Interval > small.Interval, $"{large.Interval} > {small.Interval}");
    }
}

internal sealed class LineOptions : ILinePace
{
    public int BytesPerSecond { get; set; } = 1000;

    public string Line => $"{BytesPerSecond} bytes a second";

    public TimeSpan LineTime(int frameBytes) => TimeOf(frameBytes, BytesPerSecond);

    public static TimeSpan TimeOf(int bytes, int bytesPerSecond) => TimeSpan.FromSeconds(bytes / (double)bytesPerSecond);
}

internal sealed class LineTransport(LineOptions options) : IHeartbeatTransport
{
    public LineOptions Options { get; } = options;

    public ValueTask<IHeartbeatLink> OpenAsync(HeartbeatLinkContext context, CancellationToken cancellationToken) => throw new HeartbeatLinkException("No line.");
}

internal sealed class WrongLineOptions : ILinePace
{
    public Func<TimeSpan> Time { get; set; } = static () => TimeSpan.Zero;

    public string Line => "two tins and a string";

    public TimeSpan LineTime(int frameBytes) => Time();
}

internal sealed class WrongTransport(WrongLineOptions options) : IHeartbeatTransport
{
    public ValueTask<IHeartbeatLink> OpenAsync(HeartbeatLinkContext context, CancellationToken cancellationToken) => throw new HeartbeatLinkException(options.Line);
}

internal static class LineExtensions
{
    public static IHaClusterBuilder AddLine(this IHaClusterBuilder cluster, string name, int bytesPerSecond) =>
        cluster.AddTransport<LineTransport, LineOptions>(name, options => options.BytesPerSecond = bytesPerSecond);
}
