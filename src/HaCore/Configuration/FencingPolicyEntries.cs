namespace HaCore.Configuration;

/// <summary>The built-in policies by kind and by name.</summary>
internal static class FencingPolicyEntries
{
    /// <summary>What a start without a policy says: one sentence for each choice.</summary>
    public const string Choices =
        "\"Wait\" never takes over without proof that the peer is down (it said it left, or an operator confirms it): safe, and nothing is automatic after a crash. " +
        "\"ProceedUnfenced\" takes over after the dead time without proof: automatic, and if the peer lives behind cut links both nodes run the group. " +
        "\"Fence\" orders fencing devices to cut the peer off and takes over when they confirm it: safe and automatic, and needs a device. " +
        "\"SelfFencing\" waits until the peer's own watchdog has certainly reset it: safe and automatic, needs a watchdog on both nodes, and a holder that loses its peer resets itself, too.";

    public static FencingPolicyEntry Of(FencingPolicyKind kind) => kind switch
    {
        FencingPolicyKind.Wait => new("Wait", NeedsDevice: false, (_, settings) => Aware(new WaitPolicy(), settings)),
        FencingPolicyKind.ProceedUnfenced => new("ProceedUnfenced", NeedsDevice: false, (_, settings) => Aware(new ProceedUnfencedPolicy(), settings)),
        FencingPolicyKind.Fence => new("Fence", NeedsDevice: true, (_, settings) => Aware(new FencePolicy(settings.Delay, settings.Jitter), settings)),
        FencingPolicyKind.SelfFencing => new("SelfFencing", NeedsDevice: false, (_, settings) => Aware(new SelfFencingPolicy(), settings)),
    };

    private static NetworkAwarePolicy Aware(IFencingPolicy policy, FencingSettings settings) => new(policy, settings.NetworkDead);

    public static string NameOf(Type policy)
    {
        const string ending = "Policy";
        return policy.Name.Length > ending.Length && policy.Name.EndsWith(ending, StringComparison.Ordinal) ? policy.Name[..^ending.Length] : policy.Name;
    }
}
