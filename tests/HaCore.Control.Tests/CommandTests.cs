using System.Text.Json;
using HaCore.Control.Contract;
using HaCore.Control.Tests.Rig;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace HaCore.Control.Tests;

/// <summary>Every command over the socket: carried out, refused by the engine, not understood; and what the log says of each.</summary>
public sealed class CommandTests
{
    [Fact]
    public async Task The_daily_commands_are_carried_out_and_audited_with_who_sent_them()
    {
        await using var nodes = new DoorNodes();
        await nodes.StartBothAsync();
        using var door = new DoorClient(nodes.Alpha.SocketPath);

        await AcceptedAsync(door, "standby", """{"node":"beta"}""");
        await nodes.Beta.WaitAsync(snapshot => snapshot.Nodes[0].State == MemberState.Standby);
        await AcceptedAsync(door, "online", """{"node":"beta"}""");
        await nodes.Beta.WaitAsync(snapshot => snapshot.Nodes[0].State == MemberState.Online);
        await nodes.Alpha.WaitAsync(snapshot => snapshot.Nodes[1].State == MemberState.Online);
        await AcceptedAsync(door, "move", """{"group":"web","node":"beta"}""");
        await nodes.Beta.WaitAsync(snapshot => snapshot.Groups[0].Activity == GroupActivity.Active);
        await AcceptedAsync(door, "move", """{"group":"web","automatic":true}""");
        await AcceptedAsync(door, "clear", """{"group":"web"}""");
        await AcceptedAsync(door, "maintenance", """{"enabled":true}""");
        var refused = await RefusedAsync(door, "move", """{"group":"web","node":"alpha"}""");
        await AcceptedAsync(door, "maintenance", """{"enabled":false}""");

        Assert.Contains("maintenance", refused, StringComparison.Ordinal);
        var audit = nodes.Alpha.Audit;
        Assert.Equal(8, audit.Count);
        Assert.All(audit, record => Assert.Equal(DoorNodes.Cluster, record.GetStructuredStateValue("Cluster")));
        Assert.All(audit, record => Assert.Equal(Environment.ProcessId.ToString(System.Globalization.CultureInfo.InvariantCulture), record.GetStructuredStateValue("Pid")));
        Assert.Equal("node=beta", audit[0].GetStructuredStateValue("Arguments"));
        Assert.Equal(["standby", "online", "move", "move", "clear", "maintenance", "move", "maintenance"], audit.Select(record => record.GetStructuredStateValue("Command")));
        Assert.Equal("refused", audit[6].GetStructuredStateValue("Outcome"));
        Assert.Equal(LogLevel.Warning, audit[6].Level);
        Assert.Equal(LogLevel.Information, audit[0].Level);
        if (OperatingSystem.IsLinux())
        {
            Assert.Equal(Environment.UserName, audit[0].GetStructuredStateValue("User"));
        }
    }

    [Theory]
    [InlineData("standby", """{}""", "node (missing)")]
    [InlineData("standby", """{"node":"gamma"}""", "node (\"gamma\") must be one of alpha, beta")]
    [InlineData("standby", """{"node":"alpha","forced":true}""", "forced")]
    [InlineData("standby", """{"node":""", "must be a JSON object")]
    [InlineData("standby", "null", "must be a JSON object")]
    [InlineData("online", """{"node":7}""", "must be a JSON object")]
    [InlineData("move", """{"group":"web"}""", "automatic")]
    [InlineData("move", """{"group":"web","node":"beta","automatic":true}""", "left out")]
    [InlineData("move", """{"group":"mail","node":"beta"}""", "group (\"mail\") must be one of web")]
    [InlineData("maintenance", """{}""", "enabled (missing)")]
    [InlineData("clear", """{}""", "group (missing)")]
    [InlineData("clear-divergence", """{"group":"web"}""", "term (missing)")]
    [InlineData("confirm-down", """{"node":"beta"}""", "token (missing)")]
    [InlineData("take", """{"group":"web"}""", "acceptDataLoss (missing)")]
    [InlineData("take", """{"group":"web","acceptDataLoss":false}""", "acceptDataLoss (False)")]
    [InlineData("take", """{"group":"we\nb","acceptDataLoss":true}""", "group (\"we?b\")")]
    public async Task What_is_not_understood_is_told_in_full_and_audited(string command, string body, string expected)
    {
        var pair = await SharedPair.GetAsync();
        using var door = new DoorClient(pair.Alpha.SocketPath);

        var (status, answer) = await door.CommandAsync(DoorNodes.Cluster, command, body);

        Assert.Equal(400, status);
        Assert.False(answer.Accepted);
        Assert.Contains(expected, answer.Detail, StringComparison.Ordinal);
        Assert.Contains(pair.Alpha.Audit, record => record.GetStructuredStateValue("Outcome") == "invalid" && record.GetStructuredStateValue("Detail") == answer.Detail);
    }

