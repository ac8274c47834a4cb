using HaCore.Engine;
using HaCore.Testing.Simulation;
using HaCore.Wire;

namespace HaCore.Bench.Micro;

/// <summary>Two engines joined by two perfect links in memory, whose agents and disks answer at once. Brought to the steady state by the constructor.</summary>
internal sealed class EnginePair
{
    /// <summary>Per heartbeat interval: two deadlines and four frames received (two links, both ways).</summary>
    public const int StepsPerInterval = 6;

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);
    private readonly Side[] _sides;
    private Instant _now;

    public EnginePair()
    {
        _sides = [new Side("a", "b"), new Side("b", "a")];
        Advance(TimeSpan.FromMinutes(1));
        var groups = _sides.Select(side => side.Machine.Snapshot.Groups[0]).ToList();
        if (groups[0].Activity != GroupActivity.Active || groups[1].Activity != GroupActivity.Stopped)
        {
            throw new InvalidOperationException($"The pair did not settle: {groups[0].Activity} and {groups[1].Activity}.");
        }
    }

    public long AdvanceInterval()
    {
        Advance(Interval);
        return _now.Ticks;
    }

    /// <summary>A frame of the steady state of a cluster of one group with one resource.</summary>
    public static Frame SampleFrame() => new EnginePair()._sides[0].LastSent;

    private void Advance(TimeSpan time)
    {
        var end = _now + time;
        while (true)
        {
            var side = _sides[0].Next <= _sides[1].Next ? _sides[0] : _sides[1];
            if (side.Next > end)
            {
                break;
            }

            _now = Instant.Max(_now, side.Next);
            Step(side, side.Take());
        }

        _now = end;
    }

    private void Step(Side side, ClusterEvent input)
    {
        side.Decisions.Clear();
        side.Machine.Step(_now, input, side.Decisions);
        foreach (var decision in side.Decisions)
        {
            if (decision is Decision.Send send)
            {
                FrameCopy.Copy(send.Frame, side.LastSent);
                Deliver(side == _sides[0] ? _sides[1] : _sides[0], side.LastSent, send.Links);
            }
            else
            {
                side.Answer(decision, _now);
            }
        }
    }

    private static void Deliver(Side receiver, Frame frame, uint links)
    {
        for (var link = 0; link < receiver.Carriers.Length; link++)
        {
            if ((links & (1u << link)) != 0)
            {
                FrameCopy.Copy(frame, receiver.Carriers[link].Frame);
                receiver.Waiting.Enqueue(receiver.Carriers[link]);
            }
        }
    }

    private sealed class Side
    {
        private bool _running;

        public Side(string name, string peer)
        {
            var configuration = new EngineConfiguration
            {
                Cluster = "bench",
                LocalNode = new NodeId(name),
                Peer = new NodeId(peer),
                ClusterHash = 1,
                ClusterDigest = 2,
                Times = new EngineTimes
                {
                    HeartbeatInterval = Interval,
                    WarnTime = TimeSpan.FromMilliseconds(250),
                    DeadTime = TimeSpan.FromMilliseconds(500),
                    InitialDeadTime = TimeSpan.FromSeconds(10),
                },
                Links = [new LinkConfiguration(new LinkId("lan"), Interval, Interval / 10), new LinkConfiguration(new LinkId("crossover"), Interval, Interval / 10)],
                Groups =
                [
                    new GroupConfiguration
                    {
                        Name = new GroupId("web"),
                        Hash = 3,
                        Digest = 4,
                        PreferredNode = new NodeId("a"),
                        Failback = FailbackPolicy.WhenReady,
                        Resources = [new ResourceConfiguration { Name = new ResourceId("service"), Type = "Bench", ProbeInterval = TimeSpan.FromDays(1) }],
                    },
                ],
                FencingPolicy = new WaitPolicy(),
            };
            Machine = new ClusterMachine(configuration, new PersistentState { Incarnation = 1, Groups = [] }, nonce: name[0], bootId: name);
            Carriers = [new ClusterEvent.FrameReceived { Link = 0 }, new ClusterEvent.FrameReceived { Link = 1 }];
            Waiting.Enqueue(new ClusterEvent.LinkChanged(0, true, null));
            Waiting.Enqueue(new ClusterEvent.LinkChanged(1, true, null));
        }

        public ClusterMachine Machine { get; }

        public List<Decision> Decisions { get; } = [];

        public Queue<ClusterEvent> Waiting { get; } = new();

        public ClusterEvent.FrameReceived[] Carriers { get; }

        public Frame LastSent { get; } = new();

        public Instant Next => Waiting.Count > 0 ? default : Machine.NextDeadline;

        public ClusterEvent Take() => Waiting.TryDequeue(out var waiting) ? waiting : ClusterEvent.Tick.Instance;

        public void Answer(Decision decision, Instant now)
        {
            switch (decision)
            {
                case Decision.Persist persist:
                    Waiting.Enqueue(new ClusterEvent.Persisted(persist.Write, null));
                    break;
                case Decision.Operate { Kind: OperationKind.Probe } probe:
                    Waiting.Enqueue(new ClusterEvent.OperationCompleted(probe.Operation, default, _running ? ProbeResult.Running : ProbeResult.Stopped));
                    break;
                case Decision.Operate operate:
                    _running = operate.Kind == OperationKind.Start;
                    Waiting.Enqueue(new ClusterEvent.OperationCompleted(operate.Operation, OperationResult.Succeeded, default));
                    break;
                case Decision.Exit:
                    throw new InvalidOperationException($"The engine ended at {now}.");
            }
        }
    }

    private sealed class WaitPolicy : IFencingPolicy
    {
        public FencingDecision Decide(FencingContext context) => FencingDecision.Wait("a benchmark waits");
    }
}
