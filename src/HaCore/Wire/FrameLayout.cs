using HaCore.Engine;

namespace HaCore.Wire;

/// <summary>Sizes and offsets of wire version 1; docs/internals/wire.md is the same as a table.</summary>
internal static class FrameLayout
{
    public const byte Magic0 = (byte)'H';
    public const byte Magic1 = (byte)'C';
    public const byte Version = 1;

    // The prefix is the same in every version, so that a node can always tell other clusters and other versions apart.
    public const int VersionAt = 2;
    public const int KeyIdAt = 3;
    public const int SenderAt = 4;
    public const int ClusterHashAt = 5;
    public const int PrefixBytes = 13;
    public const byte SenderIsSecond = 1;

    public const int HeaderBytes = 67;    // without the self-fencing time
    public const int SelfFencingBytes = 4;
    public const int GroupBytes = 33;     // without epochs and twin facts
    public const int EpochBytes = 4;
    public const int TwinBytesMax = 8;
    public const int LengthBytes = 1;
    public const int MacBytes = 32;       // HMAC-SHA256, not truncated

    public const int FrameBytesMin = PrefixBytes + LengthBytes + HeaderBytes + MacBytes;
    public const int GroupBytesMax = LengthBytes + GroupBytes + (2 * EpochBytes) + (EngineConfiguration.ResourcesMax * (LengthBytes + TwinBytesMax));
    public const int FrameBytesMax = FrameBytesMin + SelfFencingBytes + (EngineConfiguration.GroupsMax * GroupBytesMax);

    public const ulong UptimeMax = (1UL << 48) - 1;

    public const FrameFlags KnownFlags = FrameFlags.Late | FrameFlags.Maintenance | FrameFlags.Damped;

    public const FrameGroupFlags KnownGroupFlags = FrameGroupFlags.Diverged | FrameGroupFlags.PeerOutdated | FrameGroupFlags.Outdated
        | FrameGroupFlags.Sole | FrameGroupFlags.Residue | FrameGroupFlags.Unclean | FrameGroupFlags.DivergenceCleared | FrameGroupFlags.ConflictLost;
}