    [Theory]
    [InlineData("clear-divergence", """{"group":"web","term":5}""", "not marked as diverged")]
    [InlineData("confirm-down", """{"node":"beta","token":"1-1-0"}""", "in session")]
    [InlineData("confirm-down", """{"node":"alpha","token":"1-1-0"}""", "only the peer")]
    [InlineData("take", """{"group":"web","acceptDataLoss":true}""", "not confirmed down")]
    public async Task What_the_engine_refuses_is_a_conflict_with_its_words(string command, string body, string expected)
    {
        var pair = await SharedPair.GetAsync();
        using var door = new DoorClient(pair.Alpha.SocketPath);

        Assert.Contains(expected, await RefusedAsync(door, command, body), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_form_is_no_command_and_neither_is_a_book()
    {
        var pair = await SharedPair.GetAsync();
        using var door = new DoorClient(pair.Alpha.SocketPath);

        var form = await door.PostAsync("/clusters/pair/standby", "node=alpha", "application/x-www-form-urlencoded");
        var book = await door.PostAsync("/clusters/pair/standby", $$"""{"node":"{{new string('a', 70_000)}}"}""");
        var elsewhere = await door.PostAsync("/clusters/other/standby", """{"node":"alpha"}""");

        Assert.Equal((400, 400, 404), (form.Status, book.Status, elsewhere.Status));
        Assert.Contains("application/json", form.Body, StringComparison.Ordinal);
        Assert.Contains("65536", book.Body, StringComparison.Ordinal);
        Assert.Contains("its clusters are: pair", elsewhere.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_silent_peer_is_confirmed_down_with_the_token_that_was_shown_and_its_group_can_be_taken()
    {
        await using var nodes = new DoorNodes();
        await nodes.Alpha.StartAsync(ha => ha.UseFencingPolicy(FencingPolicyKind.Wait));
        await nodes.Beta.StartAsync(ha => ha.UseFencingPolicy(FencingPolicyKind.Wait));
        await nodes.Alpha.WaitAsync(snapshot => snapshot is { HasSession: true, Groups: [{ Activity: GroupActivity.Active }] });
        using var door = new DoorClient(nodes.Alpha.SocketPath);
        nodes.CutAll(true);
        await nodes.Alpha.WaitAsync(snapshot => !snapshot.HasSession);

        var snapshot = await door.GetAsync("/clusters/pair", ContractJson.Default.SnapshotDocument);
        var wrong = await RefusedAsync(door, "confirm-down", """{"node":"beta","token":"1-2-3"}""");
        var early = await RefusedAsync(door, "take", """{"group":"web","acceptDataLoss":true}""");
        await AcceptedAsync(door, "confirm-down", JsonSerializer.Serialize(new ConfirmDownRequest("beta", snapshot.Nodes[1].ConfirmDownToken), ContractJson.Default.ConfirmDownRequest));
        await AcceptedAsync(door, "take", """{"group":"web","acceptDataLoss":true}""");

        Assert.Contains(snapshot.Nodes[1].ConfirmDownToken!, wrong, StringComparison.Ordinal);
        Assert.Contains("not confirmed down", early, StringComparison.Ordinal);
        Assert.Equal("degraded", snapshot.Health);
    }

    [Fact]
    public async Task A_divergence_is_cleared_with_its_term_only()
    {
        await using var nodes = new DoorNodes();
        await nodes.StartBothAsync();
        nodes.CutAll(true);
        await nodes.Beta.WaitAsync(snapshot => snapshot.Groups[0].Activity == GroupActivity.Active);
        nodes.CutAll(false);
        var diverged = await nodes.Alpha.WaitAsync(snapshot => snapshot is { HasSession: true, Groups: [{ Diverged: true, Term: > 0 }] });
        using var door = new DoorClient(nodes.Alpha.SocketPath);

        var wrong = await RefusedAsync(door, "clear-divergence", """{"group":"web","term":999}""");
        var shown = await door.GetAsync("/clusters/pair", ContractJson.Default.SnapshotDocument);
        await AcceptedAsync(door, "clear-divergence", JsonSerializer.Serialize(new ClearDivergenceRequest("web", shown.Groups[0].Term), ContractJson.Default.ClearDivergenceRequest));

        Assert.Contains("look again", wrong, StringComparison.Ordinal);
        Assert.Equal(SnapshotHealth.Down, shown.Health);
        Assert.True(diverged.Groups[0].Diverged);
    }

    private static async Task AcceptedAsync(DoorClient door, string command, string body)
    {
        var (status, answer) = await door.CommandAsync(DoorNodes.Cluster, command, body);
        Assert.True(status == 200 && answer.Accepted, $"{command} {body}: {status} {answer.Detail}");
        Assert.NotEmpty(answer.Detail);
    }

    private static async Task<string> RefusedAsync(DoorClient door, string command, string body)
    {
        var (status, answer) = await door.CommandAsync(DoorNodes.Cluster, command, body);
        Assert.True(status == 409 && !answer.Accepted, $"{command} {body}: {status} {answer.Detail}");
        return answer.Detail;
    }
}
