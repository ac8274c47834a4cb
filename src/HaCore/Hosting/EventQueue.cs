using HaCore.Engine;

namespace HaCore.Hosting;

/// <summary>
/// What happened, on its way to the engine's thread. Bounded by construction, allocated once:
/// <list type="bullet">
/// <item>frames: <see cref="FramesPerLink"/> carriers per link; when they are all waiting, the oldest is dropped, because every frame is the whole state;</item>
/// <item>link and member changes, unverified and foreign frames, wanted probes, the network: one place each per link, member or resource, newest wins, because the engine looks at levels;</item>
/// <item>answers (operations, writes, fences) and Leave: as many places as questions can be open; never dropped;</item>
/// <item>commands: <see cref="CommandsMax"/>; a further one is refused, the operator tries again.</item>
/// </list>
/// A lock, because many threads post: the engine's loop is the only taker. It is held for a few copies, never while anything blocks.
/// </summary>
internal sealed class EventQueue
{
    /// <summary>A link that runs so far ahead of the engine has frames that are all older than the last: 8 is a burst after a pause, not a backlog.</summary>
    public const int FramesPerLink = 8;

    /// <summary>More than any operator types while the engine takes one step.</summary>
    public const int CommandsMax = 64;

    private const int NoSlot = -1;
    private readonly WaitPoint _wait;
    private readonly Entry[] _ring;
    private readonly ClusterEvent?[] _latest;
    private readonly FrameLane[] _lanes;
    private readonly int _resourcesOffset;
    private readonly int _membersOffset;
    private readonly int _network;
    private int _head;
    private int _count;
    private int _commands;

    /// <param name="clock">The engine's clock.</param>
    /// <param name="links">How many links.</param>
    /// <param name="resources">How many resources, over all groups.</param>
    /// <param name="members">How many members, over all composite links.</param>
    public EventQueue(EngineClock clock, int links, int resources, int members = 0)
    {
        _wait = new WaitPoint(clock);
        _lanes = new FrameLane[links];
        for (var i = 0; i < links; i++)
        {
            _lanes[i] = new FrameLane(FramesPerLink);
        }

        _resourcesOffset = 3 * links;
        _membersOffset = _resourcesOffset + resources;
        _network = _membersOffset + members;
        _latest = new ClusterEvent?[_network + 1];

        // Answers: one operation per resource, one write, one fence; and Leave.
        const int Single = 3;
        _ring = new Entry[(links * FramesPerLink) + _latest.Length + resources + Single + CommandsMax];
    }

    /// <summary>Frames that were dropped because newer ones of the same link came before the engine took them.</summary>
    public long FramesSkipped { get; private set; }

    /// <summary>The first carrier of a link's receive thread; each <see cref="PostFrame"/> gives the next.</summary>
    public static ClusterEvent.FrameReceived CreateCarrier(int link) => new() { Link = link };

    /// <summary>Posts a decoded frame.</summary>
    /// <returns>The carrier for the next frame.</returns>
    public ClusterEvent.FrameReceived PostFrame(ClusterEvent.FrameReceived frame)
    {
        lock (_wait.Gate)
        {
            var lane = _lanes[frame.Link];
            lane.Enqueue(frame);
            if (lane.TryRent(out var next))
            {
                next.Link = frame.Link;
                Add(new Entry(null, NoSlot, frame.Link));
                return next;
            }

            FramesSkipped++;
            return lane.Dequeue();
        }
    }

    /// <summary>Gives a carrier back after its step.</summary>
    public void Return(ClusterEvent.FrameReceived frame)
    {
        lock (_wait.Gate)
        {
            _lanes[frame.Link].Return(frame);
        }
    }

    /// <summary>Posts the state of a link; replaces one that still waits.</summary>
    public void PostLink(ClusterEvent.LinkChanged change) => PostLatest(change.Link, change);

    /// <summary>Posts the state of a member of a composite; replaces one that still waits.</summary>
    /// <param name="ordinal">Number of the member over all links.</param>
    /// <param name="change">The change.</param>
    public void PostMember(int ordinal, ClusterEvent.LinkMemberChanged change) => PostLatest(_membersOffset + ordinal, change);

    /// <summary>Posts that an unverifiable frame came; one that still waits is enough.</summary>
    public void PostUnverified(ClusterEvent.UnverifiedFrame frame) => PostLatest(_lanes.Length + frame.Link, frame);

    /// <summary>Posts that another machine sends under this node's name; one that still waits is enough.</summary>
    public void PostForeignSelf(ClusterEvent.ForeignSelf frame) => PostLatest((2 * _lanes.Length) + frame.Link, frame);

