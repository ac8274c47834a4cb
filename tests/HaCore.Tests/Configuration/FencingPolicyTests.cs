using HaCore.Configuration;

namespace HaCore.Tests.Configuration;

public sealed class FencingPolicyTests
{
    [Fact]
    public void Wait_never_acts()
    {
        foreach (var context in Contexts())
        {
            Assert.Equal(FencingAction.Wait, new WaitPolicy().Decide(context).Action);
        }
    }

    [Fact]
    public void Proceed_takes_over_from_a_silent_peer_after_the_dead_time()
    {
        Assert.Equal(FencingAction.ProceedUnfenced, Proceed(new() { SilentFor = Seconds(2), DeadTime = Seconds(2), HadSession = true }));
        Assert.Equal(FencingAction.Wait, Proceed(new() { SilentFor = Seconds(1.9), DeadTime = Seconds(2), HadSession = true }));
    }

    [Fact]
    public void Proceed_waits_for_a_peer_that_is_deaf_or_was_never_met_and_cannot_be_verified()
    {
        Assert.Equal(FencingAction.Wait, Proceed(new() { SilentFor = Seconds(9), DeadTime = Seconds(2), HadSession = true, Contact = PeerContact.Deaf }));
        Assert.Equal(FencingAction.Wait, Proceed(new() { SilentFor = Seconds(9), DeadTime = Seconds(2), Contact = PeerContact.Unverified }));
        Assert.Equal(FencingAction.ProceedUnfenced, Proceed(new() { SilentFor = Seconds(9), DeadTime = Seconds(2), HadSession = true, Contact = PeerContact.Unverified }));
    }

    [Fact]
    public void Proceed_gives_up_what_a_paused_node_holds()
    {
        Assert.Equal(FencingAction.StepDown, Proceed(new() { SilentFor = Seconds(9), DeadTime = Seconds(2), LocalLate = true, LocalHolds = true, Contact = PeerContact.Deaf }));
        Assert.Equal(FencingAction.ProceedUnfenced, Proceed(new() { SilentFor = Seconds(9), DeadTime = Seconds(2), LocalLate = true }));
    }

    [Fact]
    public void Fence_lets_the_holder_go_first()
    {
        var policy = new FencePolicy(Seconds(1));
        var holder = policy.Decide(new() { FencingDeviceCount = 1, LocalHolds = true });
        var other = policy.Decide(new() { FencingDeviceCount = 1 });
        var paused = policy.Decide(new() { FencingDeviceCount = 1, LocalHolds = true, LocalLate = true });
        Assert.Equal((FencingAction.Fence, TimeSpan.Zero), (holder.Action, holder.Delay));
        Assert.Equal((FencingAction.Fence, Seconds(1)), (other.Action, other.Delay));
        Assert.Equal((FencingAction.Fence, Seconds(1)), (paused.Action, paused.Delay));
        Assert.Equal(FencingAction.Wait, policy.Decide(new()).Action);
    }

    [Fact]
    public void Fence_adds_jitter_only_where_neither_node_has_the_better_claim()
    {
        var policy = new FencePolicy(Seconds(1), Seconds(4));
        TimeSpan Delay(bool holds, bool peerMayHold) =>
            policy.Decide(new() { FencingDeviceCount = 1, LocalHolds = holds, PeerMayHold = peerMayHold, Jitter = 0.5 }).Delay;

        Assert.Equal(TimeSpan.Zero, Delay(holds: true, peerMayHold: false));
        Assert.Equal(Seconds(1), Delay(holds: false, peerMayHold: true));
        Assert.Equal(Seconds(2), Delay(holds: true, peerMayHold: true));
        Assert.Equal(Seconds(3), Delay(holds: false, peerMayHold: false));
    }

    [Fact]
    public void Fence_waits_for_the_reset_of_the_peer_once_the_devices_failed()
    {
        var policy = new FencePolicy(Seconds(1));
        FencingAction Action(int failed, bool certain, bool unclean = false, bool holds = false) =>
            policy.Decide(new() { FencingDeviceCount = 1, FailedAttempts = failed, PeerSelfFences = true, PeerResetCertain = certain, PeerUnclean = unclean, LocalHolds = holds }).Action;

        Assert.Equal(FencingAction.Fence, Action(failed: 0, certain: true));
        Assert.Equal(FencingAction.AwaitSelfFencing, Action(failed: 1, certain: true));
        Assert.Equal(FencingAction.Fence, Action(failed: 1, certain: false));
        Assert.Equal(FencingAction.Fence, Action(failed: 1, certain: true, unclean: true));
        Assert.Equal(FencingAction.AwaitSelfFencing, Action(failed: 1, certain: true, holds: true));
    }

    [Fact]
    public void Self_fencing_waits_for_a_peer_that_is_not_known_to_be_armed()
    {
        Assert.Equal(FencingAction.AwaitSelfFencing, new SelfFencingPolicy().Decide(new() { PeerSelfFences = true }).Action);
        Assert.Equal(FencingAction.Wait, new SelfFencingPolicy().Decide(new()).Action);
    }

    [Fact]
    public void A_node_whose_own_network_is_dead_judges_nobody()
    {
        foreach (var context in Contexts())
        {
            context.Network = NetworkReach.Unreachable;
            foreach (var kind in Enum.GetValues<FencingPolicyKind>())
            {
                Assert.Equal(FencingAction.Wait, Built(kind, NetworkDeadAction.Wait).Decide(context).Action);
                var expected = context.LocalHolds ? FencingAction.StepDown : FencingAction.Wait;
                Assert.Equal(expected, Built(kind, NetworkDeadAction.StepDown).Decide(context).Action);
            }
        }
    }

    [Fact]
    public void Ping_targets_that_answer_or_are_unknown_change_nothing()
    {
        foreach (var context in Contexts())
        {
            foreach (var kind in Enum.GetValues<FencingPolicyKind>())
            {
                var policy = Built(kind, NetworkDeadAction.StepDown);
                context.Network = NetworkReach.Unknown;
                var unknown = policy.Decide(context);
                context.Network = NetworkReach.Reachable;
                Assert.Equal(unknown, policy.Decide(context));
            }
        }
    }

    [Fact]
    public void Policies_always_give_a_reason()
    {
        foreach (var context in Contexts())
        {
            foreach (var kind in Enum.GetValues<FencingPolicyKind>())
            {
                Assert.False(string.IsNullOrEmpty(Built(kind, NetworkDeadAction.Wait).Decide(context).Reason));
            }
        }
    }

    private static IFencingPolicy Built(FencingPolicyKind kind, NetworkDeadAction whenDead) =>
        FencingPolicyEntries.Of(kind).Create(null!, new FencingSettings { NetworkDead = whenDead });

    private static FencingAction Proceed(FencingContext context) => new ProceedUnfencedPolicy().Decide(context).Action;

    private static TimeSpan Seconds(double value) => TimeSpan.FromSeconds(value);

    private static IEnumerable<FencingContext> Contexts() =>
        from bits in Enumerable.Range(0, 32)
        from contact in Enum.GetValues<PeerContact>()
        select new FencingContext
        {
            SilentFor = Seconds((bits & 1) * 9),
            DeadTime = Seconds(2),
            HadSession = (bits & 2) != 0,
            LocalHolds = (bits & 4) != 0,
            LocalLate = (bits & 8) != 0,
            FencingDeviceCount = (bits & 16) / 16,
            Contact = contact,
        };
}
