using HaCore.Engine;

namespace HaCore.Wire;

/// <summary>The part of a frame between prefix and signature, version 1. New fields go to the end of the header or of a group's entry.</summary>
internal static class FrameBody
{
    public static void Write(Frame frame, ref FrameWriter writer)
    {
        var header = writer.BeginLength();
        writer.U32(frame.Incarnation);
        writer.U64(frame.Nonce);
        writer.U64(frame.Sequence);
        writer.U32(frame.EchoIncarnation);
        writer.U64(frame.EchoNonce);
        writer.U64(frame.EchoSequence);
        writer.U16(frame.EchoAge);
        writer.Low(Math.Min(frame.Uptime, FrameLayout.UptimeMax), 6);
        writer.U8((byte)frame.State);
        writer.U16((ushort)frame.Flags);
        writer.U32(frame.MaintenanceRevision);
        writer.U64(frame.ClusterDigest);
        writer.U8(frame.NodeRequest);
        writer.U8((byte)frame.NodeRequestKind);
        writer.U8(frame.NodeAnswer);
        writer.U8((byte)frame.GroupCount);
        if (frame.SelfFencingTime != 0)
        {
            writer.U32(frame.SelfFencingTime);
        }

        writer.EndLength(header);
        for (var i = 0; i < frame.GroupCount; i++)
        {
            WriteGroup(frame.Groups[i], ref writer);
        }
    }

    /// <summary>False: the bytes break the format; what the frame then holds means nothing.</summary>
    public static bool TryRead(ReadOnlySpan<byte> source, Frame frame)
    {
        var reader = new FrameReader(source);
        var header = reader.Part();
        ReadHeader(ref header, frame);
        if (header.Overran || frame.GroupCount > EngineConfiguration.GroupsMax)
        {
            return false;
        }

        for (var i = 0; i < frame.GroupCount; i++)
        {
            var group = reader.Part();
            if (!TryReadGroup(ref group, frame.Groups[i]))
            {
                return false;
            }
        }

        return true;
    }

