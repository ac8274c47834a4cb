using HaCore.Configuration;
using HaCore.Engine;
using HaCore.Testing.Simulation;
using FencePolicy = HaCore.Configuration.FencePolicy;
using WaitPolicy = HaCore.Configuration.WaitPolicy;

namespace HaCore.Tests.Scenarios;

/// <summary>
/// What hostile readers found in self-fencing: each of these once ended in two holders, in a reset that nobody needed, or in a group that nobody could take. Times as in
/// <see cref="SelfFencingScenarios"/>.
/// </summary>
public sealed class SelfFencingDoubtScenarios
{
    private static World Watched(IFencingPolicy? policy = null, int devices = 0, Action<WorldSettings>? more = null) => SelfFencingScenarios.Watched(policy, devices, more);

    [Fact]
    [Trait("Rule", "F")]
    public void Cut_in_the_middle_of_a_hand_over_nobody_takes_for_a_reset_that_nobody_needs()
    {
        var world = Watched(more: s =>
        {
            s.Groups.Add(WorldSettings.Group("web", failback: FailbackPolicy.Never));
            s.RebootAfterReset = 20.Seconds();
        }).StartBoth();
        world.MustAccept("a", CommandKind.Move, "web", "b");
        world.RunUntil(() => !world.IsAnywhere("web") && world["a"].SaysHold(0) == HoldState.NotHeld, 2.Seconds(), "a has released");
        world.CutAll();
        world.Advance(1.Minutes()); // the invariant: never two holders
        world.HealAll();
        world.RunUntil(() => world.IsActive("web", "a") || world.IsActive("web", "b"), 2.Minutes(), "one of them runs it");
    }

    [Fact]
    [Trait("Rule", "F")]
    public void A_holder_that_gave_up_by_itself_after_the_cut_is_reset_all_the_same()
    {
        var world = Watched(more: s => s.Groups.Add(WorldSettings.Group("web") with { RestartLimit = 0, RestartWindow = 20.Seconds() })).StartBoth();
        world.CutAll();
        world.Advance(1.Seconds());
        world.BreakResource("a", "web-service");
        world.RunUntil(() => !world["a"].IsOn, 10.Seconds(), "a is reset: b was told so");
        world.ExpectActive("web", "b", within: 15.Seconds());
        world.ExpectStays("web", "b", 2.Minutes());
    }

    [Fact]
    [Trait("Rule", "F")]
    public void A_network_that_comes_back_gives_the_peer_one_dead_time_to_be_heard()
    {
        var world = new World(s => s.Policy = FencingPolicyEntries.Of(FencingPolicyKind.ProceedUnfenced).Create(null!, new FencingSettings())).StartBoth();
        world.ReportNetwork("b", NetworkReach.Unreachable);
        world.CutAll();
        world.Advance(1.Minutes());
        world.ReportNetwork("b", NetworkReach.Reachable);
        world.Advance(1.Seconds());
        world.HealAll();
        world.ExpectNeverActive("web", "b", 1.Minutes());
        world.ExpectActive("web", "a");
    }

    [Theory]
    [Trait("Rule", "F")]
    [InlineData(NetworkDeadAction.Wait)]
    [InlineData(NetworkDeadAction.StepDown)]
    public void A_holder_whose_network_is_dead_does_what_the_site_says(NetworkDeadAction action)
    {
        var world = new World(s => s.Policy = FencingPolicyEntries.Of(FencingPolicyKind.Wait).Create(null!, new FencingSettings { NetworkDead = action })).StartBoth();
        world.ReportNetwork("a", NetworkReach.Unreachable);
        world.ExpectStays("web", "a", 30.Seconds()); // in a session its ping targets decide nothing
        world.CutAll();
        world.Advance(10.Seconds());
        world.Expect(world.IsActive("web", "a") == (action == NetworkDeadAction.Wait) && world.Notices("a", NoticeKind.NetworkDead) == 1);
    }

    [Fact]
    [Trait("Rule", "W")]
    public void A_program_that_ends_in_maintenance_the_peer_has_not_heard_of_leaves_no_second_holder()
    {
        var world = Watched().StartBoth();
        world.CutAll();
        world.Advance(2.5.Seconds());
        world.MustAccept("a", CommandKind.Maintenance, flag: true);
        world.Stop("a");
        world.RunUntil(() => !world["a"].IsOn, 5.Seconds(), "a is reset");
        world.ExpectActive("web", "b", within: 10.Seconds());
    }

