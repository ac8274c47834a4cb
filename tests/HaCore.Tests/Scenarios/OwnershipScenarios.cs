using HaCore.Engine;
using HaCore.Testing.Simulation;

namespace HaCore.Tests.Scenarios;

/// <summary>Rules T and R1 to R5: who owns, who takes, who hands over.</summary>
public sealed class OwnershipScenarios
{
    [Fact]
    [Trait("Rule", "T")]
    public void The_owner_is_known_from_the_term_alone_and_terms_only_grow()
    {
        var world = new World().StartBoth();
        var last = world.Status("a", "web").Term;
        foreach (var target in new[] { "b", "a", "b", "a" })
        {
            world.MustAccept(target, CommandKind.Move, "web", target);
            world.ExpectActive("web", target, within: 20.Seconds());
            world.RunUntilQuiet();
            var term = world.Status("a", "web").Term;
            world.Expect(term > last, "the term grew");
            world.Expect(term == world.Status("b", "web").Term, "both know it");
            world.Expect(term % 2 == (target == "a" ? 0 : 1), "it belongs to the holder");
            world.Expect(world.Status("b", "web").Owner.Value == target);
            last = term;
        }
    }

    [Fact]
    [Trait("Rule", "R1")]
    public void A_term_alone_is_not_enough_after_a_restart()
    {
        var world = new World().StartBoth();
        world.PowerOff("a");
        world.PowerOff("b");
        world.Start("a");
        world.ExpectNeverActive("web", "a", 2.Minutes());
        world.Start("b");
        world.ExpectActive("web", "a", within: 30.Seconds());
    }

    [Fact]
    [Trait("Rule", "R1")]
    public void Losing_the_session_stops_nothing_and_the_holder_restarts_in_place()
    {
        var world = new World(s => s.Policy = new WaitPolicy()).StartBoth();
        world.CutAll();
        world.ExpectStays("web", "a", 20.Seconds());
        world.KillResource("a", "web-service");
        world.Advance(5.Seconds());
        world.ExpectActive("web", "a");
        world.ExpectNeverActive("web", "b", 10.Seconds());
    }

    [Fact]
    [Trait("Rule", "R1")]
    public void Nothing_is_taken_while_a_write_is_pending()
    {
        var world = new World();
        world["a"].Disk.Hangs = true;
        world.Start("a");
        world.Start("b");
        world.ExpectNeverActive("web", "a", 30.Seconds());
        world.ReleaseDisk("a");
        world.ExpectActive("web", "a", within: 10.Seconds());
    }

    [Fact]
    [Trait("Rule", "R1")]
    public void A_full_disk_takes_nothing_and_says_so()
    {
        var world = new World();
        world["a"].Disk.Error = "No space left on device";
        world.Start("a");
        world.Start("b");
        world.ExpectNeverActive("web", "a", 30.Seconds());
        world.Expect(world.Notices("a", NoticeKind.PersistFailed) is > 0 and < 5, "the full disk is said, and not at every try");
        world["a"].Disk.Error = null;
        world.ExpectActive("web", "a", within: 2.Minutes());
        world.Expect(world.Notices("a", NoticeKind.PersistRecovered) > 0);
    }

    [Fact]
    [Trait("Rule", "R2")]
    public void A_move_stops_in_reverse_there_before_it_starts_in_order_here()
    {
        var world = new World().StartBoth();
        world.MustAccept("a", CommandKind.Move, "web", "b");
        world.ExpectActive("web", "b", within: 10.Seconds());
        world.Expect(world.Operations("a").Where(o => o.Kind == OperationKind.Stop).Select(o => o.Resource).SequenceEqual([1, 0]), "stops in reverse");
        world.Expect(world.Operations("b").Where(o => o.Kind == OperationKind.Start).Select(o => o.Resource).SequenceEqual([0, 1]), "starts in order");
        world.Expect(world.Operations("b").All(o => o.Kind != OperationKind.Start || o.Reason == OperationReason.Move), "the reason is the move");
    }

