using HaCore.Engine;
using HaCore.Testing.Simulation;
using HaCore.Wire;

namespace HaCore.Tests.Scenarios;

/// <summary>Rules C, L and S: what to do when the promise was broken from outside, when I was away, when a stop fails.</summary>
public sealed class ConflictScenarios
{
    private static World Unfenced(IFencingPolicy? policy = null) => new(s =>
    {
        s.Policy = policy ?? new ProceedPolicy();
        s.TwoHoldersAllowed = true;
    });

    private static World BothHold()
    {
        var world = Unfenced().StartBoth();
        world.CutAll();
        world.Advance(20.Seconds());
        world.ExpectActive("web", "a");
        world.ExpectActive("web", "b");
        return world;
    }

    [Fact]
    [Trait("Rule", "C")]
    public void After_an_unfenced_takeover_the_lower_term_stops_at_once()
    {
        var world = BothHold();
        world.HealAll();
        world.RunUntil(() => !world["a"].AnyActive(0), 3.Seconds(), "a stops");
        world.ExpectStays("web", "b", 30.Seconds());
        world.ExpectNeverActive("web", "a", 30.Seconds());
        world.Expect(world.Notices("a", NoticeKind.Conflict) + world.Notices("b", NoticeKind.Conflict) > 0);
        world.Expect(world.Status("a", "web").Diverged && world.Status("b", "web").Diverged, "both carry the mark");
    }

    [Fact]
    [Trait("Rule", "C")]
    public void Both_nodes_name_the_side_that_stopped_as_the_proposed_victim()
    {
        var world = BothHold();
        world.HealAll();
        world.Advance(10.Seconds());
        world.Expect(world.Status("a", "web").ProposedVictim?.Value == "a" && world.Status("b", "web").ProposedVictim?.Value == "a");
        world.Crash("a");
        world.Start("a");
        world.Advance(10.Seconds());
        world.Expect(world.Status("a", "web").ProposedVictim?.Value == "a" && world.Status("b", "web").ProposedVictim?.Value == "a", "a restart does not forget it");
        world.MustAccept("b", CommandKind.ClearDivergence, "web", term: world.Status("b", "web").Term);
        world.Advance(10.Seconds());
        world.Expect(world.Status("a", "web").ProposedVictim is null && world.Status("b", "web").ProposedVictim is null);
    }

    [Fact]
    [Trait("Rule", "C")]
    public void With_DiscardLoser_the_mark_goes_when_the_loser_has_stopped_and_failback_follows()
    {
        var world = new World(s =>
        {
            s.Policy = new ProceedPolicy();
            s.TwoHoldersAllowed = true;
            s.Groups.Add(WorldSettings.Group("web") with { SplitBrain = SplitBrainPolicy.DiscardLoser });
        }).StartBoth();
        world.CutAll();
        world.Advance(20.Seconds());
        world.ExpectActive("web", "a");
        world.ExpectActive("web", "b");
        world.Resource("a", "web-service").StopTime = 3.Seconds();
        world.HealAll();
        world.Advance(2.Seconds());
        world.Expect(world.Status("b", "web").Diverged, "not before the loser has stopped");
        world.RunUntil(() => !world.Status("a", "web").Diverged && !world.Status("b", "web").Diverged, 10.Seconds(), "the mark goes on both");
        world.ExpectActive("web", "a", within: 1.Minutes());
        world.RunUntilQuiet();
        world.Expect(!world.Status("a", "web").Diverged && !world.Status("b", "web").Diverged, "and does not come back");
    }

    [Fact]
    [Trait("Rule", "C")]
    public void A_divergence_blocks_failback_until_an_operator_names_the_term()
    {
        var world = BothHold();
        world.HealAll();
        world.Advance(1.Minutes());
        world.ExpectStays("web", "b", 2.Minutes());
        var term = world.Status("b", "web").Term;
        world.MustRefuse("b", CommandKind.ClearDivergence, "web", term: term - 1);
        world.MustAccept("b", CommandKind.ClearDivergence, "web", term: term);
        world.ExpectActive("web", "a", within: 1.Minutes());
        world.RunUntilQuiet();
        world.Expect(!world.Status("a", "web").Diverged && !world.Status("b", "web").Diverged, "the mark is gone on both");
    }