    [Fact]
    [Trait("Rule", "W")]
    public void A_crash_in_maintenance_the_peer_has_not_heard_of_ends_in_a_reset_at_the_next_start()
    {
        var world = Watched().StartBoth();
        world.CutAll();
        world.Advance(1.Seconds());
        world.MustAccept("a", CommandKind.Maintenance, flag: true);
        world.Advance(1.Seconds());
        world.Crash("a");
        world.Advance(2.5.Seconds());
        world.Start("a");
        world.Expect(!world["a"].IsOn);
        world.ExpectActive("web", "b", within: 10.Seconds());
    }

    [Fact]
    [Trait("Rule", "W")]
    public void Both_nodes_upgraded_in_maintenance_and_one_started_alone_resets_nothing()
    {
        var world = Watched().StartBoth();
        world.MustAccept("a", CommandKind.Maintenance, flag: true);
        world.Advance(2.Seconds());
        world.StopAndWait("a");
        world.StopAndWait("b");
        world.Start("a");
        world.ExpectStays("web", "a", 1.Minutes());
        world.MustAccept("a", CommandKind.Maintenance, flag: false);
        world.ExpectStays("web", "a", 1.Minutes());
        world.Start("b");
        world.ExpectStays("web", "a", 1.Minutes());
        world.Expect(world.Resets == 0);
    }

    [Fact]
    [Trait("Rule", "F")]
    public void A_lone_holder_is_not_reset_by_a_peer_that_says_hello_and_dies()
    {
        var world = Watched().StartBoth();
        world.PowerOff("a");
        world.ExpectActive("web", "b", within: 15.Seconds());
        for (var i = 0; i < 3; i++)
        {
            world.Start("a");
            world.Advance(1.Milliseconds());
            world.PowerOff("a");
            world.ExpectStays("web", "b", 30.Seconds());
        }

        world.Expect(world.Resets == 0);
    }

    [Fact]
    [Trait("Rule", "F")]
    public void A_lasting_break_in_one_direction_costs_one_reset_and_not_the_service()
    {
        var world = Watched(more: s => s.RebootAfterReset = 10.Seconds()).StartBoth();
        world.CutAllFrom("b");
        world.RunUntil(() => !world["a"].IsOn, 6.Seconds(), "a resets itself");
        world.ExpectActive("web", "b", within: 15.Seconds());
        world.ExpectStays("web", "b", 5.Minutes());
        world.Expect(world.Resets == 1);
    }

    [Fact]
    [Trait("Rule", "P")]
    public void What_is_found_active_at_a_lone_start_resets_nothing()
    {
        var world = Watched();
        world.Resource("a", "web-disk").Active = true;
        world.Start("a");
        world.Advance(2.Minutes());
        world.Expect(world["a"].IsOn && world.Resets == 0);
    }

    [Fact]
    [Trait("Rule", "F")]
    public void A_holder_goes_on_ordering_its_device_when_the_first_attempt_failed()
    {
        var world = Watched(new FencePolicy(1.Seconds()), devices: 1, more: s => s.SelfFencing = new(20.Seconds(), 25.Seconds())).StartBoth();
        world["a"].Fence.Mode = FenceMode.Fail;
        world.PowerOff("b");
        world.RunUntil(() => world.Fences("a") == 1, 5.Seconds(), "the first order");
        world.Advance(1.Seconds());
        world["a"].Fence.Mode = FenceMode.Confirm;
        world.ExpectStays("web", "a", 2.Minutes());
        world.Expect(world.Fences("a") == 2 && world.Resets == 0);
    }

    [Fact]
    [Trait("Rule", "S")]
    public void A_stop_that_failed_in_maintenance_resets_the_machine_only_after_the_peer_can_take_over()
    {
        var world = Watched().StartBoth();
        world.Resource("a", "web-service").Stop = StopMode.Fail;
        world.Resource("a", "web-service").StopTime = 3.Seconds();
        world.MustAccept("a", CommandKind.Move, "web", "b");
        world.Advance(1.Seconds());
        world.MustAccept("a", CommandKind.Maintenance, flag: true);
        world.Advance(10.Seconds());
        world.MustAccept("a", CommandKind.Maintenance, flag: false);
        world.RunUntil(() => !world["a"].IsOn, 5.Seconds(), "a resets itself");
        world.ExpectActive("web", "b", within: 15.Seconds());
    }

