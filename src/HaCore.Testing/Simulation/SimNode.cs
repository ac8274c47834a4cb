using HaCore.Engine;
using HaCore.Wire;

namespace HaCore.Testing.Simulation;

/// <summary>One machine: disk, resources and the running program, if any. "Key" tells doubles of one node name apart.</summary>
internal sealed class SimNode
{
    public SimNode(string key, string name, WorldSettings settings)
    {
        Key = key;
        Name = name;
        Configuration = settings.For(name);
        DriftPpm = settings.DriftPpm(name);
        Codec = Coder(1);
        Resources = [.. Configuration.Groups.Select(g => g.Resources.Select(r => new SimResource(r.Name.Value)).ToArray())];
    }

    public string Key { get; }
    public string Name { get; }
    public EngineConfiguration Configuration { get; set; }
    public int DriftPpm { get; }
    public SimDisk Disk { get; } = new();

    /// <summary>[group][resource]</summary>
    public SimResource[][] Resources { get; }
    public bool IsOn { get; private set; }
    public int Boot { get; private set; }
    public string BootId => $"{Key}-boot-{Boot}";

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

    public bool AnyActive(int group) => IsOn && Array.Exists(Resources[group], r => r.Active);

    public bool AllActive(int group) => IsOn && Array.TrueForAll(Resources[group], r => r.Active && !r.Broken);

    public HoldState SaysHold(int group) => Process?.Machine.Snapshot.Groups[group].LocalHold ?? HoldState.NotHeld;

    /// <summary>Frames from and to this node can no longer be verified by the other.</summary>
    public void UseAnotherKey() => Codec = Coder(2);

    private FrameCodec Coder(byte secret) => new(
        new KeyRing([new KeyRing.Key(1, Enumerable.Repeat(secret, KeyRing.KeyBytesMin).ToArray())]),
        Configuration.ClusterHash,
        Configuration.LocalIsFirst);

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
    public bool[] LinkOpen { get; } = new bool[EngineConfiguration.LinksMax];
    public long[] LastUnverified { get; } = new long[EngineConfiguration.LinksMax];

    /// <summary>The node's own clock at a moment of the world.</summary>
    public Instant Local(long worldTicks)
    {
        var elapsed = worldTicks - StartedAt;
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
        var world = StartedAt + (long)((Int128)target * 1_000_000 / (1_000_000 + Node.DriftPpm));
        while (Local(world) < local)
        {
            world++;
        }

        return world;
    }
}

internal enum FenceMode
{
    Confirm = 0,
    Fail,
    Unknown,
    Hang,
    LieConfirmed,   // says Confirmed and did nothing
    OffButUnknown,  // did it and cannot tell
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
