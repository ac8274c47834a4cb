using System.Text.Json;
using HaCore.Control.Contract;
using HaCore.Control.Tests.Rig;
using Microsoft.Extensions.DependencyInjection;

namespace HaCore.Tool.Tests;

/// <summary>The one command that costs data when it is given by accident.</summary>
public sealed class ConfirmDownTests
{
    [Fact]
    public async Task A_peer_in_session_cannot_be_confirmed_down()
    {
        var pair = await SharedPair.GetAsync();

        var run = await ToolRun.RunAsync(pair.Alpha.SocketPath, "confirm-down", "beta", "--token", "1-1-0", "--yes");

        Assert.True(run.ExitCode == ExitCode.Refused && run.Error.Contains("it lives", StringComparison.Ordinal), run.ToString());
    }

    [Fact]
    public async Task Nothing_is_sent_before_the_operator_typed_the_name()
    {
        await using var nodes = await CutPairAsync();
        var socket = nodes.Alpha.SocketPath;

        var silent = await ToolRun.RunAsync(socket, "confirm-down", "beta");
        var sureOnly = await ToolRun.RunAsync(socket, "confirm-down", "beta", "--yes");
        var typo = await TypeAsync(socket, "alpha\n");
        var hangUp = await TypeAsync(socket, "");

        Assert.All([silent, sureOnly, typo, hangUp], run => Assert.True(run.ExitCode == ExitCode.NotConfirmed && run.Error.Contains("nothing was sent", StringComparison.Ordinal), run.ToString()));
        Assert.Empty(nodes.Alpha.Audit);

        var typed = await TypeAsync(socket, "beta\n");

        Assert.True(typed.ExitCode == ExitCode.Done, typed.ToString());
        Assert.Contains("beta: Unclean, silent for", typed.Output, StringComparison.Ordinal);
        Assert.Contains("link cable0: last heard", typed.Output, StringComparison.Ordinal);
        Assert.Contains("group web: it did not hold this", typed.Output, StringComparison.Ordinal);
        Assert.Single(nodes.Alpha.Audit);
    }

    [Fact]
    public async Task A_script_needs_the_token_and_yes()
    {
        await using var nodes = await CutPairAsync();
        var status = await ToolRun.RunAsync(nodes.Alpha.SocketPath, "status", "--json");
        var token = JsonSerializer.Deserialize(status.Output, ContractJson.Default.SnapshotDocument)!.Nodes[1].ConfirmDownToken!;

        var wrong = await ToolRun.RunAsync(nodes.Alpha.SocketPath, "confirm-down", "beta", "--token", "9-9-9", "--yes");
        var right = await ToolRun.RunAsync(nodes.Alpha.SocketPath, "confirm-down", "beta", "--token", token, "--yes");
        var again = await ToolRun.RunAsync(nodes.Alpha.SocketPath, "confirm-down", "beta", "--token", token, "--yes");

        Assert.Equal((ExitCode.Refused, ExitCode.Done, ExitCode.Refused), (wrong.ExitCode, right.ExitCode, again.ExitCode));
        Assert.Contains("nothing to confirm", again.Error, StringComparison.Ordinal);
    }

    private static async Task<DoorNodes> CutPairAsync()
    {
        var nodes = new DoorNodes();
        await nodes.Alpha.StartAsync(ha => ha.UseFencingPolicy(FencingPolicyKind.Wait));
        await nodes.Beta.StartAsync(ha => ha.UseFencingPolicy(FencingPolicyKind.Wait));
        await nodes.Alpha.WaitAsync(snapshot => snapshot is { HasSession: true, Groups: [{ Activity: GroupActivity.Active }] });
        nodes.CutAll(true);
        await nodes.Alpha.WaitAsync(snapshot => !snapshot.HasSession);
        return nodes;
    }

    private static Task<ToolRun> TypeAsync(string socket, string typed) => ToolRun.RunAsync(
        new ToolConsole { Out = new StringWriter(), Error = new StringWriter(), In = new StringReader(typed), IsInteractive = true }, "--socket", socket, "confirm-down", "beta");
}
