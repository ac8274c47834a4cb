using HaCore.Wire;

namespace HaCore.Testing.Simulation;

/// <summary>What a wire does to a frame when nothing goes wrong: the receiver's frame shares nothing with the sender's.</summary>
internal static class FrameCopy
{
    public static Frame Of(Frame source)
    {
        var copy = new Frame();
        Copy(source, copy);
        return copy;
    }

    public static void Copy(Frame source, Frame target)
    {
        target.Incarnation = source.Incarnation;
        target.Nonce = source.Nonce;
        target.Sequence = source.Sequence;
        target.EchoIncarnation = source.EchoIncarnation;
        target.EchoNonce = source.EchoNonce;
        target.EchoSequence = source.EchoSequence;
        target.EchoAge = source.EchoAge;
        target.Uptime = source.Uptime;
        target.State = source.State;
        target.Flags = source.Flags;
        target.MaintenanceRevision = source.MaintenanceRevision;
        target.ClusterDigest = source.ClusterDigest;
        target.NodeRequest = source.NodeRequest;
        target.NodeRequestKind = source.NodeRequestKind;
        target.NodeAnswer = source.NodeAnswer;
        target.SelfFencingTime = source.SelfFencingTime;
        target.GroupCount = source.GroupCount;
        for (var i = 0; i < source.GroupCount; i++)
        {
            Copy(source.Groups[i], target.Groups[i]);
        }
    }

    private static void Copy(FrameGroup source, FrameGroup target)
    {
        target.Hash = source.Hash;
        target.Digest = source.Digest;
        target.Term = source.Term;
        target.Hold = source.Hold;
        target.Readiness = source.Readiness;
        target.Flags = source.Flags;
        target.FailCount = source.FailCount;
        target.Pinned = source.Pinned;
        target.WantedRequest = source.WantedRequest;
        target.WantedTarget = source.WantedTarget;
        target.WantedAnswer = source.WantedAnswer;
        target.OutdatedEpoch = source.OutdatedEpoch;
        target.OutdatedAnswer = source.OutdatedAnswer;
        target.TwinCount = source.TwinCount;
        source.TwinLength.CopyTo(target.TwinLength, 0);
        source.Twin.CopyTo(target.Twin, 0);
    }
}