    /// <summary>Posts that an agent wants a probe; one that still waits is enough.</summary>
    /// <param name="ordinal">Number of the resource over all groups.</param>
    /// <param name="request">The request.</param>
    public void PostProbe(int ordinal, ClusterEvent.ProbeRequested request) => PostLatest(_resourcesOffset + ordinal, request);

    /// <summary>Posts what is known of this node's own network; replaces what still waits.</summary>
    public void PostNetwork(ClusterEvent.NetworkChanged change) => PostLatest(_network, change);

    /// <summary>Posts an answer or Leave: there is always room, because there is room for every open question.</summary>
    public void Post(ClusterEvent input)
    {
        lock (_wait.Gate)
        {
            Add(new Entry(input, NoSlot, NoSlot));
        }
    }

    /// <summary>Posts a command of the operator.</summary>
    /// <returns>False when too many wait.</returns>
    public bool TryPostCommand(ClusterEvent.Command command)
    {
        lock (_wait.Gate)
        {
            if (_commands == CommandsMax)
            {
                return false;
            }

            _commands++;
            Add(new Entry(command, NoSlot, NoSlot));
            return true;
        }
    }

    /// <summary>Wakes the taker without an event.</summary>
    public void Wake()
    {
        lock (_wait.Gate)
        {
            _wait.Wake();
        }
    }

    /// <summary>Takes the next event; waits for it until the deadline. <see cref="ClusterEvent.Tick"/> when none came.</summary>
    /// <param name="deadline">When to give up.</param>
    /// <param name="stopped">True to return at once, also after <see cref="Wake"/>.</param>
    public ClusterEvent Take(Instant deadline, ref bool stopped)
    {
        lock (_wait.Gate)
        {
            while (_count == 0)
            {
                if (Volatile.Read(ref stopped) || !_wait.WaitOnce(deadline))
                {
                    return ClusterEvent.Tick.Instance;
                }
            }

            return Remove();
        }
    }

    /// <summary>Nobody takes any more.</summary>
    public void Close() => _wait.Close();

    private void PostLatest(int slot, ClusterEvent input)
    {
        lock (_wait.Gate)
        {
            var waits = _latest[slot] is not null;
            _latest[slot] = input;
            if (!waits)
            {
                Add(new Entry(null, slot, NoSlot));
            }
        }
    }

    private void Add(Entry entry)
    {
        if (_count == _ring.Length)
        {
            throw new InvalidOperationException($"More than {_ring.Length} events wait for the engine: an answer was posted twice.");
        }

        _ring[(_head + _count) % _ring.Length] = entry;
        _count++;
        _wait.Wake();
    }

    private ClusterEvent Remove()
    {
        var entry = _ring[_head];
        _ring[_head] = default;
        _head = (_head + 1) % _ring.Length;
        _count--;
        if (entry.Lane >= 0 && entry.Event is null && entry.Slot == NoSlot)
        {
            return _lanes[entry.Lane].Dequeue();
        }

        if (entry.Slot >= 0)
        {
            var latest = _latest[entry.Slot]!;
            _latest[entry.Slot] = null;
            return latest;
        }

        if (entry.Event is ClusterEvent.Command)
        {
            _commands--;
        }

        return entry.Event!;
    }

    /// <summary>Exactly one of the three is set: the event itself, a newest-wins place, or the next frame of a lane.</summary>
    private readonly record struct Entry(ClusterEvent? Event, int Slot, int Lane);

    /// <summary>The carriers of one link: free ones and, in order, decoded ones.</summary>
    private sealed class FrameLane
    {
        private readonly Queue<ClusterEvent.FrameReceived> _waiting;
        private readonly Stack<ClusterEvent.FrameReceived> _free;

        public FrameLane(int capacity)
        {
            _waiting = new Queue<ClusterEvent.FrameReceived>(capacity + 1);
            _free = new Stack<ClusterEvent.FrameReceived>(capacity + 1);
            for (var i = 0; i < capacity; i++)
            {
                _free.Push(new ClusterEvent.FrameReceived());
            }
        }

        public void Enqueue(ClusterEvent.FrameReceived frame) => _waiting.Enqueue(frame);

        public ClusterEvent.FrameReceived Dequeue() => _waiting.Dequeue();

        public bool TryRent([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out ClusterEvent.FrameReceived? frame) => _free.TryPop(out frame);

        public void Return(ClusterEvent.FrameReceived frame) => _free.Push(frame);
    }
}
