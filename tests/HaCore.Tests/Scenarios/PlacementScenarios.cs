using HaCore.Engine;
using HaCore.Testing.Simulation;

namespace HaCore.Tests.Scenarios;

/// <summary>Where a group runs: restarts, failures, failback, an operator's move.</summary>
public sealed class PlacementScenarios
{
    [Theory]
    [InlineData("web-service")]
    [InlineData("web-disk")]
    public void A_service_that_died_is_restarted_in_place(string resource)
    {
        var world = new World().StartBoth();
        world.KillResource("a", resource);
        world.RunUntil(() => world.Notices("a", NoticeKind.ResourceRestart) > 0, 5.Seconds(), "the failure is seen");
        world.ExpectActive("web", "a", within: 10.Seconds());
        world.ExpectNeverActive("web", "b", 30.Seconds());
    }

    [Fact]
    public void A_service_that_hangs_is_stopped_before_it_is_started_again()
    {
        var world = new World().StartBoth();
        world.BreakResource("a", "web-service");
        world.ExpectActive("web", "a", within: 10.Seconds());
        world.Expect(world.Stops("a") > 0);
    }

    [Fact]
    public void A_service_that_dies_again_and_again_moves_to_the_other_node()
    {
        var world = new World().StartBoth();
        for (var i = 0; i < 10 && !world.IsActive("web", "b"); i++)
        {
            world.KillResource("a", "web-service");
            world.Advance(10.Seconds());
        }

        world.ExpectActive("web", "b");
        world.Expect(world.Starts("a", resource: 1) == 4, "three restarts in place, then the move");
        world.ExpectStays("web", "b", 2.Minutes());
    }

    [Fact]
    public void A_group_that_moved_because_it_failed_returns_when_the_failures_are_cleared()
    {
        var world = new World().StartBoth();
        for (var i = 0; i < 10 && !world.IsActive("web", "b"); i++)
        {
            world.KillResource("a", "web-service");
            world.Advance(10.Seconds());
        }

        world.MustAccept("a", CommandKind.ClearFailures, "web");
        world.ExpectActive("web", "a", within: 1.Minutes());
    }

    [Theory]
    [InlineData(nameof(StartMode.Retryable))]
    [InlineData(nameof(StartMode.RetryableLeavingIt))]
    [InlineData(nameof(StartMode.NotOnThisNode))]
    [InlineData(nameof(StartMode.Hang))]
    public void A_start_that_fails_here_is_tried_there(string mode)
    {
        var world = new World();
        world.Resource("a", "web-service").Start = Enum.Parse<StartMode>(mode);
        world.Start("a");
        world.Start("b");
        world.ExpectActive("web", "b", within: 5.Minutes());
        world.ExpectStays("web", "b", 2.Minutes());
    }

    [Fact]
    public void A_start_that_can_work_nowhere_is_not_tried_there()
    {
        var world = new World();
        world.Resource("a", "web-service").Start = StartMode.NotAnywhere;
        world.Start("a");
        world.Start("b");
        world.ExpectNeverActive("web", "b", 2.Minutes());
        world.Expect(world.Starts("b") == 0);
        world.Expect(world.Starts("a") == 1);
        world.ExpectNowhere("web");
    }

    [Fact]
    public void A_resource_that_the_peer_holds_stops_the_engines_hand()
    {
        var world = new World();
        world.Resource("a", "web-disk").Start = StartMode.HeldByPeer;
        world.Start("a");
        world.Start("b");
        world.Advance(1.Minutes());
        world.Expect(world.Starts("a") == 1, "it does not insist");
        world.Expect(world.Starts("a", resource: 1) == 0, "nothing is started on top");
        world.Expect(world.Notices("a", NoticeKind.GroupBlocked) + world.Notices("a", NoticeKind.Conflict) + world.Notices("a", NoticeKind.GroupFailed) > 0, "it alarms");
    }

    [Fact]
    public void One_probe_without_an_answer_is_not_a_failure()
    {
        var world = new World().StartBoth();
        world.Resource("a", "web-service").Probe = ProbeMode.Unknown;
        world.Advance(2.Seconds());
        world.Resource("a", "web-service").Probe = ProbeMode.Truth;
        world.ExpectStays("web", "a", 20.Seconds());
        world.Expect(world.Stops("a") == 0);
    }

