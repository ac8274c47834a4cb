using HaCore.Engine;

namespace HaCore.Wire;

/// <summary>
/// One heartbeat frame, decoded: the sender's whole state (rule M1). Mutable and reused, both for sending and receiving, so that the
/// steady state allocates nothing. The codec fills and reads it; docs/internals/wire.md has the bytes.
/// </summary>
internal sealed class Frame
{
    public uint Incarnation;
    public ulong Nonce;
    public ulong Sequence;

    /// <summary>Newest incarnation, nonce and sequence that the sender heard of the receiver; zeros = none.</summary>
    public uint EchoIncarnation;
    public ulong EchoNonce;
    public ulong EchoSequence;

    /// <summary>How long the sender held the echoed sequence before this frame, in 100 µs; saturates at 65535. For round trips.</summary>
    public ushort EchoAge;

    /// <summary>Milliseconds on the sender's clock since its start: shows the receiver's own lost time (rule L).</summary>
    public ulong Uptime;
    public MemberState State;
    public FrameFlags Flags;
    public uint MaintenanceRevision;
    public ulong ClusterDigest;

    /// <summary>Request to the peer's node: number, and what. Answered by its frames with the number in <see cref="NodeAnswer"/>.</summary>
    public byte NodeRequest;
    public NodeRequestKind NodeRequestKind;
    public byte NodeAnswer;

    /// <summary>
    /// Milliseconds after the newest frame that was heard of the sender at which it has certainly reset itself (rule F); 0 = it is not armed. The absence of
    /// the field says the same.
    /// </summary>
    public uint SelfFencingTime;

    public int GroupCount;
    public readonly FrameGroup[] Groups = CreateGroups();

    private static FrameGroup[] CreateGroups()
    {
        var groups = new FrameGroup[EngineConfiguration.GroupsMax];
        for (var i = 0; i < groups.Length; i++)
        {
            groups[i] = new FrameGroup();
        }

        return groups;
    }
}

[Flags]
internal enum FrameFlags : ushort
{
    None = 0,
    Late = 1,            // rule L: the sender was paused beyond the dead time
    Maintenance = 2,
    Damped = 4,          // flap damping: the receiver is asked to stay on standby
}

internal enum NodeRequestKind : byte
{
    None = 0,
    Standby = 1,
    ForceStandby = 2,
    Online = 3,
    ClearDamping = 4,    // forget the receiver's count of the sender's departures
}

internal sealed class FrameGroup
{
    public ulong Hash;
    public ulong Digest;
    public long Term;
    public HoldState Hold;
    public Readiness Readiness;
    public FrameGroupFlags Flags;

    /// <summary>Failures within the window; 255 = cannot start there.</summary>
    public byte FailCount;

    /// <summary>Where an operator put it: 0 = nowhere, 1 = first node, 2 = second node (ordinal order).</summary>
    public byte Pinned;

    /// <summary>The non-owner's wish (rule R2): number and target (0 = configured placement, 1 = first, 2 = second node); number 0 = no wish.</summary>
    public byte WantedRequest;
    public byte WantedTarget;

    /// <summary>The owner's answer: the number of the last wish it took note of.</summary>
    public byte WantedAnswer;

    /// <summary>With <see cref="FrameGroupFlags.PeerOutdated"/>: the receiver's copy is outdated, this epoch (rule R6). Otherwise 0.</summary>
    public uint OutdatedEpoch;

    /// <summary>The epoch of the receiver's notice that the sender has persisted; 0 = its copy is not outdated.</summary>
    public uint OutdatedAnswer;

    /// <summary>Per resource in group order: length 0..8 and the bytes (low byte first) that its agent published.</summary>
    public int TwinCount;
    public readonly byte[] TwinLength = new byte[EngineConfiguration.ResourcesMax];
    public readonly ulong[] Twin = new ulong[EngineConfiguration.ResourcesMax];
}

[Flags]
internal enum FrameGroupFlags : byte
{
    None = 0,
    Diverged = 1,
    PeerOutdated = 2,   // OutdatedEpoch follows
    Outdated = 4,       // OutdatedAnswer follows
    Sole = 8,
    Residue = 16,       // held only because it was found active at start; not taken in this incarnation
    Unclean = 32,       // a stop failed
    DivergenceCleared = 64, // the divergence of this term was cleared: the receiver clears its mark too
    ConflictLost = 128, // of a diverged group: the sender is the side that stopped, the proposed victim
}
