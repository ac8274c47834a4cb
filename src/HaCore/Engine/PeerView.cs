using HaCore.Wire;

namespace HaCore.Engine;

/// <summary>What the last accepted frame of the peer said: copied out of the carrier, because the carrier is reused.</summary>
internal sealed class PeerView
{
    private readonly PeerGroup[] _groups;
    private readonly IReadOnlyList<GroupConfiguration> _configured;

    public PeerView(EngineConfiguration configuration)
    {
        _configured = configuration.Groups;
        _groups = [.. configuration.Groups.Select(g => new PeerGroup(g.Resources.Count))];
    }

    public MemberState State { get; private set; }
    public FrameFlags Flags { get; private set; }
    public ulong ClusterDigest { get; private set; }

    /// <summary>After its newest frame it has certainly reset itself; null = its last accepted frame did not say that it is armed (rule F).</summary>
    public TimeSpan? SelfFencingTime { get; private set; }
    public bool IsMaintenance => (Flags & FrameFlags.Maintenance) != 0;
    public bool IsLate => (Flags & FrameFlags.Late) != 0;

    public PeerGroup Group(int index) => _groups[index];

    public void Disarm() => SelfFencingTime = null;

    /// <summary>Nothing is known of this incarnation yet: every hold is Unknown, which counts as held.</summary>
    public void Forget()
    {
        State = MemberState.Unknown;
        Flags = FrameFlags.None;
        ClusterDigest = 0;
        SelfFencingTime = null;
        foreach (var group in _groups)
        {
            group.Forget();
        }
    }

    /// <summary>Takes over the frame. True if something changed that a person would see.</summary>
    public bool Update(Frame frame)
    {
        var changed = State != frame.State || Flags != frame.Flags || ClusterDigest != frame.ClusterDigest;
        State = frame.State;
        Flags = frame.Flags;
        ClusterDigest = frame.ClusterDigest;
        SelfFencingTime = frame.SelfFencingTime == 0 ? null : TimeSpan.FromMilliseconds(frame.SelfFencingTime);
        for (var i = 0; i < _groups.Length; i++)
        {
            FrameGroup? found = null;
            for (var j = 0; j < frame.GroupCount; j++)
            {
                if (frame.Groups[j].Hash == _configured[i].Hash)
                {
                    found = frame.Groups[j];
                }
            }

            changed |= _groups[i].Update(found);
        }

        return changed;
    }
}

/// <summary>One group as the peer last told it.</summary>
internal sealed class PeerGroup(int resources)
{
    private readonly byte[] _twinLength = new byte[resources];
    private readonly ulong[] _twin = new ulong[resources];

    /// <summary>Does the peer have this group at all?</summary>
    public bool IsKnown { get; private set; }
    public ulong Digest { get; private set; }
    public long Term { get; private set; }
    public HoldState Hold { get; private set; }
    public Readiness Readiness { get; private set; }
    public FrameGroupFlags Flags { get; private set; }
    public byte FailCount { get; private set; }
    public byte Pinned { get; private set; }
    public byte WantedRequest { get; private set; }
    public byte WantedTarget { get; private set; }
    public byte WantedAnswer { get; private set; }
    public uint OutdatedEpoch { get; private set; }
    public uint OutdatedAnswer { get; private set; }

    public bool Has(FrameGroupFlags flag) => (Flags & flag) != 0;

    public ReadOnlyMemory<byte> TwinFact(int resource)
    {
        var bytes = BitConverter.GetBytes(_twin[resource]);
        return bytes.AsMemory(0, _twinLength[resource]);
    }

    public void Forget() => Update(null);

    public bool Update(FrameGroup? from)
    {
        var before = (IsKnown, Digest, Term, Hold, Readiness, Flags, FailCount, Pinned);
        IsKnown = from is not null;
        Digest = from?.Digest ?? 0;
        Term = from?.Term ?? 0;
        Hold = from?.Hold ?? HoldState.Unknown;
        Readiness = from?.Readiness ?? Readiness.Unknown;
        Flags = from?.Flags ?? FrameGroupFlags.None;
        FailCount = from?.FailCount ?? 0;
        Pinned = from?.Pinned ?? 0;
        WantedRequest = from?.WantedRequest ?? 0;
        WantedTarget = from?.WantedTarget ?? 0;
        WantedAnswer = from?.WantedAnswer ?? 0;
        OutdatedEpoch = from?.OutdatedEpoch ?? 0;
        OutdatedAnswer = from?.OutdatedAnswer ?? 0;
        for (var i = 0; i < _twin.Length; i++)
        {
            var published = from is not null && i < from.TwinCount;
            _twinLength[i] = published ? Math.Min(from!.TwinLength[i], (byte)8) : (byte)0;
            _twin[i] = published ? from!.Twin[i] : 0;
        }

        return before != (IsKnown, Digest, Term, Hold, Readiness, Flags, FailCount, Pinned);
    }
}
