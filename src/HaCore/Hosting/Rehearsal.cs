using HaCore.Configuration;
using HaCore.Engine;
using HaCore.Wire;
using Microsoft.Extensions.Logging.Abstractions;

namespace HaCore.Hosting;

/// <summary>
/// Runs a whole hand-over once, in memory, before the cluster starts: two machines, real frames, an agent that does nothing. A standby may wait for
/// months before it runs that code for the first time, and compiling it then took 50 ms of the 110 ms that its clients were without service.
/// Nothing of it leaves this class; under ahead-of-time compilation it costs some microseconds.
/// </summary>
internal static class Rehearsal
{
    private const int StepsMax = 400; // a rehearsal takes about 60; it is a warm-up, not a test, so it just ends here

    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(10);

    public static async Task RunAsync(KeyRing keys, TimeProvider timeProvider)
    {
        HandOver(keys);
        await OperateAsync(timeProvider).ConfigureAwait(false);
    }

    private static void HandOver(KeyRing keys)
    {
        using var first = new Actor("a", "b", keys);
        using var second = new Actor("b", "a", keys);
        var now = default(Instant);
        for (var step = 0; step < StepsMax && !second.HasTakenOver; step++)
        {
            now += Pace;
            first.Step(now, second);
            second.Step(now, first);
            if (first.IsActive && second.IsReady)
            {
                first.Post(ClusterEvent.Leave.Instance);
            }
        }
    }

    /// <summary>The pipelines of an operation: timeout, retry, the guard around the agent.</summary>
    private static async Task OperateAsync(TimeProvider timeProvider)
    {
        var settings = new OperationSettings(TimeSpan.FromSeconds(10), Retries: 1, TimeSpan.FromMilliseconds(1));
        var agent = new IdleAgent();
        var definition = new ResourceDefinition { CreateAgent = _ => agent, Probe = settings, Prepare = settings, Start = settings, Stop = settings };
        var place = new ResourcePlace("rehearsal", new NodeId("a"), new NodeId("b"), new GroupId("group"), new ResourceId("resource"), 0, 0, 0, definition, Pace);
        var queue = new EventQueue(new EngineClock(timeProvider), links: 1, resources: 1);
        var runner = new ResourceRunner(place, agent, queue, timeProvider, telemetry: null, NullLogger.Instance);
        long operation = 0;
        OperationKind[] kinds = [OperationKind.Probe, OperationKind.Start, OperationKind.Stop];
        foreach (var kind in kinds)
        {
            runner.Begin(Operation(++operation, kind));
            await runner.Ended.ConfigureAwait(false);
        }

        queue.Close();
    }

    private static Decision.Operate Operation(long operation, OperationKind kind) => new()
    {
        Operation = operation,
        Kind = kind,
        Group = 0,
        Resource = 0,
        Term = 0,
        Reason = OperationReason.Bootstrap,
        PeerStatus = PeerStatus.Alive,
    };

    private sealed class IdleAgent : IResourceAgent
    {
        public ValueTask<ProbeResult> ProbeAsync(OperationContext context, CancellationToken cancellationToken) => ValueTask.FromResult(ProbeResult.Stopped);

        public ValueTask<OperationResult> StartAsync(OperationContext context, CancellationToken cancellationToken) => ValueTask.FromResult(OperationResult.Succeeded);

        public ValueTask<OperationResult> StopAsync(OperationContext context, CancellationToken cancellationToken) => ValueTask.FromResult(OperationResult.Succeeded);
    }

    /// <summary>One machine whose disk and agents answer at once.</summary>
    private sealed class Actor : IDisposable
    {
        private const ulong ClusterHash = 0x72656865617273; // any number: nobody else hears it

        private readonly ClusterMachine _machine;
        private readonly FrameCodec _codec;
        private readonly Queue<ClusterEvent> _inbox = new();
        private readonly List<Decision> _decisions = [];
        private readonly byte[] _buffer = new byte[FrameCodec.MaxBytes([1])];
        private ResourceState _resource = ResourceState.Stopped;

        public Actor(string local, string peer, KeyRing keys)
        {
            var configuration = new EngineConfiguration
            {
                Cluster = "rehearsal",
                LocalNode = new NodeId(local),
                Peer = new NodeId(peer),
                ClusterHash = ClusterHash,
                ClusterDigest = 1,
                Times = new EngineTimes
                {
                    HeartbeatInterval = TimeSpan.FromMilliseconds(100),
                    WarnTime = TimeSpan.FromMilliseconds(500),
                    DeadTime = TimeSpan.FromSeconds(1),
                    InitialDeadTime = TimeSpan.FromSeconds(1),
                },
                Links = [new LinkConfiguration(new LinkId("link"), TimeSpan.FromMilliseconds(100), TimeSpan.FromMilliseconds(1))],
                Groups =
                [
                    new GroupConfiguration
                    {
                        Name = new GroupId("group"),
                        Hash = 2,
                        Digest = 3,
                        Resources = [new ResourceConfiguration { Name = new ResourceId("resource"), Type = "Idle" }],
                    },
                ],
                FencingPolicy = new WaitPolicy(),
            };
            _machine = new ClusterMachine(configuration, new PersistentState { Incarnation = 1, Groups = [] }, nonce: local[0], bootId: "rehearsal");
            _codec = new FrameCodec(keys, ClusterHash, configuration.LocalIsFirst);
            _inbox.Enqueue(new ClusterEvent.LinkChanged(0, isOpen: true, null));
        }

        public bool IsActive => _machine.Snapshot.Groups[0].Activity == GroupActivity.Active;

        public bool IsReady => _machine.Snapshot is { HasSession: true } snapshot && snapshot.Nodes[0].State == MemberState.Online && snapshot.Groups[0].PeerHold == HoldState.Held;

        public bool HasTakenOver => IsActive;

        public void Post(ClusterEvent input) => _inbox.Enqueue(input);

        public void Step(Instant now, Actor peer)
        {
            do
            {
                _decisions.Clear();
                _machine.Step(now, _inbox.TryDequeue(out var input) ? input : ClusterEvent.Tick.Instance, _decisions);
                foreach (var decision in _decisions)
                {
                    Execute(decision, peer);
                }
            }
            while (_inbox.Count > 0);
        }

        public void Dispose() => _codec.Dispose();

        private void Execute(Decision decision, Actor peer)
        {
            switch (decision)
            {
                case Decision.Send send:
                    peer.Hear(_buffer.AsSpan(0, _codec.Encode(send.Frame, _buffer)));
                    break;
                case Decision.Persist persist:
                    Post(new ClusterEvent.Persisted(persist.Write, null));
                    break;
                case Decision.Operate operate:
                    _resource = operate.Kind switch
                    {
                        OperationKind.Start => ResourceState.Running,
                        OperationKind.Stop => ResourceState.Stopped,
                        OperationKind.Probe or OperationKind.Prepare or OperationKind.Unknown => _resource,
                    };
                    Post(new ClusterEvent.OperationCompleted(operate.Operation, OperationResult.Succeeded, _resource == ResourceState.Running ? ProbeResult.Running : ProbeResult.Stopped));
                    break;
                default:
                    break; // notices and the end: nobody listens to a rehearsal
            }
        }

        private void Hear(ReadOnlySpan<byte> bytes)
        {
            var received = new ClusterEvent.FrameReceived { Link = 0 };
            if (_codec.Decode(bytes, received.Frame) == FrameVerdict.Accepted)
            {
                Post(received);
            }
        }
    }
}
