using System.Security.Cryptography;
using HaCore.Engine;
using HaCore.Wire;

namespace HaCore.Tests.Wire;

/// <summary>Frames, keys and bytes that the wire tests share.</summary>
internal static class Frames
{
    public const ulong Cluster = 0x1122_3344_5566_7788;

    public static KeyRing Ring(params byte[] ids) => new([.. ids.Select(id => new KeyRing.Key(id, Secret(id)))]);

    public static byte[] Secret(byte id) => [.. Enumerable.Range(0, 32).Select(i => (byte)(id + i))];

    public static FrameCodec First(params byte[] ids) => new(Ring(ids.Length == 0 ? [1] : ids), Cluster, localIsFirst: true);

    public static FrameCodec Second(params byte[] ids) => new(Ring(ids.Length == 0 ? [1] : ids), Cluster, localIsFirst: false);

    public static byte[] Encode(FrameCodec codec, Frame frame)
    {
        var buffer = new byte[FrameLayout.FrameBytesMax];
        return buffer[..codec.Encode(frame, buffer)];
    }

    /// <summary>Signs any bytes, whatever they are, with key 1.</summary>
    public static byte[] Sign(ReadOnlySpan<byte> signed) => [.. signed, .. HMACSHA256.HashData(Secret(1), signed)];

    /// <summary>One group of three resources, every number another one: the frame of the golden bytes.</summary>
    public static Frame Small()
    {
        var frame = new Frame
        {
            Incarnation = 0x0102_0304,
            Nonce = 0x1112_1314_1516_1718,
            Sequence = 0x2122_2324_2526_2728,
            EchoIncarnation = 0x3132_3334,
            EchoNonce = 0x4142_4344_4546_4748,
            EchoSequence = 0x5152_5354_5556_5758,
            EchoAge = 0x6162,
            Uptime = 0x7172_7374_7576,
            State = MemberState.Online,
            Flags = FrameFlags.Maintenance | FrameFlags.Late,
            MaintenanceRevision = 0x8182_8384,
            ClusterDigest = 0x9192_9394_9596_9798,
            NodeRequest = 5,
            NodeRequestKind = NodeRequestKind.ForceStandby,
            NodeAnswer = 6,
            GroupCount = 1,
        };
        var group = frame.Groups[0];
        group.Hash = 0xA1A2_A3A4_A5A6_A7A8;
        group.Digest = 0xB1B2_B3B4_B5B6_B7B8;
        group.Term = 0x41C2_C3C4_C5C6_C7C8;
        group.Hold = HoldState.Held;
        group.Readiness = Readiness.Ready;
        group.FailCount = 7;
        group.Pinned = 1;
        group.WantedRequest = 8;
        group.WantedTarget = 2;
        group.WantedAnswer = 9;
        group.TwinCount = 3;
        return frame;
    }

    /// <summary>Small() with every optional part: both epochs and twin facts of 0, 3 and 8 bytes.</summary>
    public static Frame SmallWithEverything()
    {
        var frame = Small();
        var group = frame.Groups[0];
        group.Flags = FrameGroupFlags.PeerOutdated | FrameGroupFlags.Outdated | FrameGroupFlags.Diverged;
        group.OutdatedEpoch = 0xD1D2_D3D4;
        group.OutdatedAnswer = 0xE1E2_E3E4;
        group.TwinLength[1] = 3;
        group.Twin[1] = 0xF1_F2F3;
        group.TwinLength[2] = 8;
        group.Twin[2] = 0x0F1F_2F3F_4F5F_6F7F;
        return frame;
    }

    public static Frame Make(int seed)
    {
        var random = new Random(seed);
        var frame = new Frame
        {
            Incarnation = (uint)random.NextInt64(),
            Nonce = U64(random),
            Sequence = U64(random),
            EchoIncarnation = (uint)random.NextInt64(),
            EchoNonce = U64(random),
            EchoSequence = U64(random),
            EchoAge = (ushort)random.Next(),
            Uptime = U64(random) & FrameLayout.UptimeMax,
            State = (MemberState)random.Next((int)MemberState.Detached + 1),
            Flags = (FrameFlags)random.Next() & FrameLayout.KnownFlags,
            MaintenanceRevision = (uint)random.NextInt64(),
            ClusterDigest = U64(random),
            NodeRequestKind = (NodeRequestKind)random.Next((int)NodeRequestKind.Online + 1),
            NodeAnswer = (byte)random.Next(),
            SelfFencingTime = random.Next(2) == 0 ? 0 : (uint)random.NextInt64(),
            GroupCount = random.Next(EngineConfiguration.GroupsMax + 1),
        };
        frame.NodeRequest = frame.NodeRequestKind == NodeRequestKind.None ? (byte)0 : (byte)random.Next();
        for (var i = 0; i < frame.GroupCount; i++)
        {
            FillGroup(frame.Groups[i], random);
        }

        return frame;
    }

    /// <summary>All that a frame says, as text: two frames say the same if their texts are equal.</summary>
    public static string Describe(Frame f)
    {
        var groups = f.Groups.Take(f.GroupCount).Select(g => string.Join(' ', g.Hash, g.Digest, g.Term, g.Hold, g.Readiness, g.Flags, g.FailCount,
            g.Pinned, g.WantedRequest, g.WantedTarget, g.WantedAnswer, g.OutdatedEpoch, g.OutdatedAnswer, g.TwinCount,
            string.Join(',', Enumerable.Range(0, g.TwinCount).Select(i => $"{g.TwinLength[i]}:{g.Twin[i]}"))));
        return string.Join(' ', f.Incarnation, f.Nonce, f.Sequence, f.EchoIncarnation, f.EchoNonce, f.EchoSequence, f.EchoAge, f.Uptime, f.State, f.Flags,
            f.MaintenanceRevision, f.ClusterDigest, f.NodeRequest, f.NodeRequestKind, f.NodeAnswer, f.GroupCount) + "\n" + string.Join('\n', groups);
    }

    private static void FillGroup(FrameGroup group, Random random)
    {
        group.Hash = U64(random);
        group.Digest = U64(random);
        group.Term = random.NextInt64();
        group.Hold = (HoldState)random.Next((int)HoldState.Held + 1);
        group.Readiness = (Readiness)random.Next((int)Readiness.Ready + 1);
        group.Flags = (FrameGroupFlags)random.Next() & FrameLayout.KnownGroupFlags;
        group.FailCount = (byte)random.Next();
        group.Pinned = (byte)random.Next(3);
        group.WantedRequest = (byte)random.Next();
        group.WantedTarget = (byte)random.Next(3);
        group.WantedAnswer = (byte)random.Next();
        group.OutdatedEpoch = (group.Flags & FrameGroupFlags.PeerOutdated) != 0 ? (uint)random.NextInt64() : 0;
        group.OutdatedAnswer = (group.Flags & FrameGroupFlags.Outdated) != 0 ? (uint)random.NextInt64() : 0;
        group.TwinCount = random.Next(EngineConfiguration.ResourcesMax + 1);
        for (var i = 0; i < group.TwinCount; i++)
        {
            var length = random.Next(FrameLayout.TwinBytesMax + 1);
            group.TwinLength[i] = (byte)length;
            group.Twin[i] = length == 0 ? 0 : U64(random) >> (8 * (FrameLayout.TwinBytesMax - length));
        }
    }

    private static ulong U64(Random random) => (ulong)random.NextInt64(long.MinValue, long.MaxValue);
}
