using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace HaCore.Bench.Lateness;

/// <summary>One node of the measured cluster, in a process of its own: a cluster without groups, so that only heartbeats are measured.</summary>
internal static class LoadedNode
{
    public const string CommandName = "node";

    public static async Task<int> RunAsync(string file, CancellationToken cancellationToken)
    {
        var settings = JsonSerializer.Deserialize(await File.ReadAllTextAsync(file, cancellationToken), BenchJson.Default.NodeSettings)!;
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddHaCluster("bench", ha =>
        {
            ha.AddNode("a").AddNode("b").UseLocalNode(settings.Node).UseKeyFile(settings.KeyFile).UseStateDirectory(settings.StateDirectory)
                .UseRealTime(settings.RealTime)
                .UseFencingPolicy(FencingPolicyKind.Wait)
                .UseTimes(times =>
                {
                    times.HeartbeatInterval = settings.Interval;
                    times.WarnTime = settings.DeadTime / 2;
                    times.DeadTime = settings.DeadTime;
                    times.InitialDeadTime = TimeSpan.FromSeconds(30);
                })
                .AddUdpTransport("lan", udp => (udp.PeerAddress, udp.LocalPort, udp.PeerPort) = ("127.0.0.1", settings.LocalPort, settings.PeerPort));
            if (settings.TapPort is { } tap)
            {
                ha.AddUdpTransport("tap", udp => (udp.PeerAddress, udp.LocalPort, udp.PeerPort) = ("127.0.0.1", settings.TapLocalPort, tap));
            }
        });
        using var host = builder.Build();
        var cluster = host.Services.GetRequiredService<IHaCluster>();
        await host.StartAsync(cancellationToken);
        await WaitForSessionAsync(cluster, cancellationToken);

        // From here on by lines on the standard streams: "ready", then the load until "end" is asked for, then the figures.
        Console.WriteLine("ready");
        var began = DateTimeOffset.UtcNow;
        using (new Load(settings.Load))
        {
            // On a thread of its own: in one of the loads the pool is blocked.
            new Thread(() => Console.In.ReadLine()) { IsBackground = true }.StartAndJoin();
        }

        var notices = await NoticesAsync(cluster, began);
        Console.WriteLine(JsonSerializer.Serialize(
            new NodeFigures(
                PauseMax(),
                notices.Count(notice => notice.Event == "LocalLate"),
                notices.Count(notice => notice.Event == "SessionEnded")),
            BenchJson.Default.NodeFigures));

        // Leaving ends the session of the other node: not before that one has given its figures.
        await Console.In.ReadLineAsync(cancellationToken);
        await host.StopAsync(CancellationToken.None);
        return 0;
    }

    private static async Task WaitForSessionAsync(IHaCluster cluster, CancellationToken cancellationToken)
    {
        await foreach (var snapshot in cluster.WatchAsync(cancellationToken))
        {
            if (snapshot.HasSession)
            {
                return;
            }
        }
    }

    private static async Task<List<ClusterNotice>> NoticesAsync(IHaCluster cluster, DateTimeOffset since)
    {
        var notices = new List<ClusterNotice>();
        using var enough = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        try
        {
            await foreach (var notice in cluster.ReadNoticesAsync(cancellationToken: enough.Token))
            {
                notices.Add(notice);
            }
        }
        catch (OperationCanceledException)
        {
            notices.RemoveAll(notice => notice.Time < since);
        }

        return notices;
    }

    private static TimeSpan PauseMax()
    {
        var longest = TimeSpan.Zero;
        foreach (var kind in (ReadOnlySpan<GCKind>)[GCKind.Ephemeral, GCKind.FullBlocking, GCKind.Background])
        {
            foreach (var pause in GC.GetGCMemoryInfo(kind).PauseDurations)
            {
                longest = pause > longest ? pause : longest;
            }
        }

        return longest;
    }

    private static void StartAndJoin(this Thread thread)
    {
        thread.Start();
        thread.Join();
    }
}

/// <param name="Node">"a" or "b".</param>
/// <param name="KeyFile">Full path.</param>
/// <param name="StateDirectory">Full path.</param>
/// <param name="Interval">Heartbeat interval.</param>
/// <param name="DeadTime">Dead time.</param>
/// <param name="LocalPort">Of the link to the other node, on 127.0.0.1.</param>
/// <param name="PeerPort">Of the other node.</param>
/// <param name="TapLocalPort">Local port of a second link, whose frames are timed.</param>
/// <param name="TapPort">Where they are timed; null for none.</param>
/// <param name="RealTime">Real-time heartbeat threads?</param>
/// <param name="Load">The load on this node.</param>
internal sealed record NodeSettings(
    string Node, string KeyFile, string StateDirectory, TimeSpan Interval, TimeSpan DeadTime, int LocalPort, int PeerPort, int TapLocalPort, int? TapPort,
    bool RealTime, LoadKind Load);

/// <param name="LastPauseMax">Longest pause of the last collection of each kind.</param>
/// <param name="Late">How often the engine found itself late and said so (rule L).</param>
/// <param name="SessionsEnded">How often the peer was lost.</param>
internal sealed record NodeFigures(TimeSpan LastPauseMax, int Late, int SessionsEnded);

[JsonSerializable(typeof(NodeSettings))]
[JsonSerializable(typeof(NodeFigures))]
internal sealed partial class BenchJson : JsonSerializerContext;
