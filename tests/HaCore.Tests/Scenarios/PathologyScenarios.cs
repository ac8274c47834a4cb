using HaCore.Engine;
using HaCore.Testing.Simulation;

namespace HaCore.Tests.Scenarios;

/// <summary>What hurt the users of other cluster programs, as far as the engine decides it; the trait names the pathology.</summary>
public sealed class PathologyScenarios
{
    [Fact]
    [Trait("Pathology", "pause")]
    public void A_frozen_machine_does_not_serve_beside_its_successor_after_the_fence()
    {
        var world = new World(s => s.Groups.Add(WorldSettings.Group("web", failback: FailbackPolicy.Never))).StartBoth();
        world["b"].Fence.RebootAfter = 5.Seconds();
        world.Freeze("a");
        world.ExpectActive("web", "b", within: 10.Seconds());
        world.Thaw("a");
        world.ExpectStays("web", "b", 1.Minutes());
        world.Expect(world.Status("a").HasSession, "the fenced machine is in again");
    }

    [Fact]
    public void The_same_story_told_twice_is_the_same_story()
    {
        World.Story story = world =>
        {
            world.StartBoth();
            world.PowerOff("a");
            world.Advance(20.Seconds());
            world.Start("a");
            world.Advance(1.Minutes());
        };
        Assert.Equal(World.Tell(story).Trace.Print(int.MaxValue), World.Tell(story).Trace.Print(int.MaxValue));
    }

    [Theory]
    [Trait("Pathology", "clock")]
    [InlineData(200, -200)]
    [InlineData(-200, 200)]
    public void Clocks_that_drift_apart_disturb_nothing(int driftOfA, int driftOfB)
    {
        var world = new World(s => s.DriftPpm = node => node == "a" ? driftOfA : driftOfB).StartBoth();
        world.ExpectStays("web", "a", 1.Hours());
        world.Expect(world.Fences("a") + world.Fences("b") == 0);
        world.Expect(world.Notices("a", NoticeKind.SessionEnded) + world.Notices("b", NoticeKind.SessionEnded) == 0);
        world.Expect(world.Notices("a", NoticeKind.LocalLate) + world.Notices("b", NoticeKind.LocalLate) == 0);
    }

    [Theory]
    [Trait("Pathology", "power loss")]
    [InlineData("a", 0)]
    [InlineData("b", 0)]
    [InlineData("a", 25)]
    [InlineData("b", 25)]
    public void After_a_power_loss_of_both_the_group_runs_exactly_once(string first, int secondsBetween)
    {
        var world = new World().StartBoth();
        world.PowerOff("a");
        world.PowerOff("b");
        world.Start(first);
        world.Advance(secondsBetween.Seconds());
        world.Start(first == "a" ? "b" : "a");
        world.RunUntilQuiet();
        world.ExpectActive("web", "a");
        world.Expect(world.Fences("a") + world.Fences("b") == 0, "no fence at start");
    }

    [Fact]
    [Trait("Pathology", "power loss")]
    public void A_fenced_node_that_boots_without_network_starts_nothing_and_fences_nobody()
    {
        var world = new World().StartBoth();
        world["b"].Fence.RebootAfter = 10.Seconds();
        world.CutAll();
        world["a"].Fence.Mode = FenceMode.Fail;
        world.ExpectActive("web", "b", within: 20.Seconds());
        var fencesBefore = world.Fences("a");
        world.ExpectStays("web", "b", 10.Minutes());
        world.Expect(world["a"].IsOn && world["a"].Process is not null, "it booted");
        world.Expect(world.Fences("a") == fencesBefore, "no fencing loop");
        world.HealAll();
        world.ExpectActive("web", "a", within: 1.Minutes());
    }

    [Fact]
    [Trait("Pathology", "flapping links")]
    public void Hours_of_flapping_links_heal_by_themselves()
    {
        var world = new World(s => s.Policy = new WaitPolicy()).StartBoth();
        for (var i = 0; i < 200; i++)
        {
            var link = world.Random.Next(2) == 0 ? "lan" : "crossover";
            if (world.Random.Next(3) == 0)
            {
                world.CutFrom(world.Random.Next(2) == 0 ? "a" : "b", link);
            }
            else if (world.Random.Next(2) == 0)
            {
                world.Cut(link);
            }
            else
            {
                world.Heal(link);
            }

            world.Advance(TimeSpan.FromMilliseconds(world.Random.Next(10, 20_000)));
            world.ExpectActive("web", "a");
        }

        world.HealAll();
        world.RunUntilQuiet();
        world.Expect(world.Status("a").HasSession && world.Status("b").HasSession);
        world.ExpectActive("web", "a");
        world.Expect(world.Stops("a") == 0);
    }

