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

/// <summary>Orders the fencing devices, again and again; once the reset of a peer that fences itself is certain, that counts when they did not confirm.</summary>
/// <param name="delay">What a node that holds nothing waits, so that the holder fences first.</param>
/// <param name="jitter">Most that is added at random where neither node has the better claim, so that they do not shoot each other at the same moment.</param>
internal sealed class FencePolicy(TimeSpan delay, TimeSpan jitter = default) : IFencingPolicy
{
    public FencingDecision Decide(FencingContext context)
    {
        if (context.FencingDeviceCount == 0)
        {
            return FencingDecision.Wait("The policy is Fence and no fencing device is configured.");
        }

        if (context.FailedAttempts > 0 && context.PeerResetCertain && !context.PeerUnclean)
        {
            return FencingDecision.AwaitSelfFencing("The policy is Fence: the devices did not confirm, but the peer resets itself when it has lost this node.");
        }

        // A holder that was paused has no head start: by now the peer may be the rightful holder.
        var isHolder = context.LocalHolds && !context.LocalLate;
        var random = isHolder == context.PeerMayHold ? jitter * context.Jitter : TimeSpan.Zero;
        return isHolder
            ? FencingDecision.Fence("The policy is Fence: the peer is to be cut off; this node holds a group and fences at once.", random)
            : FencingDecision.Fence("The policy is Fence: the peer is to be cut off; this node holds nothing and lets a living holder fence first.", delay + random);
    }
}

/// <summary>Takes over when the peer's own self-fencing has certainly reset it.</summary>
internal sealed class SelfFencingPolicy : IFencingPolicy
{
    private const string NotArmed = "The policy is SelfFencing and the last frames of the peer do not say that it resets itself: nothing is taken over until it left or an operator confirms it down.";

    public FencingDecision Decide(FencingContext context) => context.PeerSelfFences
        ? FencingDecision.AwaitSelfFencing("The policy is SelfFencing: the peer has reset itself by now, because it has lost this node.")
        : FencingDecision.Wait(NotArmed);
}

/// <summary>Around every built-in policy: a node whose own network is dead judges nobody. The ping targets never confirm anything.</summary>
/// <param name="inner">Decides while the network is not known to be dead.</param>
/// <param name="whenDead">What a holder without a session does then.</param>
internal sealed class NetworkAwarePolicy(IFencingPolicy inner, NetworkDeadAction whenDead) : IFencingPolicy
{
    public IFencingPolicy Inner => inner;

    public FencingDecision Decide(FencingContext context) => context.Network switch
    {
        NetworkReach.Unknown or NetworkReach.Reachable => inner.Decide(context),
        NetworkReach.Unreachable when whenDead == NetworkDeadAction.StepDown && context.LocalHolds && !context.PeerUnclean =>
            FencingDecision.StepDown("This node's own network is dead and it has lost the peer: it gives up what it holds, as NetworkDead says."),
        NetworkReach.Unreachable => FencingDecision.Wait("This node's own network is dead: that the peer is silent says nothing about the peer."),
    };
}
