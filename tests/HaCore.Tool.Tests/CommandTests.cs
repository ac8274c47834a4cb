using HaCore.Control.Tests.Rig;
using Microsoft.Extensions.DependencyInjection;

namespace HaCore.Tool.Tests;

public sealed class CommandTests
{
    [Fact]
    public async Task Commands_say_what_happens_now_and_refusals_say_why()
    {
        await using var nodes = new DoorNodes();
        await nodes.StartBothAsync();
        var socket = nodes.Alpha.SocketPath;

        var moved = await ToolRun.RunAsync(socket, "move", "web", "beta");
        await nodes.Beta.WaitAsync(snapshot => snapshot.Groups[0].Activity == GroupActivity.Active);
        var home = await ToolRun.RunAsync(socket, "move", "web", "--auto");
        var standby = await ToolRun.RunAsync(socket, "standby", "beta");
        var online = await ToolRun.RunAsync(socket, "online", "beta");
        var cleared = await ToolRun.RunAsync(socket, "clear", "web");
        var notDiverged = await ToolRun.RunAsync(socket, "clear", "web", "--divergence", "--term", "1");
        var notDown = await ToolRun.RunAsync(socket, "take", "web", "--accept-data-loss");
        var on = await ToolRun.RunAsync(socket, "maintenance", "on");
        var frozen = await ToolRun.RunAsync(socket, "move", "web", "alpha");
        var off = await ToolRun.RunAsync(socket, "maintenance", "off");
        var nobody = await ToolRun.RunAsync(socket, "standby", "gamma");

        Assert.All([moved, home, standby, online, cleared, on, off], run => Assert.True(run is { ExitCode: ExitCode.Done, Error: "" } && run.Output.EndsWith('\n'), run.ToString()));
        Assert.All([notDiverged, notDown, frozen], run => Assert.True(run is { ExitCode: ExitCode.Refused, Output: "" } && run.Error.StartsWith("hactl: refused: ", StringComparison.Ordinal), run.ToString()));
        Assert.Equal((ExitCode.Usage, true), (nobody.ExitCode, nobody.Error.Contains("must be one of alpha, beta", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("move web", "move wants a NODE or --auto")]
    [InlineData("move web beta --auto", "move wants a NODE or --auto")]
    [InlineData("clear web --divergence", "go together")]
    [InlineData("clear web --term 3", "go together")]
    [InlineData("take web", "--accept-data-loss")]
    [InlineData("maintenance maybe", "maybe")]
    [InlineData("events --since yesterday", "must be a time")]
    public async Task What_is_not_understood_is_usage(string line, string expected)
    {
        var run = await ToolRun.RunAsync("/nowhere", line.Split(' '));

        Assert.True(run.ExitCode == ExitCode.Usage && run.Error.Contains(expected, StringComparison.Ordinal), run.ToString());
    }

    [Fact]
    public async Task Without_a_host_it_says_so_and_where_it_looked()
    {
        var missing = await ToolRun.RunAsync("/nowhere/control.sock", "status");
        var unknown = await ToolRun.RunAsync("/nowhere/control.sock", "fence-peer", "r0");

        Assert.True(missing.ExitCode == ExitCode.NotReachable && missing.Error.Contains("no host answers at /nowhere/control.sock: there is no such socket", StringComparison.Ordinal), missing.ToString());
        Assert.True(unknown.ExitCode == ExitCode.NotReachable && unknown.Error.Contains("fence-peer is no command of hactl itself", StringComparison.Ordinal), unknown.ToString());
    }

    [Fact]
    public async Task The_socket_comes_from_the_environment_when_the_line_does_not_say()
    {
        var pair = await SharedPair.GetAsync();
        var console = new ToolConsole { Out = new StringWriter(), Error = new StringWriter(), In = TextReader.Null, Variable = name => name == "HACORE_SOCKET" ? pair.Beta.SocketPath : null };

        var run = await ToolRun.RunAsync(console, "status");

        Assert.Contains("seen from beta", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Several_clusters_must_be_told_apart()
    {
        await using var nodes = new DoorNodes();
        await nodes.Alpha.StartAsync(services: services => services.AddHaCluster("other", ha => nodes.Alpha.Describe(ha, null)));

        var either = await ToolRun.RunAsync(nodes.Alpha.SocketPath, "status");
        var one = await ToolRun.RunAsync(nodes.Alpha.SocketPath, "status", "--cluster", "other", "--json");
        var none = await ToolRun.RunAsync(nodes.Alpha.SocketPath, "status", "--cluster", "third");

        Assert.True(either.ExitCode == ExitCode.Usage && either.Error.Contains("2 clusters (other, pair): say which with --cluster", StringComparison.Ordinal), either.ToString());
        Assert.Contains("\"cluster\": \"other\"", one.Output, StringComparison.Ordinal);
        Assert.True(none.ExitCode == ExitCode.Usage && none.Error.Contains("its clusters are: other, pair", StringComparison.Ordinal), none.ToString());
    }

    [Fact]
    public async Task The_hosts_own_commands_are_commands_of_the_tool()
    {
        await using var nodes = new DoorNodes();
        await nodes.Alpha.StartAsync(ha => ha.AddOperatorCommand<GreetCommand>());

        var run = await ToolRun.RunAsync(nodes.Alpha.SocketPath, "greet-node", "beta", "--times", "2", "--loud");
        var without = await ToolRun.RunAsync(nodes.Alpha.SocketPath, "greet-node");
        var help = await ToolRun.RunAsync(nodes.Alpha.SocketPath, "--help");
        var unknown = await ToolRun.RunAsync(nodes.Alpha.SocketPath, "greet-nobody");

        Assert.True(run.ExitCode == 7 && run.Output.StartsWith("hello beta\nhello beta\nloud: true, by ", StringComparison.Ordinal) && run.Output.EndsWith('\n'), run.ToString());
        Assert.Equal(ExitCode.Usage, without.ExitCode);
        Assert.Contains("greet-node", help.Output, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Usage, unknown.ExitCode);
    }

    [Fact]
    public async Task Keygen_needs_no_host_and_overwrites_nothing()
    {
        await using var nodes = new DoorNodes();
        var file = Path.Combine(nodes.Folder, "new.key");

        var first = await ToolRun.RunAsync("/nowhere", "keygen", file);
        var second = await ToolRun.RunAsync("/nowhere", "keygen", file);

        Assert.Equal((ExitCode.Done, ExitCode.Refused), (first.ExitCode, second.ExitCode));
        Assert.True(File.Exists(file));
    }
}
