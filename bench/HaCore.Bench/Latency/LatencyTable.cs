using System.Diagnostics;
using System.Globalization;
using HaCore.Bench.Lateness;
using HaCore.Bench.Micro;
using HaCore.Configuration;
using HaCore.Engine;
using HaCore.Hosting;
using HaCore.Transports;
using HaCore.Wire;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace HaCore.Bench.Latency;

/// <summary>
/// From a frame that arrives at this computer to the engine that takes it: the real link, its receive thread, the codec and the queue; a thread in the engine's place.
/// </summary>
internal static class LatencyTable
{
    private const int Frames = 1000;
    private const int PauseMillisecondsMax = 10;   // between frames, at random: the threads sleep as they do between heartbeats

    public static async Task<int> RunAsync()
    {
        Console.WriteLine($"{Frames} frames for each row, {Environment.ProcessorCount} cores.");
        Console.WriteLine();
        Console.WriteLine("| link | load | real-time threads | p50 µs | p99 µs | max µs |");
        Console.WriteLine("|---|---|---|---|---|---|");
        foreach (var isSerial in new[] { false, true })
        {
            foreach (var busyCores in new[] { 0, Environment.ProcessorCount })
            {
                foreach (var realTime in new[] { false, true })
                {
                    await using var busy = new BusyCores(busyCores);
                    using IFrameSource source = isSerial ? new SerialSource() : new UdpSource();
                    var micros = Measure(source, realTime);
                    micros.Sort();
                    Console.WriteLine(string.Create(
                        CultureInfo.InvariantCulture,
                        $"| {source.Name} | {(busyCores == 0 ? "idle" : "busy cores")} | {(realTime ? "yes" : "no")} | {micros[Frames / 2]:0} | {micros[Frames * 99 / 100]:0} | {micros[^1]:0} |"));
                }
            }
        }

        return 0;
    }

    private static List<double> Measure(IFrameSource source, bool realTime)
    {
        using var services = CreateServices(source);
        using var stopping = new CancellationTokenSource();
        var definition = ClusterDefinitionFactory.Create(services, "bench");
        var clock = new EngineClock(TimeProvider.System);
        var queue = new EventQueue(clock, links: 1, resources: 0);
        var notices = new NoticeWriter("bench", NullLogger.Instance);
        var keys = new KeyRing([new KeyRing.Key(1, new byte[KeyRing.KeyBytesMin])]);
        Action prepare = realTime ? static () => RealTime.RaiseThread() : static () => { };
        var runner = new LinkRunner(
            0, definition.Transports[0](services), Context(), LinksOf(clock, queue, notices, keys, prepare, stopping.Token), new LinkStatistics());
        using var taker = new Taker(queue, prepare);
        notices.Start();
        runner.Start();
        taker.WaitForOpen();
        var micros = Send(source, keys, taker);
        taker.End();
        runner.StopSending(flush: false);
        runner.StopReceiving();
        stopping.Cancel();
        runner.Ended.Wait(TimeSpan.FromSeconds(5));
        notices.Stop();
        return micros;
    }

    private static List<double> Send(IFrameSource source, KeyRing keys, Taker taker)
    {
        using var codec = new FrameCodec(keys, ClusterHash, localIsFirst: false);
        var frame = EnginePair.SampleFrame();
        var bytes = new byte[512];
        var random = new Random(1);
        var micros = new List<double>(Frames);
        for (var i = 0; i < Frames; i++)
        {
            frame.Sequence++;
            var length = codec.Encode(frame, bytes);
            Thread.Sleep(random.Next(PauseMillisecondsMax) + 1);
            var sent = Stopwatch.GetTimestamp();
            source.Send(bytes.AsSpan(0, length));
            micros.Add(Stopwatch.GetElapsedTime(sent, taker.WaitForFrame()).TotalMicroseconds);
        }

        return micros;
    }

    private const ulong ClusterHash = 1;

    private static HeartbeatLinkContext Context() => new()
    {
        Cluster = "bench",
        Link = new LinkId("link"),
        LocalNode = new NodeId("a"),
        Peer = new NodeId("b"),
        FrameBytesMax = 512,
        TimeProvider = TimeProvider.System,
        LoggerFactory = NullLoggerFactory.Instance,
    };

    private static LinkEnvironment LinksOf(
        EngineClock clock, EventQueue queue, NoticeWriter notices, KeyRing keys, Action prepare, CancellationToken stopping) => new()
        {
            Clock = clock,
            Queue = queue,
            Notices = notices,
            CreateCodec = () => new FrameCodec(keys, ClusterHash, localIsFirst: true),
            FrameBytesMax = 512,
            HeartbeatInterval = TimeSpan.FromMilliseconds(100),
            PrepareThread = prepare,
            Stopping = stopping,
            Identity = new OwnIdentity(1, 1),
        };

    private static ServiceProvider CreateServices(IFrameSource source)
    {
        var services = new ServiceCollection();
        services.AddHaCluster("bench", ha =>
        {
            ha.AddNode("a").AddNode("b").UseLocalNode("a").UseKeyFile("/not-read").UseFencingPolicy(FencingPolicyKind.Wait);
            source.AddLink(ha);
        });
        return services.BuildServiceProvider();
    }
}
