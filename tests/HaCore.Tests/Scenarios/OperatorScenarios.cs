using HaCore.Engine;
using HaCore.Testing.Simulation;
using HaCore.Wire;

namespace HaCore.Tests.Scenarios;

/// <summary>Rules V, N, O and W: leaving, doubles, the operator's word, standby and maintenance.</summary>
public sealed class OperatorScenarios
{
    [Fact]
    [Trait("Rule", "V")]
    public void A_node_that_stops_hands_over_first_and_is_not_missed()
    {
        var world = new World().StartBoth();
        var exit = world.StopAndWait("a");
        world.Expect(exit.Clean);
        world.ExpectActive("web", "b", within: 1.Seconds());
        world.ExpectStays("web", "b", 5.Minutes());
        world.Expect(world.Fences("b") == 0, "who left in order is not fenced");
        world.Start("a");
        world.ExpectActive("web", "a", within: 1.Minutes());
    }

    [Fact]
    [Trait("Rule", "V")]
    public void A_group_that_could_not_be_handed_over_is_free_after_Left()
    {
        var world = new World();
        world.Resource("b", "web-disk").Readiness = Readiness.NotReady;
        world.StartBoth();
        world.Expect(world.StopAndWait("a").Clean);
        world.Advance(10.Seconds());
        world.ExpectNowhere("web");
        world.Resource("b", "web-disk").Readiness = Readiness.Ready;
        world.ExpectActive("web", "b", within: 20.Seconds());
        world.Expect(world.Fences("b") == 0);
    }

    [Fact]
    [Trait("Rule", "V")]
    public void A_lost_Left_is_silence()
    {
        var world = new World();
        world.Resource("b", "web-disk").Readiness = Readiness.NotReady;
        world.StartBoth();
        world.OnTheWire = (sender, frame) => sender.Key != "a" || frame.State != MemberState.Left;
        world.StopAndWait("a");
        world["b"].Fence.Mode = FenceMode.Fail;
        world.Resource("b", "web-disk").Readiness = Readiness.Ready;
        world.ExpectNeverActive("web", "b", 1.Minutes());
        world["b"].Fence.Mode = FenceMode.Confirm;
        world.ExpectActive("web", "b", within: 2.Minutes());
    }

    [Fact]
    [Trait("Rule", "V")]
    public void Leaving_with_nobody_there_ends_within_the_dead_time()
    {
        var world = new World(s => s.Policy = new WaitPolicy()).StartBoth();
        world.CutAll();
        world.Advance(10.Seconds());
        var asked = world.Now;
        world.StopAndWait("a");
        world.ExpectNowhere("web");
        world.Expect(TimeSpan.FromTicks(world.Now - asked) < 6.Seconds());
    }

    [Fact]
    [Trait("Rule", "V")]
    public void Both_nodes_stopped_at_once_both_end_clean()
    {
        var world = new World().StartBoth();
        var (a, b) = (world.Running("a"), world.Running("b"));
        world.Stop("a");
        world.Stop("b");
        world.RunUntil(() => a.Exit is not null && b.Exit is not null, 1.Minutes(), "both exit");
        world.Expect(a.Exit!.Clean && b.Exit!.Clean);
        world.ExpectNowhere("web");
        world.Start("a");
        world.Start("b");
        world.ExpectActive("web", "a", within: 1.Minutes());
    }

    [Fact]
    [Trait("Rule", "N")]
    public void A_state_restored_from_a_backup_heals()
    {
        var world = new World().StartBoth();
        var backup = world["b"].Disk.Durable;
        for (var i = 0; i < 5; i++)
        {
            world.Crash("b");
            world.Start("b");
            world.RunUntilQuiet();
        }

        world.StopAndWait("b");
        world["b"].Disk.Durable = backup;
        world.Start("b");
        world.ExpectStays("web", "a", 30.Seconds());
        world.Expect(world.Status("a").HasSession && world.Status("b").HasSession, "in again");
        world.Expect(world["b"].Disk.Durable!.Incarnation > 6, "above what the peer knew");
        world.Expect(world.Notices("b", NoticeKind.Superseded) > 0);
    }

    [Fact]
    [Trait("Rule", "N")]
    public void A_lost_state_heals()
    {
        var world = new World().StartBoth();
        world.Crash("b");
        world.Start("b");
        world.RunUntilQuiet();
        world.PowerOff("b");
        world["b"].Disk.Durable = null;
        world.Start("b");
        world.Advance(30.Seconds());
        world.Expect(world.Status("b").HasSession);
        world.ExpectActive("web", "a");
    }

    [Fact]
    [Trait("Rule", "N")]
    public void A_clone_of_the_idle_node_disturbs_nobody()
    {
        var world = new World().StartBoth();
        world.AddDouble("b", "b2");
        world.Start("b2");
        world.ExpectStays("web", "a", 1.Minutes());
        world.Expect(world.Notices("a", NoticeKind.DuplicateNode) + world.Notices("b", NoticeKind.Superseded) > 0, "the duplicate is said");
        world.Expect(world.Starts("b") + world.Starts("b2") == 0);
    }

