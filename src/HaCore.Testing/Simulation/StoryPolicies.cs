namespace HaCore.Testing.Simulation;

/// <summary>Never proves anything: the peer's groups wait for the peer or an operator.</summary>
internal sealed class WaitPolicy : IFencingPolicy
{
    public FencingDecision Decide(FencingContext context) => FencingDecision.Wait("story: wait");
}

/// <summary>Fences a silent or deaf peer; the node that holds nothing may be told to wait a little longer.</summary>
internal sealed class FencePolicy(TimeSpan delay = default, TimeSpan delayWithoutHold = default) : IFencingPolicy
{
    public FencingDecision Decide(FencingContext context) =>
        FencingDecision.Fence("story: fence", context.LocalHolds ? delay : delay + delayWithoutHold);
}

/// <summary>Takes silence alone for death. Whoever is heard in any way is not silent.</summary>
internal sealed class ProceedPolicy : IFencingPolicy
{
    public FencingDecision Decide(FencingContext context) => context.Contact switch
    {
        PeerContact.Silent => context.LocalLate
            ? FencingDecision.StepDown("story: I was away, the peer may have taken over")
            : FencingDecision.ProceedUnfenced("story: silence is death"),
        PeerContact.Deaf => FencingDecision.Wait("story: it lives and does not hear us"),
        PeerContact.Unverified => FencingDecision.Wait("story: someone claims to be the peer"),
    };
}

/// <summary>Gives up what it holds when the peer is gone.</summary>
internal sealed class StepDownPolicy : IFencingPolicy
{
    public FencingDecision Decide(FencingContext context) => FencingDecision.StepDown("story: step down");
}

/// <summary>User code at its worst: changes its mind all the time, gives no reason, and throws. It never says that a peer is down.</summary>
internal sealed class ErraticPolicy(ulong seed) : IFencingPolicy
{
    public FencingDecision Decide(FencingContext context)
    {
        // Of what it is shown alone: asked twice about the same thing it answers the same.
        var mood = (context.SilentFor.Ticks / Math.Max(1, context.DeadTime.Ticks / 8)) + (long)(seed & 0xFF);
        return (mood % 7) switch
        {
            0 => default,
            1 => throw new InvalidOperationException("story: a bug in a policy"),
            2 => FencingDecision.AwaitSelfFencing("story: it must have reset itself"),
            3 when (seed & 0x100) != 0 => FencingDecision.StepDown("story: step down"),
            _ => FencingDecision.Fence("story: fence"),
        };
    }
}

/// <summary>For one story's own rule, and for looking at what a policy is shown.</summary>
internal sealed class LambdaPolicy(Func<FencingContext, FencingDecision> decide) : IFencingPolicy
{
    public FencingDecision Decide(FencingContext context) => decide(context);
}