    [Fact]
    [Trait("Rule", "C")]
    [Trait("Rule", "W")]
    public void A_loser_that_maintenance_interrupts_goes_on_stopping_and_starts_nothing()
    {
        var world = BothHold();
        world.Resource("a", "web-service").StopTime = 5.Seconds();
        world.HealAll();
        world.RunUntil(() => world.Status("a", "web").Activity == GroupActivity.Stopping, 3.Seconds(), "a begins to stop");
        var starts = Enumerable.Range(0, world["a"].Resources[0].Length).Sum(r => world.Starts("a", r));
        world.MustAccept("a", CommandKind.Maintenance, flag: true);
        world.Advance(10.Seconds());
        world.MustAccept("a", CommandKind.Maintenance, flag: false);
        world.RunUntil(() => !world["a"].AnyActive(0), 1.Minutes(), "a has stopped");
        world.ExpectStays("web", "b", 30.Seconds());
        world.Expect(Enumerable.Range(0, world["a"].Resources[0].Length).Sum(r => world.Starts("a", r)) == starts, "nothing was started on a");
    }

    [Fact]
    [Trait("Rule", "C")]
    public void A_divergence_survives_restarts_and_blocks_fail_over()
    {
        var world = BothHold();
        world.HealAll();
        world.Advance(30.Seconds());
        world.Crash("a");
        world.Start("a");
        world.Advance(20.Seconds());
        world.Expect(world.Status("a", "web").Diverged);
        world.PowerOff("b");
        world.ExpectNeverActive("web", "a", 1.Minutes());
    }

    [Theory]
    [Trait("Rule", "C")]
    [InlineData("a")]
    [InlineData("b")]
    public void Two_holders_that_hear_each_other_one_way_only_do_not_both_stop(string unheard)
    {
        var world = BothHold();
        world.HealAll();
        world.CutAllFrom(unheard);
        world.Advance(20.Seconds());
        world.Expect(world.IsAnywhere("web"), "somebody serves");
        world.HealAll();
        world.Advance(20.Seconds());
        world.Expect(world["a"].AnyActive(0) != world["b"].AnyActive(0), "one of them serves");
    }

    [Fact]
    [Trait("Rule", "C")]
    public void A_device_that_lies_ends_in_a_conflict_with_one_survivor()
    {
        var world = new World(s => s.TwoHoldersAllowed = true).StartBoth();
        world["b"].Fence.Mode = FenceMode.LieConfirmed;
        world["a"].Fence.Mode = FenceMode.Fail;
        world.CutAll();
        world.ExpectActive("web", "b", within: 20.Seconds());
        world.HealAll();
        world.Advance(30.Seconds());
        world.Expect(world["a"].AnyActive(0) != world["b"].AnyActive(0), "one of them serves");
        world.Expect(world.Notices("a", NoticeKind.Conflict) + world.Notices("b", NoticeKind.Conflict) > 0);
    }

    [Theory]
    [Trait("Rule", "L")]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public void A_pause_of_three_quarters_of_the_dead_time_judges_nobody(bool framesWait, bool timerFirst)
    {
        var world = new World().StartBoth();
        for (var i = 0; i < 5; i++)
        {
            world.Freeze("b", 1.5.Seconds(), framesWait, timerFirst);
            world.Advance(7.Seconds());
        }

        world.ExpectActive("web", "a");
        world.Expect(world.Fences("a") + world.Fences("b") == 0);
        world.Expect(world.Status("a").HasSession && world.Status("b").HasSession);
    }

    [Theory]
    [Trait("Rule", "L")]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public void A_node_that_was_away_does_not_take_its_own_pause_for_the_peers_death(bool framesWait, bool timerFirst)
    {
        var world = new World().StartBoth();
        world["a"].Fence.Mode = FenceMode.Fail;
        world.Freeze("b", 30.Seconds(), framesWait, timerFirst);
        world.ExpectStays("web", "a", 30.Seconds());
        world.Expect(world.Fences("b") == 0);
        world.Expect(world.Notices("b", NoticeKind.LocalLate) > 0);
        world.Expect(world.Status("b").HasSession);
    }

    [Theory]
    [Trait("Rule", "L")]
    [Trait("Pathology", "pause")]
    [InlineData(true, true)]
    [InlineData(false, false)]
    public void A_late_holder_whose_group_was_not_taken_goes_on(bool framesWait, bool timerFirst)
    {
        var world = new World().StartBoth();
        world["b"].Fence.Mode = FenceMode.Fail;
        world.Freeze("a", 10.Seconds(), framesWait, timerFirst);
        world.ExpectStays("web", "a", 30.Seconds());
        world.Expect(world.Stops("a") == 0);
        world.Expect(world.Status("a").HasSession);
        world.Expect((world.Running("a").LastSent.Flags & FrameFlags.Late) == 0, "the flag is cleared");
    }

