using HaCore.Engine;
using HaCore.Wire;

namespace HaCore.Testing.Simulation;

/// <summary>One machine: disk, resources and the running program, if any. "Key" tells doubles of one node name apart.</summary>
internal sealed class SimNode
{
    private readonly Func<ReadOnlyMemory<byte>, IFrameSigner>? _signer;

    public SimNode(string key, string name, WorldSettings settings)
    {
        Key = key;
        Name = name;
        Configuration = settings.For(name);
        DriftPpm = settings.DriftPpm(name);
        Disk = new SimDisk(Configuration.Cluster);
        _signer = settings.Signer;
        Codec = Coder(1);
        Resources = [.. Configuration.Groups.Select(g => g.Resources.Select(r => new SimResource(r.Name.Value)).ToArray())];
    }

    public string Key { get; }
    public string Name { get; }
    public EngineConfiguration Configuration { get; set; }
    public int DriftPpm { get; }
    public SimDisk Disk { get; }

    /// <summary>[group][resource]</summary>
    public SimResource[][] Resources { get; }
    public bool IsOn { get; private set; }
    public int Boot { get; private set; }
    public string BootId => $"{Key}-boot-{Boot}";

    /// <summary>Nothing on it moves: a paused virtual machine, a suspended computer.</summary>
    public bool IsStill { get; set; }
    public long StillSince { get; set; }

    /// <summary>What would have happened on it while it stood still.</summary>
    public Queue<Action> Waiting { get; } = new();

    /// <summary>Error of its wall clock. Nothing in the engine can see it: that is what this is here for.</summary>
    public TimeSpan WallClockError { get; set; }

    /// <summary>Newest state that any of its programs was told to be on disk.</summary>
    public PersistentState? Acknowledged { get; set; }

    /// <summary>Null while the program does not run.</summary>
    public SimProcess? Process { get; set; }

    /// <summary>The real codec, with a key of its own if the story says so.</summary>
    public FrameCodec Codec { get; private set; }

    public SimFenceDevice Fence { get; } = new();

    public int Group(string name)
    {
        for (var i = 0; i < Configuration.Groups.Count; i++)
        {
            if (Configuration.Groups[i].Name.Value == name)
            {
                return i;
            }
        }

        throw new ArgumentException("no group " + name);
    }