    [Fact]
    [Trait("Rule", "L")]
    public void A_pause_does_not_prolong_the_right()
    {
        var world = Watched(more: s => s.WatchdogTimeout = 1.Hours()).StartBoth();
        world.Freeze("a", 1.9.Seconds(), framesWait: false);
        world.CutAll();
        world.ExpectNeverActive("web", "b", 2.Seconds());
        world.RunUntil(() => !world["a"].IsOn, 0.5.Seconds(), "a resets itself four seconds after its last frame that was echoed, not six");
    }

    [Fact]
    [Trait("Rule", "F")]
    public void The_wait_begins_with_the_newest_frame_that_was_heard()
    {
        var world = Watched().StartBoth();
        world.CutAllFrom("b"); // a, the holder, is not echoed and still heard until it resets itself
        world.RunUntil(() => !world["a"].IsOn, 6.Seconds(), "a resets itself");
        world.ExpectNeverActive("web", "b", 8.5.Seconds());
        world.ExpectActive("web", "b", within: 1.Seconds());
    }

    [Fact]
    [Trait("Rule", "V")]
    public void Who_left_in_order_while_its_peer_was_silent_starts_again_without_a_reset()
    {
        var world = Watched().StartBoth();
        world.CutAll();
        world.Advance(2.5.Seconds());
        world.Expect(world.StopAndWait("a").Clean);
        world.Advance(5.Seconds());
        world.Start("a");
        world.Advance(10.Seconds());
        world.Expect(world["a"].IsOn && world.Resets == 0);
    }

    [Fact]
    [Trait("Rule", "F")]
    public void An_agent_that_says_the_peer_holds_it_does_not_renew_the_right()
    {
        var world = Watched(more: s => s.WatchdogTimeout = 1.Hours()).StartBoth();
        world.CutAll();
        world.Advance(3.Seconds());
        world.Resource("a", "web-service").Start = StartMode.HeldByPeer;
        world.Resource("a", "web-service").Stop = StopMode.Hang;
        world.KillResource("a", "web-service");
        world.RunUntil(() => !world["a"].IsOn, 1.5.Seconds(), "a resets itself four seconds after the last echo, whatever its agents say");
    }

    [Fact]
    [Trait("Rule", "F")]
    public void A_reset_that_was_proved_wrong_is_not_concluded_again()
    {
        var world = Watched(more: s =>
        {
            s.Groups.Add(WorldSettings.Group("g1"));
            s.Groups.Add(WorldSettings.Group("g2"));
        }).StartBoth();
        world.Resource("b", "g1-disk").Start = StartMode.HeldByPeer;
        world.Resource("b", "g2-disk").StartTime = 30.Seconds();
        world.PowerOff("a");
        world.RunUntil(() => world.Notices("b", NoticeKind.GroupBlocked) == 1, 15.Seconds(), "the agent proves that a lives");
        var verdicts = world.Notices("b", NoticeKind.PeerConfirmedDown);
        world.Advance(2.Minutes());
        world.Expect(world.Notices("b", NoticeKind.PeerConfirmedDown) == verdicts);
    }

    [Fact]
    [Trait("Rule", "W")]
    public void A_detach_that_is_heard_late_leaves_no_promise_on_disk()
    {
        var world = Watched().StartBoth();
        world.MustAccept("a", CommandKind.Maintenance, flag: true);
        world.CutAll();
        world.Stop("a");
        world.Advance(2.5.Seconds());
        world.HealAll();
        var process = world.Running("a");
        world.RunUntil(() => process.Exit is not null, 5.Seconds(), "a has detached");
        world.Expect(process.Exit!.Clean && world["a"].Disk.Durable!.ArmedBootId is null);
        world.Start("a");
        world.ExpectStays("web", "a", 1.Minutes());
        world.Expect(world.Resets == 0);
    }

    [Fact]
    [Trait("Rule", "H")]
    public void A_fence_that_hangs_after_the_links_healed_does_not_starve_the_right()
    {
        var world = Watched(new FencePolicy(TimeSpan.Zero), devices: 1).StartBoth();
        world["a"].Fence.Mode = FenceMode.Hang;
        world["b"].Fence.Mode = FenceMode.Hang;
        world.CutAll();
        world.RunUntil(() => world.Fences("a") == 1, 5.Seconds(), "a orders its device");
        world.HealAll();
        world.ExpectStays("web", "a", 20.Seconds());
        world.Expect(world.Resets == 0);
    }