    [Theory]
    [Trait("Rule", "L")]
    [Trait("Pathology", "pause")]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public void A_late_holder_stops_when_the_peer_took_over_meanwhile(bool framesWait, bool timerFirst)
    {
        var world = Unfenced().StartBoth();
        world.Freeze("a", 10.Seconds(), framesWait, timerFirst);
        world.ExpectActive("web", "b");
        world.RunUntil(() => !world["a"].AnyActive(0), 2.Seconds(), "a stops at once");
        world.ExpectStays("web", "b", 1.Minutes());
    }

    [Fact]
    [Trait("Rule", "L")]
    public void A_late_holder_that_hears_nobody_lets_the_policy_decide_after_a_dead_time()
    {
        var world = Unfenced().StartBoth();
        world.Freeze("a");
        world.CutAll();
        world.Advance(10.Seconds());
        world.Thaw("a");
        world.Advance(1.5.Seconds());
        world.ExpectActive("web", "a");
        world.RunUntil(() => !world["a"].AnyActive(0), 10.Seconds(), "a steps down");
    }

    [Fact]
    [Trait("Rule", "L")]
    public void With_the_peer_confirmed_down_a_pause_changes_nothing()
    {
        var world = new World().StartBoth();
        world.PowerOff("a");
        world.ExpectActive("web", "b", within: 10.Seconds());
        world.Freeze("b", 30.Seconds());
        world.ExpectStays("web", "b", 1.Minutes());
        world.Expect(world.Stops("b") == 0);
    }

    [Fact]
    [Trait("Rule", "S")]
    [Trait("Pathology", "failed stop")]
    public void A_stop_that_fails_keeps_the_group_where_it_is()
    {
        var world = new World(s => s.Policy = new WaitPolicy()).StartBoth();
        world.Resource("a", "web-disk").Stop = StopMode.Fail;
        world.Ask("a", CommandKind.Move, "web", "b");
        world.ExpectNeverActive("web", "b", 3.Minutes());
        world.Expect(world.Status("a", "web").Activity == GroupActivity.Unclean);
        world.Expect(world.Status("a", "web").LocalHold != HoldState.NotHeld);
        world.Expect(world.Status("b", "web").PeerHold != HoldState.NotHeld, "the peer knows");
        world.Expect(world.Notices("a", NoticeKind.GroupUnclean) > 0, "it is said");
        world.Resource("a", "web-disk").Stop = StopMode.Succeed;
        world.MustAccept("a", CommandKind.ClearFailures, "web");
        world.RunUntil(() => world.IsActive("web", "a") || world.IsActive("web", "b"), 1.Minutes(), "after the repair it runs again");
    }

    [Theory]
    [Trait("Rule", "S")]
    [Trait("Pathology", "failed stop")]
    [InlineData(nameof(StopMode.Fail))]
    [InlineData(nameof(StopMode.Hang))]
    public void What_does_not_stop_is_started_on_the_peer_only_over_a_fence(string mode)
    {
        var world = new World(s => s.Groups.Add(WorldSettings.Group("web", failback: FailbackPolicy.Never))).StartBoth();
        world.Resource("a", "web-disk").Stop = Enum.Parse<StopMode>(mode);
        world.Ask("a", CommandKind.Move, "web", "b");
        if (!world.TryRunUntil(() => world.IsActive("web", "b"), 1.Minutes()))
        {
            world.ExpectNeverActive("web", "b", 10.Minutes());
            world.CutAll();   // nobody fenced inside the session: now somebody pulls the wires
        }

        world.ExpectActive("web", "b", within: 1.Minutes());
        world.Expect(world.Fences("b") == 1, "over a fence");
        world.Expect(!world["a"].IsOn);
    }

    [Fact]
    [Trait("Rule", "S")]
    public void A_stop_that_fails_while_leaving_is_no_Left()
    {
        var world = new World(s => s.Policy = new WaitPolicy()).StartBoth();
        world.Resource("a", "web-disk").Stop = StopMode.Fail;
        var exit = world.StopAndWait("a");
        world.Expect(!exit.Clean);
        world.ExpectNeverActive("web", "b", 2.Minutes());
        world.Expect(world.Notices("b", NoticeKind.PeerLeft) == 0);
    }
}