    [Theory]
    [Trait("Rule", "R2")]
    [InlineData(7, 11)]
    [InlineData(11, 7)]
    [InlineData(300, 2)]
    public void The_looks_that_confirm_a_stop_do_not_cut_each_other_off(int diskMilliseconds, int serviceMilliseconds)
    {
        var world = new World();
        world.Resource("a", "web-disk").ProbeTime = diskMilliseconds.Milliseconds();
        world.Resource("a", "web-service").ProbeTime = serviceMilliseconds.Milliseconds();
        world.StartBoth();
        world.MustAccept("a", CommandKind.Move, "web", "b");
        world.ExpectActive("web", "b", within: 2.Seconds());
    }

    [Fact]
    [Trait("Rule", "R2")]
    public void The_node_that_does_not_own_it_may_ask_for_it()
    {
        var world = new World().StartBoth();
        world.MustAccept("b", CommandKind.Move, "web", "b");
        world.ExpectActive("web", "b", within: 10.Seconds());
    }

    [Theory]
    [Trait("Rule", "R2")]
    [InlineData(Readiness.NotReady)]
    [InlineData(Readiness.Unknown)]
    public void A_node_that_cannot_run_it_is_not_handed_the_group(Readiness readiness)
    {
        var world = new World();
        world.Resource("b", "web-disk").Readiness = readiness;
        world.StartBoth();
        world.MustRefuseOrStay("web", "a", "b");
    }

    [Fact]
    [Trait("Rule", "R2")]
    public void A_disk_that_cannot_be_written_hands_nothing_over_and_stops_nothing()
    {
        var world = new World().StartBoth();
        world["a"].Disk.Error = "Read-only file system";
        world.MustRefuseOrStay("web", "a", "b");
        world.Expect(world.Stops("a") == 0);
    }

    [Fact]
    [Trait("Rule", "R2")]
    public void Handed_a_group_it_cannot_start_a_node_hands_it_back_once()
    {
        var world = new World().StartBoth();
        world.Resource("b", "web-service").Start = StartMode.NotOnThisNode;
        world.MustAccept("a", CommandKind.Move, "web", "b");
        world.RunUntil(() => world.Starts("b") > 0, 10.Seconds(), "b tries");
        world.ExpectActive("web", "a", within: 30.Seconds());
        world.ExpectStays("web", "a", 2.Minutes());
        world.Expect(world.Starts("b") == 1, "b tried once");
    }

    [Fact]
    [Trait("Rule", "R2")]
    public void A_group_that_starts_nowhere_rests_and_alarms()
    {
        var world = new World();
        world.Resource("a", "web-service").Start = StartMode.NotOnThisNode;
        world.Resource("b", "web-service").Start = StartMode.NotOnThisNode;
        world.Start("a");
        world.Start("b");
        world.Advance(5.Minutes());
        world.ExpectNowhere("web");
        world.Expect(world.Starts("a") <= 2 && world.Starts("b") <= 2, "it does not go round in circles");
        world.Expect(world.Notices("a", NoticeKind.GroupFailed) > 0 && world.Notices("b", NoticeKind.GroupFailed) > 0, "it alarms");
        world.RunUntilQuiet();
        world.Resource("a", "web-service").Start = StartMode.Succeed;
        world.Resource("b", "web-service").Start = StartMode.Succeed;
        world.MustAccept("a", CommandKind.ClearFailures, "web");
        world.MustAccept("b", CommandKind.ClearFailures, "web");
        world.RunUntil(() => world.IsActive("web", "a") || world.IsActive("web", "b"), 1.Minutes(), "it starts after it was cleared");
    }

    [Fact]
    [Trait("Rule", "R3")]
    public void A_dead_peer_is_not_enough_to_seize_without_a_confirmation()
    {
        var world = new World(s => s.Policy = new WaitPolicy()).StartBoth();
        world.PowerOff("a");
        world.ExpectNeverActive("web", "b", 5.Minutes());
        world.Expect(world.Notices("b", NoticeKind.TakeoverBlocked) is > 0 and < 5, "the wait is said, not at every step");
        world.Expect(world.Status("b").Conditions.Count > 0, "and shown in the status");
    }