    [Fact]
    [Trait("Rule", "N")]
    public void A_holder_that_was_superseded_stops_at_once()
    {
        // A clone with the holder's own state cannot be told from the holder's restart: for a moment there may be two.
        var world = new World(s =>
        {
            s.Groups.Add(WorldSettings.Group("web", preferred: "b"));
            s.TwoHoldersAllowed = true;
        }).StartBoth();
        world.ExpectActive("web", "b");
        world.AddDouble("b", "b2");
        world.Start("b2");
        world.RunUntil(() => world.Notices("b", NoticeKind.Superseded) > 0 || world.Notices("a", NoticeKind.DuplicateNode) > 0, 10.Seconds(), "somebody says so");
        world.RunUntil(() => !world["b"].AnyActive(0) || !world["b2"].AnyActive(0), 1.Seconds(), "one of them stops at once");
        world.Advance(1.Minutes());
        world.Expect(world.Nodes.Count(n => n.AnyActive(0)) <= 1, "at most one is left");
    }

    [Fact]
    [Trait("Rule", "O")]
    public void The_operators_word_frees_the_group()
    {
        var world = DeadPeer();
        world.MustAccept("b", CommandKind.ConfirmDown, node: "a", token: world.PeerAsSeenBy("b").ConfirmDownToken);
        world.ExpectActive("web", "b", within: 5.Seconds());
    }

    [Fact]
    [Trait("Rule", "O")]
    public void A_wrong_token_is_refused()
    {
        var world = DeadPeer();
        world.MustRefuse("b", CommandKind.ConfirmDown, node: "a", token: "1-1-0");
        world.MustRefuse("b", CommandKind.ConfirmDown, node: "a", token: null);
        world.ExpectNeverActive("web", "b", 10.Seconds());
    }

    [Fact]
    [Trait("Rule", "O")]
    public void Nobody_is_confirmed_down_in_a_session()
    {
        var world = new World(s => s.Policy = new WaitPolicy()).StartBoth();
        world.CutAll();
        world.Advance(10.Seconds());
        var token = world.PeerAsSeenBy("b").ConfirmDownToken;
        world.HealAll();
        world.RunUntilQuiet();
        world.Expect(world.PeerAsSeenBy("b").ConfirmDownToken is null, "no token is shown in a session");
        world.MustRefuse("b", CommandKind.ConfirmDown, node: "a", token: token);
        world.ExpectStays("web", "a", 10.Seconds());
    }

    [Fact]
    [Trait("Rule", "O")]
    public void A_token_from_before_the_peer_was_heard_again_is_refused()
    {
        var world = new World(s => s.Policy = new WaitPolicy()).StartBoth();
        world.CutAll();
        world.Advance(10.Seconds());
        var token = world.PeerAsSeenBy("b").ConfirmDownToken;
        world.HealAll();
        world.Advance(5.Seconds());
        world.CutAll();
        world.Advance(10.Seconds());
        world.MustRefuse("b", CommandKind.ConfirmDown, node: "a", token: token);
        world.ExpectNeverActive("web", "b", 10.Seconds());
    }

    [Fact]
    [Trait("Rule", "O")]
    public void No_confirmation_is_taken_while_a_fence_is_in_flight()
    {
        var world = new World().StartBoth();
        world["b"].Fence.Mode = FenceMode.Hang;
        world.PowerOff("a");
        world.RunUntil(() => world.Fences("b") > 0, 10.Seconds(), "b orders a fence");
        world.Advance(1.Seconds());
        world.MustRefuse("b", CommandKind.ConfirmDown, node: "a", token: world.PeerAsSeenBy("b").ConfirmDownToken ?? "none");
        world.ExpectNeverActive("web", "b", 10.Seconds());
    }

    [Fact]
    [Trait("Rule", "O")]
    public void A_confirmation_does_not_survive_the_restart_of_who_took_it()
    {
        var world = DeadPeer();
        world.MustAccept("b", CommandKind.ConfirmDown, node: "a", token: world.PeerAsSeenBy("b").ConfirmDownToken);
        world.ExpectActive("web", "b", within: 5.Seconds());
        world.PowerOff("b");
        world.Start("b");
        world.ExpectNeverActive("web", "b", 3.Minutes());
        world.MustAccept("b", CommandKind.ConfirmDown, node: "a", token: world.PeerAsSeenBy("b").ConfirmDownToken);
        world.ExpectActive("web", "b", within: 5.Seconds());
    }

    [Fact]
    [Trait("Rule", "O")]
    [Trait("Pathology", "lone start")]
    public void A_lone_start_after_a_power_loss_waits_and_the_operator_ends_the_wait()
    {
        var world = new World().StartBoth();
        world.PowerOff("a");
        world.PowerOff("b");
        world.Start("a");
        world.ExpectNeverActive("web", "a", 5.Minutes());
        world.Expect(world.Status("a").Conditions.Count > 0, "the status says what it waits for");
        world.MustAccept("a", CommandKind.ConfirmDown, node: "b", token: world.PeerAsSeenBy("a").ConfirmDownToken);
        world.ExpectActive("web", "a", within: 5.Seconds());
    }

    private static World DeadPeer()
    {
        var world = new World(s => s.Policy = new WaitPolicy()).StartBoth();
        world.PowerOff("a");
        world.Advance(10.Seconds());
        world.Expect(world.PeerAsSeenBy("b").ConfirmDownToken is { Length: > 0 }, "the status shows a token");
        return world;
    }
}