    [Fact]
    [Trait("Rule", "P")]
    public void A_standby_that_cannot_look_at_one_group_takes_the_others_over()
    {
        var world = Watched(more: s =>
        {
            s.Groups.Add(WorldSettings.Group("g1"));
            s.Groups.Add(WorldSettings.Group("g2"));
        });
        world.Resource("b", "g2-disk").Probe = ProbeMode.Unknown;
        world.Start("a");
        world.Start("b");
        world.Advance(1.Minutes());
        world.PowerOff("a");
        world.ExpectActive("g1", "b", within: 15.Seconds());
        world.Expect(world.Resets == 0);
    }

    [Fact]
    [Trait("Rule", "P")]
    public void A_crash_in_the_first_second_is_no_reason_to_reset_anything()
    {
        var world = Watched();
        world.Resource("b", "web-disk").ProbeTime = 2.Seconds();
        world.Start("a");
        world.Start("b");
        world.Advance(1.Seconds());
        world.Crash("b");
        world.Advance(1.Seconds());
        world.Start("b");
        world.Advance(10.Seconds());
        world.Expect(world["b"].IsOn && world.Resets == 0);
    }

    [Fact]
    [Trait("Rule", "L")]
    public void A_long_silence_is_not_taken_for_time_that_the_clock_lost()
    {
        var world = Watched().StartBoth();
        world.MustAccept("a", CommandKind.Maintenance, flag: true);
        world.Advance(2.Seconds());
        world.CutAll();
        world.Advance(3.Hours());
        world.MustAccept("a", CommandKind.Maintenance, flag: false);
        world.Advance(10.Seconds());
        world.HealAll();
        world.ExpectStays("web", "a", 1.Minutes());
        world.Expect(world.Resets == 0 && world.Notices("a", NoticeKind.LocalLate) == 0);
    }

    [Fact]
    [Trait("Rule", "F")]
    public void The_back_off_of_one_incident_does_not_hold_up_the_next()
    {
        var world = new World(s => s.Policy = new FencePolicy(TimeSpan.Zero)).StartBoth();
        world["b"].Fence.Mode = FenceMode.Fail;
        world.PowerOff("a");
        world.Advance(10.Minutes());
        world.Start("a");
        world.Advance(1.Minutes());
        world["b"].Fence.Mode = FenceMode.Confirm;
        world.PowerOff("a");
        world.ExpectActive("web", "b", within: 6.Seconds());
    }

    [Fact]
    [Trait("Rule", "F")]
    public void A_holder_gets_what_its_dead_peer_held_although_the_device_died_with_it()
    {
        var world = Watched(new FencePolicy(TimeSpan.Zero), devices: 1, more: s =>
        {
            s.Groups.Add(WorldSettings.Group("g1"));
            s.Groups.Add(WorldSettings.Group("g2", preferred: "b"));
            s.PerNode = (node, c) => node == "a" ? c with { SelfFencing = null } : c;
        }).StartBoth();
        world["a"].Fence.Mode = FenceMode.Fail;
        world.PowerOff("b");
        world.ExpectActive("g2", "a", within: 1.Minutes());
        world.ExpectActive("g1", "a");
    }

    [Fact]
    [Trait("Rule", "L")]
    public void A_lone_holder_that_was_paused_goes_on_renewing_what_it_was_lent()
    {
        var world = new World(s => s.Policy = new WaitPolicy()).StartBoth();
        world.PowerOff("b");
        world.Advance(1.Minutes());
        world.Freeze("a", 10.Seconds());
        world.Advance(10.Seconds());
        world.Expect(world.Status("a", "web").Leases == LeasePermission.Granted, "nobody could have taken it over in the pause who could not before");
        world.ExpectActive("web", "a");
    }

    [Fact]
    [Trait("Rule", "F")]
    public void The_engine_gives_proof_of_life_once_per_heartbeat_however_slow_its_links_are()
    {
        var world = Watched(more: s => s.PerNode = (_, c) => c with { Links = [.. c.Links.Select(l => l with { Interval = 0.6.Seconds() })] });
        world.Start("a");
        world.Advance(1.Minutes());
        var before = world.Steps;
        world.Advance(10.Seconds());
        world.Expect(world.Steps - before >= 10 / 0.2, "one step per heartbeat of 0.2 s");
    }
}
