using System.Net.ServerSentEvents;
using System.Text.Json;
using HaCore.Control.Contract;
using HaCore.Control.Tests.Rig;

namespace HaCore.Control.Tests;

public sealed class NoticeStreamTests
{
    [Fact]
    public async Task The_stream_goes_on_over_a_restart_without_loss_or_repetition()
    {
        await using var nodes = new DoorNodes();
        await nodes.Alpha.StartAsync();
        await nodes.Alpha.WaitAsync(snapshot => snapshot.Groups[0].Activity == GroupActivity.Active);
        var reading = ReadAsync(nodes.Alpha.SocketPath, null);

        await nodes.Alpha.StopAsync();
        var before = await reading;   // ends by itself, after the last notice: the door closes after the cluster has left
        await nodes.Alpha.DisposeAsync();
        await nodes.Alpha.StartAsync();
        await nodes.Alpha.WaitAsync(snapshot => snapshot.Groups[0].Activity == GroupActivity.Active);
        var second = ReadAsync(nodes.Alpha.SocketPath, before[^1].Id);
        await nodes.Alpha.StopAsync();
        var after = await second;

        Assert.Contains(before, item => item.Notice.Event == "Exited");
        Assert.All(before, item => Assert.Equal(1, item.Notice.Incarnation));
        Assert.All(after, item => Assert.Equal(2, item.Notice.Incarnation));
        Assert.Equal(Enumerable.Range(1, before.Count).Select(i => (long)i), before.Select(item => item.Notice.Sequence));
        Assert.Equal(Enumerable.Range(1, after.Count).Select(i => (long)i), after.Select(item => item.Notice.Sequence));
        Assert.All(after, item => Assert.Equal($"2-{item.Notice.Sequence}", item.Id));
    }

    [Fact]
    public async Task A_reader_that_comes_back_gets_what_it_has_not_seen()
    {
        var pair = await SharedPair.GetAsync();
        var all = await ReadAsync(pair.Alpha.SocketPath, null, "?follow=false");

        var rest = await ReadAsync(pair.Alpha.SocketPath, all[2].Id, "?follow=false");
        var byAddress = await ReadAsync(pair.Alpha.SocketPath, null, $"?follow=false&after={all[2].Id}");

        Assert.Equal(all.Skip(3).Select(item => item.Id), rest.Take(all.Count - 3).Select(item => item.Id));
        Assert.Equal(rest.Select(item => item.Id), byAddress.Take(rest.Count).Select(item => item.Id));
    }

    [Fact]
    public async Task A_position_that_is_none_is_refused()
    {
        var pair = await SharedPair.GetAsync();
        using var door = new DoorClient(pair.Alpha.SocketPath);

        using var response = await door.OpenAsync("/clusters/pair/notices", "yesterday");

        Assert.Equal(400, (int)response.StatusCode);
        Assert.Contains("yesterday", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Snapshots_come_at_each_change_and_as_often_as_asked()
    {
        var pair = await SharedPair.GetAsync();
        using var door = new DoorClient(pair.Alpha.SocketPath);
        using var response = await door.OpenAsync("/clusters/pair/snapshots?every=0.5");
        await using var stream = await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken);
        var snapshots = new List<SnapshotDocument>();

        await foreach (var item in SseParser.Create(stream).EnumerateAsync(TestContext.Current.CancellationToken))
        {
            Assert.Equal(ControlPaths.SnapshotEvent, item.EventType);
            snapshots.Add(JsonSerializer.Deserialize(item.Data, ContractJson.Default.SnapshotDocument)!);
            if (snapshots.Count == 3)
            {
                break;
            }
        }

        Assert.True(snapshots[2].EngineSteps > snapshots[0].EngineSteps);
        using var bad = await door.OpenAsync("/clusters/pair/snapshots?every=0.01");
        Assert.Equal(400, (int)bad.StatusCode);
    }

    [Fact]
    public void A_position_covers_what_came_before_it()
    {
        Assert.True(NoticePosition.TryParse("3-17", out var position));
        Assert.Equal("3-17", position.ToString());
        Assert.True(position.Covers(new NoticePosition(3, 17)));
        Assert.True(position.Covers(new NoticePosition(2, 900)));
        Assert.False(position.Covers(new NoticePosition(3, 18)));
        Assert.False(position.Covers(new NoticePosition(4, 1)));
        Assert.All(["", "3", "-3", "3-", "x-1", "1-x", "1--1", "+1-1"], text => Assert.False(NoticePosition.TryParse(text, out _), text));
    }

    private static async Task<IReadOnlyList<(string? Id, NoticeDocument Notice)>> ReadAsync(string socketPath, string? lastEventId, string query = "")
    {
        using var door = new DoorClient(socketPath);
        using var response = await door.OpenAsync($"/clusters/{DoorNodes.Cluster}/notices{query}", lastEventId);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType!.MediaType);
        await using var stream = await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken);
        var items = new List<(string?, NoticeDocument)>();
        await foreach (var item in SseParser.Create(stream).EnumerateAsync(TestContext.Current.CancellationToken))
        {
            Assert.Equal(ControlPaths.NoticeEvent, item.EventType);
            items.Add((item.EventId, JsonSerializer.Deserialize(item.Data, ContractJson.Default.NoticeDocument)!));
        }

        return items;
    }
}
