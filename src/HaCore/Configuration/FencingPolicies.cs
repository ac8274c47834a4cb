namespace HaCore.Configuration;

/// <summary>Never takes over without proof.</summary>
internal sealed class WaitPolicy : IFencingPolicy
{
    // Constants: the engine asks at every step, and a reason that is built each time would be garbage on the heartbeat's thread.
    private const string Reason = "The policy is Wait: nothing is taken over until the peer says it left or an operator confirms it down.";

    // A node that was paused keeps what it holds: nobody takes over from it without proof, and whoever proved it down did not find it running.
    public FencingDecision Decide(FencingContext context) => FencingDecision.Wait(Reason);
}

/// <summary>Takes over after the dead time, without proof.</summary>
internal sealed class ProceedUnfencedPolicy : IFencingPolicy
{
    public FencingDecision Decide(FencingContext context)
    {
        if (context.LocalLate && context.LocalHolds)
        {
            return FencingDecision.StepDown("This node was paused beyond the dead time: the peer may have taken over without proof, so this node gives up what it holds.");
        }

        if (context.Contact == PeerContact.Deaf)
        {
            return FencingDecision.Wait("The peer lives: its frames arrive, it only does not hear ours. Taking over would run the groups twice.");
        }

        if (context.Contact == PeerContact.Unverified && !context.HadSession)
        {
            return FencingDecision.Wait("Something that claims to be the peer is heard but cannot be verified (another key?): it may be alive and hold the groups.");
        }

        return context.SilentFor < context.DeadTime
            ? FencingDecision.Wait("The peer is silent for less than the dead time.")
            : FencingDecision.ProceedUnfenced("The policy is ProceedUnfenced: the peer is silent for the dead time and is taken for down without proof.");
    }
}

/// <summary>Orders the fencing devices.</summary>
/// <param name="delay">What a node that holds nothing waits, so that the holder fences first.</param>
internal sealed class FencePolicy(TimeSpan delay) : IFencingPolicy
{
    public FencingDecision Decide(FencingContext context)
    {
        if (context.FencingDeviceCount == 0)
        {
            return FencingDecision.Wait("The policy is Fence and no fencing device is configured.");
        }

        // A holder that was paused has no head start: by now the peer may be the rightful holder.
        return context.LocalHolds && !context.LocalLate
            ? FencingDecision.Fence("The policy is Fence: the peer is to be cut off; this node holds a group and fences at once.")
            : FencingDecision.Fence("The policy is Fence: the peer is to be cut off; this node holds nothing and lets a living holder fence first.", delay);
    }
}
