namespace HaCore.Configuration;

/// <summary>The built-in policies by kind and by name.</summary>
internal static class FencingPolicyEntries
{
    /// <summary>What a start without a policy says: one sentence for each choice.</summary>
    public const string Choices =
        "\"Wait\" never takes over without proof that the peer is down (it said it left, or an operator confirms it): safe, and nothing is automatic after a crash. " +
        "\"ProceedUnfenced\" takes over after the dead time without proof: automatic, and if the peer lives behind cut links both nodes run the group. " +
        "\"Fence\" orders fencing devices to cut the peer off and takes over when they confirm it: safe and automatic, and needs a device.";

    public static FencingPolicyEntry Of(FencingPolicyKind kind) => kind switch
    {
        FencingPolicyKind.Wait => new("Wait", NeedsDevice: false, (_, _) => new WaitPolicy()),
        FencingPolicyKind.ProceedUnfenced => new("ProceedUnfenced", NeedsDevice: false, (_, _) => new ProceedUnfencedPolicy()),
        FencingPolicyKind.Fence => new("Fence", NeedsDevice: true, (_, settings) => new FencePolicy(settings.Delay)),
    };

    public static string NameOf(Type policy)
    {
        const string ending = "Policy";
        return policy.Name.Length > ending.Length && policy.Name.EndsWith(ending, StringComparison.Ordinal) ? policy.Name[..^ending.Length] : policy.Name;
    }
}
