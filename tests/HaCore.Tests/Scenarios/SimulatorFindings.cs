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
}
