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
    public void Policies_always_give_a_reason()
    {
        foreach (var context in Contexts())
        {
            foreach (IFencingPolicy policy in (IFencingPolicy[])[new WaitPolicy(), new ProceedUnfencedPolicy(), new FencePolicy(Seconds(1))])
            {
                Assert.False(string.IsNullOrEmpty(policy.Decide(context).Reason));
            }
        }
    }

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
