using HaCore.Engine;
using HaCore.Testing.Simulation;

namespace HaCore.Tests.Scenarios;

/// <summary>Rule W: standby and maintenance.</summary>
public sealed class StandbyScenarios
{
    [Theory]
    [Trait("Rule", "W")]
    [InlineData("a")]
    [InlineData("b")]
    public void Standby_moves_the_group_away_and_online_brings_it_back(string asked)
    {
        var world = new World().StartBoth();
        world.MustAccept(asked, CommandKind.Standby, node: "a");
        world.ExpectActive("web", "b", within: 10.Seconds());
        world.ExpectStays("web", "b", 1.Minutes());
        world.MustAccept(asked, CommandKind.Online, node: "a");
        world.ExpectActive("web", "a", within: 30.Seconds());
    }

    [Fact]
    [Trait("Rule", "W")]
    public void Standby_survives_a_restart()
    {
        var world = new World().StartBoth();
        world.MustAccept("a", CommandKind.Standby, node: "a");
        world.ExpectActive("web", "b", within: 10.Seconds());
        world.Crash("a");
        world.Start("a");
        world.ExpectStays("web", "b", 1.Minutes());
        world.Expect(world.Status("a").Nodes[0].State == MemberState.Standby);
    }

    [Fact]
    [Trait("Rule", "W")]
    public void Standby_without_a_usable_peer_keeps_running_unless_forced()
    {
        var world = new World();
        world.Resource("b", "web-disk").Readiness = Readiness.NotReady;
        world.StartBoth();
        world.MustAccept("a", CommandKind.Standby, node: "a");
        world.ExpectStays("web", "a", 1.Minutes());
        world.MustAccept("a", CommandKind.Standby, node: "a", flag: true);
        world.RunUntil(() => !world.IsAnywhere("web"), 10.Seconds(), "forced, it stops");
    }

    [Fact]
    [Trait("Rule", "W")]
    public void A_standby_node_neither_fences_nor_seizes()
    {
        var world = new World().StartBoth();
        world.MustAccept("b", CommandKind.Standby, node: "b");
        world.RunUntilQuiet();
        world.PowerOff("a");
        world.ExpectNeverActive("web", "b", 3.Minutes());
        world.Expect(world.Fences("b") == 0);
        world.MustAccept("b", CommandKind.Online, node: "b");
        world.ExpectActive("web", "b", within: 30.Seconds());
    }

    [Fact]
    [Trait("Rule", "W")]
    public void In_maintenance_nothing_is_started_stopped_moved_or_fenced()
    {
        var world = new World().StartBoth();
        world.MustAccept("b", CommandKind.Maintenance, flag: true);
        world.RunUntilQuiet();
        world.Expect(world.Status("a").Maintenance && world.Status("b").Maintenance, "both know");
        world.KillResource("a", "web-service");
        world.Advance(1.Minutes());
        world.Expect(world.Starts("a", resource: 1) == 1, "not restarted");
        world.PowerOff("a");
        world.ExpectNeverActive("web", "b", 3.Minutes());
        world.Expect(world.Fences("b") == 0);
    }

    [Fact]
    [Trait("Rule", "W")]
    public void After_maintenance_the_engine_looks_first_and_then_repairs()
    {
        var world = new World().StartBoth();
        world.MustAccept("a", CommandKind.Maintenance, flag: true);
        world.RunUntilQuiet();
        world.KillResource("a", "web-service");
        world.Advance(30.Seconds());
        world.MustAccept("a", CommandKind.Maintenance, flag: false);
        world.ExpectActive("web", "a", within: 30.Seconds());
        world.RunUntilQuiet();
        world.Expect(!world.Status("a").Maintenance && !world.Status("b").Maintenance);
    }

    [Fact]
    [Trait("Rule", "W")]
    public void Maintenance_survives_the_restart_of_both_and_adopts_what_runs()
    {
        var world = new World().StartBoth();
        world.MustAccept("a", CommandKind.Maintenance, flag: true);
        world.RunUntilQuiet();
        world.Expect(!world.StopAndWait("a").Detail.Contains("stopped everything", StringComparison.Ordinal));
        world.ExpectActive("web", "a");
        world.StopAndWait("b");
        world.Start("a");
        world.Start("b");
        world.ExpectStays("web", "a", 1.Minutes());
        world.Expect(world.Status("a").Maintenance && world.Status("b").Maintenance, "still in maintenance");
        world.MustAccept("b", CommandKind.Maintenance, flag: false);
        world.ExpectStays("web", "a", 1.Minutes());
        world.Expect(world.Starts("a") == 1 && world.Stops("a") == 0, "the service never noticed");
        world.Expect(world.Status("a", "web").LocalHold == HoldState.Held);
    }

    [Fact]
    [Trait("Rule", "W")]
    public void A_program_that_ends_in_maintenance_is_detached_and_its_group_is_not_taken()
    {
        var world = new World().StartBoth();
        world.MustAccept("a", CommandKind.Maintenance, flag: true);
        world.RunUntilQuiet();
        world.StopAndWait("a");
        world.ExpectStays("web", "a", 5.Minutes());
        world.Expect(world.Fences("b") == 0);
        world.Expect(world.PeerAsSeenBy("b").State == MemberState.Detached);
    }

    [Fact]
    [Trait("Rule", "W")]
    public void Maintenance_ordered_during_a_cut_reaches_the_peer_when_the_links_heal()
    {
        var world = new World(s => s.Policy = new WaitPolicy()).StartBoth();
        world.CutAll();
        world.Advance(5.Seconds());
        world.MustAccept("a", CommandKind.Maintenance, flag: true);
        world.HealAll();
        world.RunUntilQuiet();
        world.Expect(world.Status("b").Maintenance);
    }
}