    public bool AnyActive(int group)
    {
        if (!IsOn)
        {
            return false;
        }

        foreach (var resource in Resources[group])
        {
            if (resource.Active)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>An agent lied that something of it is active.</summary>
    public bool IsImagined(int group)
    {
        foreach (var resource in Resources[group])
        {
            if (resource.IsImagined)
            {
                return true;
            }
        }

        return false;
    }

    public void Disillusion(int group)
    {
        foreach (var resource in Resources[group])
        {
            resource.IsImagined = false;
        }
    }

    /// <summary>Something of it is active, or its program holds it and no lie made it believe so.</summary>
    public bool Holds(int group) => AnyActive(group) || (SaysHold(group) == HoldState.Held && !IsImagined(group));

    public bool AllActive(int group) => IsOn && Array.TrueForAll(Resources[group], r => r.Active && !r.Broken);

    public HoldState SaysHold(int group) => Process?.Machine.Snapshot.Groups[group].LocalHold ?? HoldState.NotHeld;

    /// <summary>Frames from and to this node can no longer be verified by the other.</summary>
    public void UseAnotherKey() => Codec = Coder(2);

    public FrameCodec CoderWithAnotherKey() => Coder(2);

    private FrameCodec Coder(byte secret) => new(
        new KeyRing([new KeyRing.Key(1, Enumerable.Repeat(secret, KeyRing.KeyBytesMin).ToArray())]),
        Configuration.ClusterHash,
        Configuration.LocalIsFirst,
        _signer);

    public void PowerOn()
    {
        if (!IsOn)
        {
            IsOn = true;
            Boot++;
        }
    }

    public void PowerOff()
    {
        IsOn = false;
        IsStill = false;
        Waiting.Clear();
        foreach (var resource in Resources.SelectMany(r => r))
        {
            resource.Active = false;
            resource.Broken = false;
        }
    }
}

/// <summary>One run of the program: the real machine, and what the shell knows of it.</summary>
internal sealed class SimProcess(SimNode node, ClusterMachine machine, long startedAt)
{
    public SimNode Node { get; } = node;
    public ClusterMachine Machine { get; } = machine;
    public long StartedAt { get; } = startedAt;

    /// <summary>What it was started with; the node's may have been edited since.</summary>
    public EngineConfiguration Configuration { get; } = node.Configuration;

    /// <summary>Time that its clock did not see (ADR 5).</summary>
    public long LostTime { get; set; }
    public List<Decision> Decisions { get; } = [];
    public Dictionary<long, Decision.Operate> Operations { get; } = [];
    /// <summary>The newest state that the program knows to be on disk.</summary>
    public PersistentState Acknowledged { get; set; } = node.Disk.Durable!;
    public Decision.Fence? FenceInFlight { get; set; }
    /// <summary>When the machine wants its next step, on the world's clock.</summary>
    public long DueAt { get; set; }
    public bool Frozen { get; set; }
    public long FrozenAt { get; set; }

    /// <summary>While frozen: do frames wait in the socket, or are they lost?</summary>
    public bool FramesWait { get; set; }
    public Queue<ClusterEvent> Inbox { get; } = new();
    public Frame LastSent { get; } = new();
    public ClusterSnapshot? LastSnapshot { get; set; }
    public Decision.Exit? Exit { get; set; }
    /// <summary>What the world knows that this program may take for proof that its peer is down.</summary>
    public Proof Proof { get; set; }

    /// <summary>The proof that the event of this step would be.</summary>
    public Proof Offered { get; set; }
    public bool ClockStops { get; set; }
    public bool HadSession { get; set; }

    /// <summary>Newest frame of the peer that the machine took notice of: whatever is not newer is old news to it.</summary>
    public (uint Incarnation, ulong Sequence) Newest { get; private set; }
    public bool[] LinkOpen { get; } = new bool[EngineConfiguration.LinksMax];
    public long[] LastUnverified { get; } = new long[EngineConfiguration.LinksMax];

    /// <summary>Called after the step that took the frame.</summary>
    public void Heard(Frame frame)
    {
        var peer = Machine.Snapshot.Nodes[1];
        if (peer.Incarnation == frame.Incarnation && (frame.Incarnation, frame.Sequence).CompareTo(Newest) > 0)
        {
            Newest = (frame.Incarnation, frame.Sequence);
        }
    }

    /// <summary>The node's own clock at a moment of the world.</summary>
    public Instant Local(long worldTicks)
    {
        var elapsed = worldTicks - StartedAt - LostTime;
        return new Instant(elapsed + (elapsed * Node.DriftPpm / 1_000_000));
    }

    /// <summary>The first moment of the world at which the node's own clock shows at least <paramref name="local"/>.</summary>
    public long World(Instant local)
    {
        if (local == Instant.Never)
        {
            return long.MaxValue;
        }

        var target = local.Ticks;
        var world = StartedAt + LostTime + (long)((Int128)target * 1_000_000 / (1_000_000 + Node.DriftPpm));
        while (Local(world) < local)
        {
            world++;
        }

        return world;
    }
}

internal enum Proof
{
    None = 0,
    Left,
    Fenced,
    Operator,
    Unfenced,
    SelfFenced,
}

internal enum FenceMode
{
    Confirm = 0,
    Fail,
    Unknown,
    Hang,
    LieConfirmed,   // says Confirmed and did nothing
    OffButUnknown,  // did it and cannot tell
    HitsLate,       // says Unknown, and does it long after the answer
}

/// <summary>The device that this node would use against its peer.</summary>
internal sealed class SimFenceDevice
{
    public FenceMode Mode { get; set; }
    public TimeSpan Latency { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>What the shell allows one attempt: a hang ends as Unknown after it.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Null: a fenced machine stays off until the story starts it again.</summary>
    public TimeSpan? RebootAfter { get; set; }
}
