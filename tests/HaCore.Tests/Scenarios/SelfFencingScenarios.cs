using HaCore.Configuration;
using HaCore.Engine;
using HaCore.Testing.Simulation;
using FencePolicy = HaCore.Configuration.FencePolicy;

namespace HaCore.Tests.Scenarios;

/// <summary>
/// Watchdogs in place of a fencing device: who lost its right resets itself, and the other waits until that is certain. Times: right 4 s, watchdog 3 s,
/// reset latency and margin 2 s, so certain after 9 s.
/// </summary>
public sealed class SelfFencingScenarios
{
    private static readonly EngineSelfFencing Times = new(4.Seconds(), 9.Seconds());

    internal static World Watched(IFencingPolicy? policy = null, int devices = 0, Action<WorldSettings>? more = null) => new(s =>
    {
        s.Policy = policy ?? new SelfFencingPolicy();
        s.FencingDeviceCount = devices;
        s.SelfFencing = Times;
        more?.Invoke(s);
    });

    [Fact]
    [Trait("Rule", "F")]
    public void All_links_cut_the_holder_resets_itself_and_only_then_the_other_takes_over()
    {
        var world = Watched().StartBoth();
        world.CutAll();
        world.RunUntil(() => !world["a"].IsOn, 5.Seconds(), "a resets itself");
        world.ExpectNowhere("web");
        world.Expect(world.Notices("a", NoticeKind.SelfFenced) == 2, "it warns before it does it");
        world.ExpectActive("web", "b", within: 10.Seconds());
        world.Expect(world.Status("b", "web").Resources[0].State == ResourceState.Running);
    }

    [Fact]
    [Trait("Rule", "F")]
    public void A_frozen_holder_is_reset_by_its_watchdog_before_the_other_takes_over()
    {
        var world = Watched().StartBoth();
        world.Freeze("a");
        world.RunUntil(() => !world["a"].IsOn, 4.Seconds(), "the watchdog fires");
        world.ExpectActive("web", "b", within: 12.Seconds());
        world.Expect(world.Resets == 1);
    }

    [Fact]
    [Trait("Rule", "F")]
    public void A_dead_holder_is_taken_over_from_after_the_certain_time_and_not_before()
    {
        var world = Watched().StartBoth();
        world.PowerOff("a");
        world.ExpectNeverActive("web", "b", 8.5.Seconds());
        world.ExpectActive("web", "b", within: 1.Seconds());
    }

    [Fact]
    [Trait("Rule", "F")]
    public void Without_an_armed_frame_the_other_waits_for_an_operator()
    {
        var world = Watched(more: s => s.PerNode = (node, c) => node == "a" ? c with { SelfFencing = null } : c).StartBoth();
        world.PowerOff("a");
        world.ExpectNeverActive("web", "b", 1.Minutes());
        world.Expect(world.Notices("b", NoticeKind.TakeoverBlocked) == 1);
        world.MustAccept("b", CommandKind.ConfirmDown, node: "a", token: world.PeerAsSeenBy("b").ConfirmDownToken);
        world.ExpectActive("web", "b", within: 1.Seconds());
    }

    [Fact]
    [Trait("Rule", "F")]
    public void A_holder_whose_peer_is_confirmed_down_keeps_its_right()
    {
        var world = Watched(new FencePolicy(TimeSpan.Zero), devices: 1).StartBoth();
        world.PowerOff("b");
        world.ExpectStays("web", "a", 5.Minutes());
        world.Expect(world.Resets == 0 && world.Fences("a") == 1);
    }

    [Fact]
    [Trait("Rule", "F")]
    public void A_peer_that_left_in_order_takes_no_right_with_it()
    {
        var world = Watched().StartBoth();
        world.StopAndWait("b");
        world.ExpectStays("web", "a", 5.Minutes());
        world.Expect(world.Resets == 0);
    }

    [Fact]
    [Trait("Rule", "F")]
    public void A_holder_without_a_device_resets_itself_when_the_standby_dies()
    {
        var world = Watched(more: s => s.RebootAfterReset = 30.Seconds()).StartBoth();
        world.PowerOff("b");
        world.RunUntil(() => !world["a"].IsOn, 6.Seconds(), "a resets itself");
        world.Advance(2.Minutes());
        world.ExpectNowhere("web"); // total outage: what AcceptTotalOutage is about
        world.Start("b");
        world.ExpectActive("web", "a", within: 1.Minutes());
    }

    [Fact]
    [Trait("Rule", "F")]
    public void A_device_that_fails_leaves_the_reset_of_the_peer()
    {
        var world = Watched(new FencePolicy(1.Seconds()), devices: 1).StartBoth();
        world["b"].Fence.Mode = FenceMode.Fail;
        world["a"].Fence.Mode = FenceMode.Fail;
        world.CutAll();
        world.ExpectActive("web", "b", within: 30.Seconds());
        world.Expect(!world["a"].IsOn && world.Resets == 1);
    }

    [Fact]
    [Trait("Rule", "S")]
    public void A_stop_that_fails_resets_the_machine()
    {
        var world = Watched().StartBoth();
        world.Resource("a", "web-service").Stop = StopMode.Fail;
        world.MustAccept("a", CommandKind.Move, "web", "b");
        world.RunUntil(() => !world["a"].IsOn, 2.Seconds(), "a resets itself");
        world.ExpectActive("web", "b", within: 15.Seconds());
    }