    public static int Bytes(Frame frame)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)frame.GroupCount, (uint)EngineConfiguration.GroupsMax, nameof(frame));
        var bytes = FrameLayout.LengthBytes + FrameLayout.HeaderBytes + (frame.SelfFencingTime != 0 ? FrameLayout.SelfFencingBytes : 0);
        for (var i = 0; i < frame.GroupCount; i++)
        {
            bytes += GroupBytes(frame.Groups[i]);
        }

        return bytes;
    }

    private static int GroupBytes(FrameGroup group)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(group.Term, nameof(group));
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)group.TwinCount, (uint)EngineConfiguration.ResourcesMax, nameof(group));
        var bytes = FrameLayout.LengthBytes + FrameLayout.GroupBytes;
        bytes += (group.Flags & FrameGroupFlags.PeerOutdated) != 0 ? FrameLayout.EpochBytes : 0;
        bytes += (group.Flags & FrameGroupFlags.Outdated) != 0 ? FrameLayout.EpochBytes : 0;
        for (var i = 0; i < group.TwinCount; i++)
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThan(group.TwinLength[i], FrameLayout.TwinBytesMax, nameof(group));
            bytes += FrameLayout.LengthBytes + group.TwinLength[i];
        }

        return bytes;
    }

    private static void ReadHeader(ref FrameReader header, Frame frame)
    {
        frame.Incarnation = header.U32();
        frame.Nonce = header.U64();
        frame.Sequence = header.U64();
        frame.EchoIncarnation = header.U32();
        frame.EchoNonce = header.U64();
        frame.EchoSequence = header.U64();
        frame.EchoAge = header.U16();
        frame.Uptime = header.Low(6);
        frame.State = ToMemberState(header.U8());
        frame.Flags = (FrameFlags)header.U16() & FrameLayout.KnownFlags;
        frame.MaintenanceRevision = header.U32();
        frame.ClusterDigest = header.U64();
        frame.NodeRequest = header.U8();
        frame.NodeRequestKind = ToNodeRequestKind(header.U8());
        frame.NodeAnswer = header.U8();
        frame.GroupCount = header.U8();
        frame.SelfFencingTime = header.Remaining >= FrameLayout.SelfFencingBytes ? header.U32() : 0;
        if (frame.NodeRequestKind == NodeRequestKind.None)
        {
            frame.NodeRequest = 0;   // a request of a later release: never answered as if it had been carried out
        }
    }

    private static void WriteGroup(FrameGroup group, ref FrameWriter writer)
    {
        var entry = writer.BeginLength();
        writer.U64(group.Hash);
        writer.U64(group.Digest);
        writer.U64((ulong)group.Term);
        writer.U8((byte)group.Hold);
        writer.U8((byte)group.Readiness);
        writer.U8((byte)group.Flags);
        writer.U8(group.FailCount);
        writer.U8(group.Pinned);
        writer.U8(group.WantedRequest);
        writer.U8(group.WantedTarget);
        writer.U8(group.WantedAnswer);
        writer.U8((byte)group.TwinCount);
        if ((group.Flags & FrameGroupFlags.PeerOutdated) != 0)
        {
            writer.U32(group.OutdatedEpoch);
        }

        if ((group.Flags & FrameGroupFlags.Outdated) != 0)
        {
            writer.U32(group.OutdatedAnswer);
        }

        for (var i = 0; i < group.TwinCount; i++)
        {
            writer.U8(group.TwinLength[i]);
            writer.Low(group.Twin[i], group.TwinLength[i]);
        }

        writer.EndLength(entry);
    }

    private static bool TryReadGroup(ref FrameReader entry, FrameGroup group)
    {
        group.Hash = entry.U64();
        group.Digest = entry.U64();
        group.Term = (long)entry.U64();
        group.Hold = ToHoldState(entry.U8());
        group.Readiness = ToReadiness(entry.U8());
        group.Flags = (FrameGroupFlags)entry.U8() & FrameLayout.KnownGroupFlags;
        group.FailCount = entry.U8();
        group.Pinned = ToNode(entry.U8());
        group.WantedRequest = entry.U8();
        var target = entry.U8();
        group.WantedTarget = ToNode(target);
        if (target != group.WantedTarget)
        {
            group.WantedRequest = 0;   // a wish that this release does not understand is no wish
        }

        group.WantedAnswer = entry.U8();
        group.TwinCount = entry.U8();
        group.OutdatedEpoch = (group.Flags & FrameGroupFlags.PeerOutdated) != 0 ? entry.U32() : 0;
        group.OutdatedAnswer = (group.Flags & FrameGroupFlags.Outdated) != 0 ? entry.U32() : 0;
        if (group.TwinCount > EngineConfiguration.ResourcesMax)
        {
            return false;
        }

        for (var i = 0; i < group.TwinCount; i++)
        {
            group.TwinLength[i] = entry.U8();
            if (group.TwinLength[i] > FrameLayout.TwinBytesMax)
            {
                return false;
            }

            group.Twin[i] = entry.Low(group.TwinLength[i]);
        }

        return !entry.Overran && group.Term >= 0;
    }

    // Nobody says Unclean or Lost of himself: those are views of the other node.
    // Numbers of a later release become the zero value, which is doubt, and the safe side, in each of these enums.
    private static MemberState ToMemberState(byte value) => value <= (byte)MemberState.Detached ? (MemberState)value : MemberState.Unknown;

    private static HoldState ToHoldState(byte value) => value <= (byte)HoldState.Held ? (HoldState)value : HoldState.Unknown;

    private static Readiness ToReadiness(byte value) => value <= (byte)Readiness.Ready ? (Readiness)value : Readiness.Unknown;

    private static NodeRequestKind ToNodeRequestKind(byte value) =>
        value <= (byte)NodeRequestKind.ClearDamping ? (NodeRequestKind)value : NodeRequestKind.None;

    private static byte ToNode(byte value) => value <= 2 ? value : (byte)0;
}
