using HaCore.Engine;
using HaCore.Testing.Simulation;

namespace HaCore.Tests.Scenarios;

/// <summary>Rules P, H and F: unprobed is held; a verdict is carried out undisturbed; only a confirmation frees.</summary>
public sealed class ProbeAndFenceScenarios
{
    [Theory]
    [Trait("Rule", "P")]
    [InlineData("a")]
    [InlineData("b")]
    public void Nothing_starts_before_every_resource_of_both_nodes_said_stopped(string unsure)
    {
        var world = new World();
        world.Resource(unsure, "web-service").Probe = ProbeMode.Unknown;
        world.Start("a");
        world.Start("b");
        world.Advance(1.Minutes());
        world.ExpectNowhere("web");
        world.Expect(world.Status(unsure, "web").LocalHold == HoldState.Unknown, "unprobed is unknown");
        world.Resource(unsure, "web-service").Probe = ProbeMode.Truth;
        world.ExpectActive("web", "a", within: 30.Seconds());
    }

    [Fact]
    [Trait("Rule", "P")]
    public void A_restarted_program_adopts_its_running_resources()
    {
        var world = new World().StartBoth();
        world.Crash("a");
        world.Advance(1.Seconds());
        world.Start("a");
        world.ExpectStays("web", "a", 20.Seconds());
        world.Expect(world.Status("a", "web").LocalHold == HoldState.Held);
        world.Expect(world.Starts("a") == 1 && world.Stops("a") == 0, "no restart");
        world.Expect(world.Notices("a", NoticeKind.Adopted) > 0);
    }

    [Fact]
    [Trait("Rule", "P")]
    public void A_program_that_finds_something_active_that_it_does_not_own_stops_it_first()
    {
        var world = new World();
        world["b"].PowerOn();
        world.Resource("b", "web-disk").Active = true;
        world.Start("a");
        world.Start("b");
        world.ExpectActive("web", "a", within: 30.Seconds());
        world.Expect(!world["b"].AnyActive(0));
        world.Expect(world.Stops("b") > 0);
    }

    [Fact]
    [Trait("Rule", "P")]
    public void Something_found_half_active_by_its_owner_ends_up_active_once()
    {
        var world = new World();
        world["a"].PowerOn();
        world.Resource("a", "web-disk").Active = true;
        world.Start("a");
        world.Start("b");
        world.ExpectActive("web", "a", within: 1.Minutes());
        world.ExpectStays("web", "a", 10.Seconds());
    }

    [Fact]
    [Trait("Rule", "P")]
    public void A_hold_mark_of_an_earlier_boot_is_history()
    {
        var world = new World(s => s.Policy = new WaitPolicy()).StartBoth();
        world.PowerOff("a");
        world.Advance(10.Seconds());
        world.Start("a");
        world.ExpectActive("web", "a", within: 30.Seconds());
    }

    [Fact]
    [Trait("Rule", "P")]
    public void A_program_without_a_session_does_not_hand_over_what_it_found()
    {
        var world = new World(s => s.Policy = new WaitPolicy()).StartBoth();
        world.Crash("a");
        world.CutAll();
        world.Start("a");
        world.ExpectNeverActive("web", "b", 1.Minutes());
        world.Expect(world.IsAnywhere("web"), "what runs on a goes on running");
        world.HealAll();
        world.RunUntilQuiet();
        world.ExpectActive("web", "a");
    }

    [Fact]
    [Trait("Rule", "H")]
    public void A_newer_incarnation_is_not_admitted_while_its_fence_is_in_flight()
    {
        var world = new World().StartBoth();
        world["b"].Fence.Latency = 20.Seconds();
        world["b"].Fence.Mode = FenceMode.Fail;
        world.PowerOff("a");
        world.RunUntil(() => world.Fences("b") == 1, 10.Seconds(), "b orders a fence");
        world.Start("a");
        world.Advance(10.Seconds());
        world.Expect(world.Running("b").LastSent.EchoIncarnation < 2, "the newer incarnation is not echoed");
        world.ExpectNowhere("web");
        world.ExpectActive("web", "a", within: 30.Seconds());
        world.Expect(world.Starts("b") == 0);
    }

    [Fact]
    [Trait("Rule", "H")]
    public void A_peer_that_rebooted_while_its_fence_was_confirmed_joins_afterwards()
    {
        var world = new World(s => s.Groups.Add(WorldSettings.Group("web", failback: FailbackPolicy.Never))).StartBoth();
        world["b"].Fence.Latency = 20.Seconds();
        world["b"].Fence.RebootAfter = 1.Seconds();
        world.PowerOff("a");
        world.ExpectActive("web", "b", within: 40.Seconds());
        world.RunUntilQuiet();
        world.ExpectActive("web", "b");
        world.Expect(world.Status("b").HasSession && world.Status("a").HasSession);
        world.Expect(world.Starts("a") == 1, "a started nothing after its reboot");
    }