    [Fact]
    [Trait("Rule", "R3")]
    public void A_fenced_peers_group_is_seized_in_a_new_term()
    {
        var world = new World().StartBoth();
        var term = world.Status("b", "web").Term;
        world.PowerOff("a");
        world.ExpectActive("web", "b", within: 10.Seconds());
        world.Expect(world.Status("b", "web").Term > term && world.Status("b", "web").Term % 2 == 1);
        world.Expect(world.Operations("b").All(o => o.Kind != OperationKind.Start
            || o is { Reason: OperationReason.Takeover, PeerStatus: PeerStatus.Fenced }));
    }

    [Fact]
    [Trait("Rule", "R3")]
    public void A_node_that_is_not_ready_seizes_nothing_until_it_is()
    {
        var world = new World().StartBoth();
        world.Resource("b", "web-disk").Readiness = Readiness.NotReady;
        world.Advance(5.Seconds());
        world.PowerOff("a");
        world.ExpectNeverActive("web", "b", 1.Minutes());
        world.Resource("b", "web-disk").Readiness = Readiness.Usable;
        world.ExpectActive("web", "b", within: 20.Seconds());
    }

    [Theory]
    [Trait("Rule", "R4")]
    [InlineData(0, 7)]
    [InlineData(7, 0)]
    [InlineData(8, 6)]
    [InlineData(6, 9)]
    public void Two_idle_nodes_agree_on_the_higher_term(long ofA, long ofB)
    {
        var world = new World(s => s.Groups.Add(WorldSettings.Group("web", preferred: null)));
        world["a"].Disk.Durable = new PersistentState { Incarnation = 1, Groups = [new PersistentGroup { Name = "web", Term = ofA }] };
        world["b"].Disk.Durable = new PersistentState { Incarnation = 1, Groups = [new PersistentGroup { Name = "web", Term = ofB }] };
        world.StartBoth();
        var owner = Math.Max(ofA, ofB) % 2 == 0 ? "a" : "b";
        world.ExpectActive("web", owner);
        world.Expect(world.Status("a", "web").Term == world.Status("b", "web").Term);
        world.Expect(world.Status("a", "web").Term == Math.Max(ofA, ofB));
    }

    [Fact]
    [Trait("Rule", "R4")]
    public void A_holder_answers_a_higher_term_of_an_idle_peer_with_a_still_higher_one()
    {
        var world = new World().StartBoth();
        world.StopAndWait("b");
        world["b"].Disk.Durable = world["b"].Disk.Durable! with { Groups = [new PersistentGroup { Name = "web", Term = 101 }] };
        world.Start("b");
        world.ExpectStays("web", "a", 20.Seconds());
        world.Expect(world.Status("a", "web").Term == 102);
        world.Expect(world.Status("b", "web").Term == 102);
    }

    [Theory]
    [Trait("Rule", "R5")]
    [InlineData("a")]
    [InlineData("b")]
    public void The_first_start_puts_the_group_on_its_preferred_node(string preferred)
    {
        var world = new World(s => s.Groups.Add(WorldSettings.Group("web", preferred)));
        world.Start("a");
        world.Advance(300.Milliseconds());
        world.Start("b");
        world.RunUntilQuiet();
        world.ExpectActive("web", preferred);
    }

    [Fact]
    [Trait("Rule", "R5")]
    public void The_second_node_comes_much_later_and_the_group_starts_once()
    {
        var world = new World();
        world.Start("b");
        world.ExpectNeverActive("web", "b", 5.Minutes());
        world.Start("a");
        world.RunUntilQuiet();
        world.ExpectActive("web", "a");
        world.Expect(world.Starts("a") + world.Starts("b") == 1);
    }
}
