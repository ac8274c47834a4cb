using HaCore.Engine;
using HaCore.Testing.Simulation;

namespace HaCore.Tests.Scenarios;

/// <summary>What the simulator found, as stories: each failed when it was written.</summary>
public class SimulatorFindings
{
    /// <summary>Rule F. Seed 4339: only who holds resets itself, so a peer that holds nothing is not reset when its time is over, and may have taken the group by the same right.</summary>
    [Fact]
    public void Two_nodes_that_hold_nothing_do_not_both_wait_for_the_other_to_reset_itself()
    {
        var world = new World(settings =>
        {
            settings.Policy = new HaCore.Configuration.SelfFencingPolicy();
            settings.SelfFencing = new EngineSelfFencing(4.Seconds(), 9.Seconds());
        });
        foreach (var node in world.Nodes)
        {
            node.Resources[0][0].Start = StartMode.NotOnThisNode;
        }

        world.StartBoth();
        world.ExpectNowhere("web");
        world.CutAll();
        world.Advance(30.Seconds());
        foreach (var node in world.Nodes)
        {
            node.Resources[0][0].Start = StartMode.Succeed;
            world.Order(node.Key, CommandKind.ClearFailures, "web");
        }

        world.Advance(30.Seconds());   // the world fails at the first moment with two holders
    }

    /// <summary>
    /// Rule M2. A recorded frame that was heard before is no sign of life: it must put off neither the certain time of a reset, nor make a dead peer look
    /// deaf, nor spoil the operator's token.
    /// </summary>
    [Fact]
    public void A_frame_that_is_played_again_puts_no_takeover_off()
    {
        var world = new World(settings =>
        {
            settings.Policy = new HaCore.Configuration.SelfFencingPolicy();
            settings.SelfFencing = new EngineSelfFencing(4.Seconds(), 9.Seconds());
            settings.Recording = true;
        }).StartBoth();
        var recorded = Enumerable.Range(0, world.Recorder!.Count).Select(i => world.Recorder[i]).Last(f => f.Sender.Key == "a");
        world.PowerOff("a");
        for (var i = 0; i < 20; i++)
        {
            world.Advance(1.Seconds());
            world.Replay(recorded, link: 0, reflect: false);
        }

        world.ExpectActive("web", "b");
    }

    /// <summary>Rule R2. Seed 173231996289087: a stop that was only believed, in a restart in place, is looked at before the group is told to be free.</summary>
    [Fact]
    [Trait("Rule", "R2")]
    public void A_restart_in_place_that_ends_in_a_release_leaves_no_believed_stop_behind()
    {
        var world = new World().StartBoth();
        world.Resource("a", "web-service").Stop = StopMode.LieSucceeded;
        world.Resource("a", "web-disk").Start = StartMode.NotAnywhere;
        world.KillResource("a", "web-disk");
        world.Advance(1.Minutes()); // the world fails at a frame that says NotHeld while something is active
        world.Expect(world.Notices("a", NoticeKind.GroupUnclean) == 1);
    }

    /// <summary>Rule R6. Seed 173231996298346: two copies that both call themselves outdated, on two healthy nodes: an operator must be able to choose.</summary>
    [Theory]
    [Trait("Rule", "R6")]
    [InlineData("a")]
    [InlineData("b")]
    public void Of_two_outdated_copies_an_operator_chooses_one(string chosen)
    {
        var world = new World(s => s.Groups.Add(WorldSettings.Group("web") with { ReplicatedData = true }));
        world.StartBoth();
        world.PowerOff("a");
        world.PowerOff("b");
        foreach (var node in world.Nodes)
        {
            var state = node.Disk.Durable!;
            node.Disk.Durable = state with { Groups = [state.Groups[0] with { OutdatedEpoch = 3, HoldBootId = null }] };
        }

        world.StartBoth();
        world.ExpectNowhere("web");
        world.MustRefuse(chosen, CommandKind.Take, "web");
        world.MustAccept(chosen, CommandKind.Take, "web", flag: true);
        world.ExpectActive("web", chosen, within: 10.Seconds());
    }

    /// <summary>Rule R2. Seed 238645205509338: a hand-over that the disk refuses in the middle of a restart in place, and later another restart: the engine went round in circles.</summary>
    [Fact]
    [Trait("Rule", "R2")]
    public void A_hand_over_called_off_in_the_middle_of_a_restart_leaves_nothing_to_confirm()
    {
        var world = new World().StartBoth();
        world.Resource("a", "web-disk").StopTime = 3.Seconds();
        world.BreakResource("a", "web-disk");
        world.RunUntil(() => world.Stops("a") == 2, 5.Seconds(), "the restart stops the disk, after the service that stands on it");
        world["a"].Disk.Error = "No space left on device";
        world.MustAccept("a", CommandKind.Move, "web", "b");
        world.RunUntil(() => world.Notices("a", NoticeKind.GroupActive) == 2, 10.Seconds(), "the restart goes on");
        world.BreakResource("a", "web-disk"); // its probe comes before that of the service, whose stop was to be confirmed
        world.RunUntil(() => world.Starts("a", 0) == 3, 10.Seconds(), "it is restarted again");
        world["a"].Disk.Error = null;
        world.RunUntilQuiet();
    }

    /// <summary>
    /// Rule C. Seed 166061935686373: after an unfenced takeover the other holder stops by itself just before its first frame is heard again. Both have written all the
    /// same: marked as diverged, and no failback onto the copy that missed it.
    /// </summary>
    [Fact]
    [Trait("Rule", "C")]
    public void A_holder_that_stopped_before_it_was_heard_again_has_diverged_all_the_same()
    {
        var world = new World(s =>
        {
            s.Policy = new ProceedPolicy();
            s.TwoHoldersAllowed = true;
        }).StartBoth();
        world.CutAll();
        world.ExpectActive("web", "b", within: 10.Seconds());
        world.ExpectActive("web", "a");
        world.MustAccept("a", CommandKind.Standby, node: "a", flag: true);
        world.RunUntil(() => !world["a"].AnyActive(0), 5.Seconds(), "a has stopped");
        world.MustAccept("a", CommandKind.Online, node: "a");
        world.HealAll();
        world.Advance(10.Seconds());
        world.Expect(world.Status("a", "web").Diverged && world.Status("b", "web").Diverged);
        world.ExpectStays("web", "b", 1.Minutes());
    }
}
