using HaCore.Wire;

namespace HaCore.Engine;

/// <summary>
/// A number over everything in a frame that the peer should hear of at once: not sequence, echo sequence, echo age and uptime, which always
/// change. A changed digest sends a frame now instead of at the next interval (FNV-1a; a collision costs one interval).
/// </summary>
internal static class FrameDigest
{
    public static ulong Of(Frame frame)
    {
        var digest = 14695981039346656037UL;
        Add(ref digest, frame.Incarnation);
        Add(ref digest, frame.Nonce);
        Add(ref digest, frame.EchoIncarnation);
        Add(ref digest, frame.EchoNonce);
        Add(ref digest, ((ulong)frame.State << 32) | ((ulong)frame.Flags << 16) | ((ulong)frame.NodeRequest << 8) | frame.NodeAnswer);
        Add(ref digest, ((ulong)frame.NodeRequestKind << 32) | frame.MaintenanceRevision);
        Add(ref digest, frame.SelfFencingTime);
        for (var i = 0; i < frame.GroupCount; i++)
        {
            Add(ref digest, frame.Groups[i]);
        }

        return digest;
    }

    private static void Add(ref ulong digest, FrameGroup group)
    {
        Add(ref digest, (ulong)group.Term);
        Add(ref digest, ((ulong)group.Hold << 48) | ((ulong)group.Readiness << 40) | ((ulong)group.Flags << 32)
            | ((ulong)group.FailCount << 24) | ((ulong)group.Pinned << 16) | ((ulong)group.WantedRequest << 8) | group.WantedAnswer);
        Add(ref digest, ((ulong)group.OutdatedEpoch << 32) | group.OutdatedAnswer);
        Add(ref digest, group.WantedTarget);
        for (var i = 0; i < group.TwinCount; i++)
        {
            Add(ref digest, group.Twin[i]);
        }
    }

    private static void Add(ref ulong digest, ulong value) => digest = (digest ^ value) * 1099511628211UL;
}
