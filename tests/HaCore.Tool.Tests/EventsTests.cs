using System.Text.Json;
using HaCore.Control.Contract;
using HaCore.Control.Tests.Rig;

namespace HaCore.Tool.Tests;

public sealed class EventsTests
{
    [Fact]
    public async Task Events_follow_over_a_restart_of_the_host_and_say_so()
    {
        await using var nodes = new DoorNodes();
        await nodes.Alpha.StartAsync();
        await nodes.Alpha.WaitAsync(snapshot => snapshot.Groups[0].Activity == GroupActivity.Active);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var (output, error) = (new LineWaiter(), new LineWaiter());
        var console = new ToolConsole { Out = output, Error = error, In = TextReader.Null };
        var following = CommandTree.RunAsync(["--socket", nodes.Alpha.SocketPath, "events", "--follow", "--json", "--all"], console, ended.Token);
        await output.WaitAsync("GroupActive");

        await nodes.Alpha.StopAsync();
        await error.WaitAsync("the host has ended; waiting");
        await nodes.Alpha.DisposeAsync();
        await nodes.Alpha.StartAsync();
        await error.WaitAsync("connected again");
        await nodes.Alpha.WaitAsync(snapshot => snapshot.Groups[0].Activity == GroupActivity.Active);
        await output.WaitAsync("\"incarnation\":2,\"sequence\":5,");
        await ended.CancelAsync();

        Assert.Equal(ExitCode.Interrupted, await following);
        var notices = output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonSerializer.Deserialize(line, ContractJson.Default.NoticeDocument)!)
            .ToList();
        foreach (var start in notices.GroupBy(notice => notice.Incarnation))
        {
            Assert.Equal(Enumerable.Range(1, start.Count()).Select(i => (long)i), start.Select(notice => notice.Sequence));
        }

        Assert.Equal([1, 2], notices.Select(notice => notice.Incarnation).Distinct());
        Assert.Contains(notices, notice => notice is { Incarnation: 1, Event: "Exited" });
    }

    [Fact]
    public async Task Without_a_terminal_what_is_kept_is_printed_and_that_is_all()
    {
        var pair = await SharedPair.GetAsync();

        var kept = await ToolRun.RunAsync(pair.Alpha.SocketPath, "events");
        var future = await ToolRun.RunAsync(pair.Alpha.SocketPath, "events", "--since", "2999-01-01");
        var recent = await ToolRun.RunAsync(pair.Alpha.SocketPath, "events", "--since", "1h");
        var all = await ToolRun.RunAsync(pair.Alpha.SocketPath, "events", "--all");

        Assert.True(kept.ExitCode == ExitCode.Done && kept.Output.Contains(" info    NodeOnline alpha: ", StringComparison.Ordinal), kept.ToString());
        Assert.Equal((ExitCode.Done, ""), (future.ExitCode, future.Output));
        Assert.Equal(kept.Output, recent.Output);
        Assert.True(all.Output.Length > kept.Output.Length);
        Assert.DoesNotContain('\e', kept.Output);
    }
}