    [Fact]
    [Trait("Rule", "H")]
    public void An_accepted_frame_during_the_delay_cancels_the_fence()
    {
        var world = new World(s => s.Policy = new FencePolicy(delay: 5.Seconds())).StartBoth();
        world.CutAll();
        world.Advance(5.Seconds());
        world.HealAll();
        world.ExpectStays("web", "a", 30.Seconds());
        world.Expect(world.Fences("a") + world.Fences("b") == 0);
    }

    [Fact]
    [Trait("Rule", "H")]
    public void After_a_fence_without_confirmation_the_next_order_waits_and_the_waits_grow()
    {
        var world = new World().StartBoth();
        world["b"].Fence.Mode = FenceMode.Fail;
        world["b"].Fence.Latency = 100.Milliseconds();
        world.PowerOff("a");
        world.Advance(10.Minutes());
        var orders = world.Trace.Entries.Where(e => e.What is Decision.Fence).Select(e => e.Time).ToArray();
        var waits = orders.Zip(orders.Skip(1), (one, next) => TimeSpan.FromTicks(next - one)).ToArray();
        world.Expect(orders.Length is >= 3 and < 100, "it goes on trying, not without end");
        world.Expect(waits.All(w => w >= 2.Seconds()), "at least one dead time between two orders");
        world.Expect(waits.Zip(waits.Skip(1)).All(p => p.Second >= p.First - 500.Milliseconds()), "the waits grow");
        world.ExpectNowhere("web");
    }

    [Theory]
    [Trait("Rule", "F")]
    [InlineData(nameof(FenceMode.Fail))]
    [InlineData(nameof(FenceMode.Unknown))]
    [InlineData(nameof(FenceMode.Hang))]
    [InlineData(nameof(FenceMode.OffButUnknown))]
    public void Only_a_confirmation_frees_the_group(string mode)
    {
        var world = new World().StartBoth();
        world["b"].Fence.Mode = Enum.Parse<FenceMode>(mode);
        world.PowerOff("a");
        world.ExpectNeverActive("web", "b", 3.Minutes());
        world["b"].Fence.Mode = FenceMode.Confirm;
        world.ExpectActive("web", "b", within: 10.Minutes());
    }

    [Theory]
    [Trait("Rule", "F")]
    [InlineData("a")]
    [InlineData("b")]
    public void A_node_that_never_met_its_peer_orders_no_fence(string alone)
    {
        var world = new World();
        world.Start(alone);
        world.ExpectNeverActive("web", alone, 10.Minutes());
        world.Expect(world.Fences(alone) == 0);
    }

    [Fact]
    [Trait("Rule", "F")]
    public void FenceAtStart_fences_a_peer_never_met_after_the_initial_dead_time()
    {
        var world = new World(s => s.FenceAtStart = true);
        world.Start("b");
        world.ExpectNeverActive("web", "b", 19.Seconds());
        world.Expect(world.Fences("b") == 0);
        world.ExpectActive("web", "b", within: 10.Seconds());
        world.Expect(world.Fences("b") == 1);
    }

    [Fact]
    [Trait("Rule", "F")]
    [Trait("Pathology", "fence race")]
    public void In_a_split_the_holder_fences_first_and_keeps_running()
    {
        var world = new World(s => s.Policy = new FencePolicy(delayWithoutHold: 5.Seconds())).StartBoth();
        world.CutAll();
        world.ExpectStays("web", "a", 1.Minutes());
        world.Expect(world.Fences("a") == 1 && world.Fences("b") == 0);
        world.Expect(!world["b"].IsOn, "b was cut off");
    }

    [Fact]
    [Trait("Rule", "F")]
    [Trait("Pathology", "fence race")]
    public void Two_nodes_that_fence_each_other_at_the_same_moment_leave_at_most_one_holder()
    {
        var world = new World().StartBoth();
        world["a"].Fence.Latency = 1.Seconds();
        world["b"].Fence.Latency = 1.Seconds();
        world.CutAll();
        world.Advance(1.Minutes());
        world.HealAll();
        foreach (var node in world.Nodes.Where(n => n.Process is null))
        {
            world.Start(node.Key);
        }

        world.RunUntilQuiet();
        world.ExpectActive("web", "a");
    }

    [Fact]
    [Trait("Rule", "F")]
    public void A_fence_is_ordered_once_and_its_result_is_used_once()
    {
        var world = new World().StartBoth();
        world.PowerOff("a");
        world.ExpectActive("web", "b", within: 10.Seconds());
        world.ExpectStays("web", "b", 10.Minutes());
        world.Expect(world.Fences("b") == 1);
    }

    [Fact]
    [Trait("Rule", "F")]
    [Trait("Pathology", "joining peer")]
    public void A_joining_peer_is_not_fenced()
    {
        var world = new World().StartBoth();
        world.StopAndWait("b");
        world.Advance(30.Seconds());
        world.Resource("b", "web-disk").Probe = ProbeMode.Hang;   // joining takes its time
        world.Start("b");
        world.ExpectStays("web", "a", 2.Minutes());
        world.Expect(world.Fences("a") + world.Fences("b") == 0);
    }
}