    [Fact]
    [Trait("Rule", "S")]
    public void A_stop_that_fails_alone_waits_and_resets_the_machine_when_the_peer_returns()
    {
        var world = Watched(new FencePolicy(TimeSpan.Zero), devices: 1).StartBoth();
        world.PowerOff("b");
        world.ExpectStays("web", "a", 1.Minutes());
        world.Resource("a", "web-service").Stop = StopMode.Fail;
        world.MustAccept("a", CommandKind.Standby, node: "a", flag: true);
        world.Advance(1.Minutes());
        world.Expect(world["a"].IsOn && world.Notices("a", NoticeKind.GroupUnclean) == 1);
        world.Start("b");
        world.RunUntil(() => !world["a"].IsOn, 5.Seconds(), "a resets itself");
        world.ExpectActive("web", "b", within: 30.Seconds());
    }

    [Fact]
    [Trait("Rule", "P")]
    public void A_program_that_starts_again_over_its_own_hold_mark_resets_the_machine()
    {
        var world = Watched().StartBoth();
        world.Crash("a");
        world.Advance(1.Seconds());
        world.Start("a");
        world.Expect(!world["a"].IsOn && world.Resets == 1);
        world.ExpectActive("web", "b", within: 15.Seconds());
    }

    [Fact]
    [Trait("Rule", "W")]
    public void Maintenance_disarms_only_after_the_peer_heard_of_it()
    {
        var world = Watched().StartBoth();
        world.MustAccept("a", CommandKind.Maintenance, flag: true);
        world.Advance(2.Seconds());
        world.CutAll();
        world.ExpectStays("web", "a", 5.Minutes());
        world.Expect(world.Resets == 0);
        world.HealAll();
        world.Advance(5.Seconds());
        world.MustAccept("a", CommandKind.Maintenance, flag: false);
        world.ExpectStays("web", "a", 1.Minutes());
    }

    [Fact]
    [Trait("Rule", "W")]
    public void Maintenance_that_the_peer_cannot_have_heard_of_does_not_keep_the_holder()
    {
        var world = Watched().StartBoth();
        world.CutAll();
        world.Advance(1.Seconds());
        world.MustAccept("a", CommandKind.Maintenance, flag: true);
        world.RunUntil(() => !world["a"].IsOn, 5.Seconds(), "a resets itself");
        world.ExpectActive("web", "b", within: 15.Seconds());
    }

    [Fact]
    [Trait("Rule", "W")]
    public void An_upgrade_in_maintenance_resets_nothing()
    {
        var world = Watched().StartBoth();
        world.MustAccept("a", CommandKind.Maintenance, flag: true);
        world.Advance(2.Seconds());
        world.Expect(world.StopAndWait("a").Clean);
        world.Advance(30.Seconds());
        world.Start("a");
        world.Advance(30.Seconds());
        world.MustAccept("a", CommandKind.Maintenance, flag: false);
        world.ExpectStays("web", "a", 1.Minutes());
        world.Expect(world.Resets == 0);
    }

    [Theory]
    [Trait("Rule", "L")]
    [InlineData(1.5)]
    [InlineData(2.5)]
    public void A_pause_within_the_right_time_resets_nothing(double seconds)
    {
        var world = Watched().StartBoth();
        world.Freeze("a", seconds.Seconds());
        world.ExpectStays("web", "a", 1.Minutes());
        world.Expect(world.Resets == 0);
    }

    [Theory]
    [Trait("Rule", "L")]
    [InlineData(false)]
    [InlineData(true)]
    public void A_sleeper_whose_watchdog_did_not_fire_resets_itself_when_it_wakes(bool timerFirst)
    {
        var world = Watched(more: s => s.WatchdogTimeout = 1.Hours()).StartBoth(); // a watchdog that is broken
        world.Freeze("a", 5.Seconds(), timerFirst: timerFirst);
        world.Expect(!world["a"].IsOn);
        world.ExpectActive("web", "b", within: 10.Seconds());
    }

    [Fact]
    [Trait("Rule", "N")]
    public void A_superseded_holder_resets_itself()
    {
        var world = Watched(more: s => s.TwoHoldersAllowed = true).StartBoth();
        world.AddDouble("a", "a2");
        world["a2"].Disk.Durable = world["a"].Disk.Durable! with { Incarnation = 7 };
        world.Start("a2");
        world.RunUntil(() => !world["a"].IsOn, 10.Seconds(), "a resets itself");
    }

    [Fact]
    [Trait("Rule", "F")]
    public void One_way_silence_resets_the_holder_that_is_not_echoed()
    {
        var world = Watched().StartBoth();
        world.CutAllFrom("a"); // b hears nothing of a; a hears b, which echoes nothing new
        world.RunUntil(() => !world["a"].IsOn, 6.Seconds(), "a resets itself");
        world.ExpectActive("web", "b", within: 10.Seconds());
    }

    [Fact]
    [Trait("Rule", "F")]
    public void A_standby_that_is_heard_and_does_not_hear_is_not_taken_for_reset()
    {
        var world = Watched().StartBoth();
        world.CutAllFrom("b"); // a hears nothing of b; b hears a, which does not echo
        world.RunUntil(() => !world["a"].IsOn, 6.Seconds(), "a, the holder, resets itself");
        world.ExpectActive("web", "b", within: 15.Seconds());
    }
}