    [Fact]
    [Trait("Pathology", "flapping links")]
    public void The_own_interface_going_down_and_up_heals_by_itself()
    {
        var world = new World(s => s.Policy = new WaitPolicy()).StartBoth();
        world.SetInterface("a", "lan", isUp: false);
        world.SetInterface("a", "crossover", isUp: false);
        world.ExpectStays("web", "a", 20.Seconds());
        world.SetInterface("a", "lan", isUp: true);
        world.SetInterface("a", "crossover", isUp: true);
        world.RunUntilQuiet();
        world.Expect(world.Status("a").HasSession && world.Status("b").HasSession);
        world.ExpectActive("web", "a");
    }

    [Fact]
    [Trait("Pathology", "overlapping orders")]
    public void A_storm_of_orders_never_overlaps_and_ends_with_the_last_one()
    {
        var world = new World().StartBoth();
        foreach (var resource in world.Nodes.SelectMany(n => n.Resources[0]))
        {
            resource.StartTime = 3.Seconds();
            resource.StopTime = 2.Seconds();
        }

        for (var i = 0; i < 60; i++)
        {
            var asked = world.Random.Next(2) == 0 ? "a" : "b";
            world.Ask(asked, CommandKind.Move, "web", world.Random.Next(2) == 0 ? "a" : "b");
            world.Advance(TimeSpan.FromMilliseconds(world.Random.Next(1, 4000)));
        }

        world.RunUntilQuiet(5.Minutes());
        world.MustAccept("a", CommandKind.Move, "web", "b");
        world.ExpectActive("web", "b", within: 2.Minutes());
    }

    [Fact]
    [Trait("Pathology", "flapping node")]
    public void A_node_that_dies_again_and_again_comes_back_as_standby()
    {
        var world = new World().StartBoth();
        for (var i = 0; i < 4; i++)
        {
            world.PowerOff("a");
            world.ExpectActive("web", "b", within: 15.Seconds());
            world.Start("a");
            world.Advance(2.Minutes());
        }

        world.ExpectActive("web", "b");
        world.Expect(world.Notices("a", NoticeKind.FlapDamped) > 0, "the damping is said");
        world.Expect(world.Starts("b") == 3, "the node that is damped is not offered the group again");
        world.ExpectStays("web", "b", 10.Minutes());
        world.MustAccept("b", CommandKind.Online, node: "a");
        world.ExpectActive("web", "a", within: 1.Minutes());
    }

    [Fact]
    [Trait("Pathology", "flapping node")]
    public void The_damping_of_a_flapping_node_ends_by_itself()
    {
        var world = new World(s => s.Times = s.Times with { FlapHold = 15.Minutes() }).StartBoth();
        for (var i = 0; i < 4; i++)
        {
            world.PowerOff("a");
            world.ExpectActive("web", "b", within: 15.Seconds());
            world.Start("a");
            world.Advance(2.Minutes());
        }

        world.ExpectStays("web", "b", 10.Minutes());
        world.ExpectActive("web", "a", within: 10.Minutes());
    }

    [Fact]
    public void Frames_that_cannot_be_verified_make_an_unfenced_start_wait()
    {
        var world = new World(s =>
        {
            s.Policy = new ProceedPolicy();
            s.FenceAtStart = true;
        });
        world["b"].UseAnotherKey();
        world.Start("a");
        world.Start("b");
        world.Advance(5.Minutes());
        world.ExpectNowhere("web");
    }

    [Fact]
    public void An_unfenced_start_without_anybody_there_proceeds_after_the_initial_dead_time()
    {
        var world = new World(s =>
        {
            s.Policy = new ProceedPolicy();
            s.FenceAtStart = true;
        });
        world.Start("b");
        world.ExpectNeverActive("web", "b", 19.Seconds());
        world.ExpectActive("web", "b", within: 10.Seconds());
        world.Expect(world.Operations("b").First(o => o.Kind == OperationKind.Start).PeerStatus == PeerStatus.AssumedDown);
    }

    [Fact]
    public void A_takeover_after_silence_begins_within_the_dead_time_and_two_heartbeats()
    {
        var world = new World(s => s.Policy = new ProceedPolicy()).StartBoth();
        world.PowerOff("a");
        var died = world.Now;
        world.RunUntil(() => world.Starts("b") == 1, 10.Seconds(), "b starts");
        world.Expect(TimeSpan.FromTicks(world.Now - died) <= 2.4.Seconds());
    }

    [Fact]
    public void An_idle_cluster_writes_nothing_and_says_nothing()
    {
        var world = new World().StartBoth();
        var said = world.LastActionAt;
        world.ExpectStays("web", "a", 30.Minutes());
        world.Expect(world.LastActionAt == said);
    }

    [Fact]
    public void A_step_down_policy_gives_up_and_takes_it_back_with_the_session()
    {
        var world = new World(s => s.Policy = new StepDownPolicy()).StartBoth();
        world.CutAll();
        world.RunUntil(() => !world.IsAnywhere("web"), 10.Seconds(), "a steps down");
        world.Advance(1.Minutes());
        world.ExpectNowhere("web");
        world.HealAll();
        world.ExpectActive("web", "a", within: 30.Seconds());
    }
}
