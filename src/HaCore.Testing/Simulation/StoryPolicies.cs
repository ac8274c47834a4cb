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

/// <summary>For one story's own rule, and for looking at what a policy is shown.</summary>
internal sealed class LambdaPolicy(Func<FencingContext, FencingDecision> decide) : IFencingPolicy
{
    public FencingDecision Decide(FencingContext context) => decide(context);
}
