using System.Text.Json;
using HaCore.Control.Contract;
using HaCore.Control.Tests.Rig;

namespace HaCore.Tool.Tests;

public sealed class StatusTests
{
    private const int Columns = 80;

    private static readonly Dictionary<string, SnapshotDocument> Samples = new()
    {
        ["good"] = SampleSnapshots.Good,
        ["peer-silent"] = SampleSnapshots.PeerSilent,
        ["maintenance"] = SampleSnapshots.Maintenance,
        ["long"] = SampleSnapshots.Long,
    };

    /// <summary>A difference is the review; HACORE_UPDATE_GOLDEN=1 rewrites the files in the source, and the blocks in docs/operating/hactl.md are theirs.</summary>
    [Theory]
    [InlineData("good", false)]
    [InlineData("good", true)]
    [InlineData("peer-silent", false)]
    [InlineData("peer-silent", true)]
    [InlineData("maintenance", false)]
    [InlineData("long", false)]
    public void Status_looks_like_this(string sample, bool hasColor)
    {
        var drawn = Draw(Samples[sample], hasColor);

        Golden.Check(sample + (hasColor ? ".color.txt" : ".txt"), drawn);
    }

    [Fact]
    public void Every_plain_line_fits_80_columns_and_carries_nothing_that_a_terminal_obeys() => Assert.All(
        Samples.Values.SelectMany(sample => Draw(sample, hasColor: false).Split('\n')),
        line => Assert.True(line.Length <= Columns && !line.EndsWith(' ') && !line.Any(char.IsControl), $"[{line}]"));

    [Fact]
    public async Task Status_of_a_running_pair_is_good_and_its_json_is_the_hosts()
    {
        var pair = await SharedPair.GetAsync();

        var run = await ToolRun.RunAsync(pair.Alpha.SocketPath, "status");
        var json = await ToolRun.RunAsync(pair.Alpha.SocketPath, "status", "--json");

        Assert.True(run.ExitCode == ExitCode.Done, run.ToString());
        Assert.Contains("Cluster pair, seen from alpha: good", run.Output, StringComparison.Ordinal);
        Assert.Contains("Group web: active on alpha", run.Output, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Done, json.ExitCode);
        Assert.Equal("pair", JsonSerializer.Deserialize(json.Output, ContractJson.Default.SnapshotDocument)!.Cluster);
    }

    [Fact]
    public async Task A_lost_peer_is_degraded_and_a_group_that_runs_nowhere_is_down()
    {
        await using var nodes = new DoorNodes();
        await nodes.Alpha.StartAsync();
        await nodes.Alpha.WaitAsync(snapshot => snapshot.Groups[0].Activity == GroupActivity.Active);

        Assert.Equal(ExitCode.Degraded, (await ToolRun.RunAsync(nodes.Alpha.SocketPath, "status")).ExitCode);
        Assert.Equal(ExitCode.Done, (await ToolRun.RunAsync(nodes.Alpha.SocketPath, "standby", "alpha", "--force")).ExitCode);
        await nodes.Alpha.WaitAsync(snapshot => snapshot.Groups[0].Activity == GroupActivity.Stopped);
        Assert.Equal(ExitCode.Down, (await ToolRun.RunAsync(nodes.Alpha.SocketPath, "status")).ExitCode);
    }

    [Fact]
    public async Task Watching_without_a_terminal_writes_a_block_for_each_change()
    {
        await using var nodes = new DoorNodes();
        await nodes.StartBothAsync();
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var output = new LineWaiter();
        var console = new ToolConsole { Out = output, Error = TextWriter.Null, In = TextReader.Null };
        var watching = CommandTree.RunAsync(["--socket", nodes.Alpha.SocketPath, "status", "--watch"], console, ended.Token);
        await output.WaitAsync("seen from alpha: good");

        await ToolRun.RunAsync(nodes.Alpha.SocketPath, "maintenance", "on");
        await output.WaitAsync("(maintenance)");
        await ended.CancelAsync();

        Assert.Equal(ExitCode.Degraded, await watching);   // what was seen last
        Assert.Contains("\n--- ", output.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("NO_COLOR", "1", false)]
    [InlineData("NO_COLOR", "", true)]
    [InlineData("TERM", "dumb", false)]
    public async Task Colours_are_for_terminals_that_want_them(string variable, string value, bool expected)
    {
        var pair = await SharedPair.GetAsync();
        var console = new ToolConsole { Out = new StringWriter(), Error = new StringWriter(), In = TextReader.Null, IsTerminal = true, Variable = name => name == variable ? value : null };

        var run = await ToolRun.RunAsync(console, "--socket", pair.Alpha.SocketPath, "status");

        Assert.Equal(expected, run.Output.Contains('\e', StringComparison.Ordinal));
    }

    private static string Draw(SnapshotDocument snapshot, bool hasColor) =>
        new ToolConsole { Out = TextWriter.Null, Error = TextWriter.Null, In = TextReader.Null }.Draw(hasColor, console => StatusView.Draw(console, snapshot));
}
