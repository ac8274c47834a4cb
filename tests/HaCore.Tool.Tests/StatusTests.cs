using HaCore.Control.Tests.Rig;

namespace HaCore.Tool.Tests;

public sealed class StatusTests
{
    [Fact]
    public async Task Status_of_a_running_pair_is_good_and_fits_80_columns()
    {
        await using var nodes = new DoorNodes();
        await nodes.StartBothAsync();

        var run = await ToolRun.RunAsync(nodes.Alpha.SocketPath, "status");

        Assert.True(run.ExitCode == ExitCode.Done, run.ToString());
        Assert.Contains("Cluster pair, seen from alpha: good", run.Output, StringComparison.Ordinal);
        Assert.Contains("Group web: active on alpha", run.Output, StringComparison.Ordinal);
        Assert.All(run.Output.Split('\n'), line => Assert.True(line.Length <= 80 && !line.EndsWith(' '), $"[{line}]"));
        TestContext.Current.TestOutputHelper?.WriteLine(run.Output);
    }
}