    [Fact]
    public void Many_probes_without_an_answer_are_a_failure()
    {
        var world = new World().StartBoth();
        world.Resource("a", "web-service").Probe = ProbeMode.Unknown;
        world.RunUntil(() => world.Stops("a") > 0, 30.Seconds(), "the resource counts as failed");
    }

    [Fact]
    public void Failback_when_ready_waits_for_ready_not_for_usable()
    {
        var world = new World().StartBoth();
        world.PowerOff("a");
        world.ExpectActive("web", "b", within: 10.Seconds());
        world.Resource("a", "web-disk").Readiness = Readiness.Usable;
        world.Start("a");
        world.ExpectStays("web", "b", 2.Minutes());
        world.Resource("a", "web-disk").Readiness = Readiness.Ready;
        world.ExpectActive("web", "a", within: 20.Seconds());
        world.Expect(world.Operations("a").Last(o => o.Kind == OperationKind.Start).Reason == OperationReason.Failback);
    }

    [Fact]
    public void Failback_never_stays()
    {
        var world = new World(s => s.Groups.Add(WorldSettings.Group("web", failback: FailbackPolicy.Never))).StartBoth();
        world.PowerOff("a");
        world.ExpectActive("web", "b", within: 10.Seconds());
        world.Start("a");
        world.ExpectStays("web", "b", 10.Minutes());
    }

    [Fact]
    public void Failback_after_a_delay_counts_from_the_last_moment_it_was_not_ready()
    {
        var world = new World(s => s.Groups.Add(
            WorldSettings.Group("web", failback: FailbackPolicy.AfterDelay) with { FailbackDelay = 1.Minutes() })).StartBoth();
        world.PowerOff("a");
        world.ExpectActive("web", "b", within: 10.Seconds());
        world.Start("a");
        world.ExpectStays("web", "b", 50.Seconds());
        world.Resource("a", "web-disk").Readiness = Readiness.Usable;
        world.ExpectStays("web", "b", 10.Seconds());
        world.Resource("a", "web-disk").Readiness = Readiness.Ready;
        world.ExpectStays("web", "b", 50.Seconds());
        world.ExpectActive("web", "a", within: 30.Seconds());
    }

    [Fact]
    public void An_operators_move_stays_also_over_a_restart_of_the_other_node()
    {
        var world = new World().StartBoth();
        world.MustAccept("a", CommandKind.Move, "web", "b");
        world.ExpectActive("web", "b", within: 10.Seconds());
        world.ExpectStays("web", "b", 1.Minutes());
        world.Crash("a");
        world.Start("a");
        world.ExpectStays("web", "b", 1.Minutes());
        world.PowerOff("a");
        world.Advance(20.Seconds());
        world.Start("a");
        world.ExpectStays("web", "b", 1.Minutes());
        world.Expect(world.Status("a", "web").Pinned?.Value == "b" && world.Status("b", "web").Pinned?.Value == "b");
        world.Ask("b", CommandKind.Move, "web");
        world.ExpectActive("web", "a", within: 30.Seconds());
    }

    [Fact]
    public void A_pinned_group_whose_node_dies_is_taken_over_and_returns_to_its_pin()
    {
        var world = new World().StartBoth();
        world.MustAccept("a", CommandKind.Move, "web", "b");
        world.ExpectActive("web", "b", within: 10.Seconds());
        world.RunUntilQuiet();
        world.PowerOff("b");
        world.ExpectActive("web", "a", within: 10.Seconds());
        world.Start("b");
        world.ExpectActive("web", "b", within: 1.Minutes());
    }

    [Fact]
    public void Two_groups_that_prefer_different_nodes_run_apart_and_move_alone()
    {
        var world = new World(s =>
        {
            s.Groups.Add(WorldSettings.Group("web", "a"));
            s.Groups.Add(WorldSettings.Group("mail", "b"));
        }).StartBoth();
        world.ExpectActive("web", "a");
        world.ExpectActive("mail", "b");
        world.PowerOff("a");
        world.ExpectActive("web", "b", within: 10.Seconds());
        world.ExpectActive("mail", "b");
        world.Start("a");
        world.ExpectActive("web", "a", within: 1.Minutes());
        world.ExpectActive("mail", "b");
    }
}
