using HaCore.Engine;
using HaCore.Testing.Simulation;

namespace HaCore.Tests.Scenarios;

/// <summary>Promises that nothing else notices when they are broken: each of these stories was written for a mutant that survived (docs/internals/mutants.md).</summary>
public sealed class PromiseScenarios
{
    [Fact]
    [Trait("Rule", "R1")]
    public void The_owner_takes_nothing_while_the_peer_says_another_term()
    {
        var world = new World().StartBoth();
        world.MustAccept("a", CommandKind.Move, "web", "b");
        world.ExpectActive("web", "b", within: 30.Seconds());
        world.MustAccept("b", CommandKind.Move, "web", "a");
        world.ExpectActive("web", "a", within: 30.Seconds());
        world.RunUntilQuiet();
        world.PowerOff("a");
        world.PowerOff("b");
        world.OnTheWire = static (sender, frame) =>
        {
            // As if b had not heard of the last hand-overs: free there, in a term that is over.
            frame.Groups[0].Term = sender.Name == "b" ? 0 : frame.Groups[0].Term;
            return true;
        };
        world.Start("a");
        world.Start("b");
        world.RunUntil(() => world.Status("a").HasSession, 1.Minutes(), "they meet");
        world.ExpectNeverActive("web", "a", 1.Minutes());
        world.OnTheWire = null;
        world.ExpectActive("web", "a", within: 30.Seconds());
    }

    [Fact]
    [Trait("Rule", "R5")]
    public void The_preferred_node_gets_its_group_at_the_first_start_although_the_other_owns_the_first_term()
    {
        var world = new World(s => s.Groups.Add(WorldSettings.Group("web", preferred: "b", failback: FailbackPolicy.Never))).StartBoth();
        world.ExpectActive("web", "b");
        world.Expect(world.Starts("a") == 0, "a never started it");
    }

    [Fact]
    [Trait("Rule", "H")]
    public void A_newer_incarnation_is_not_admitted_before_the_seizure_is_on_disk()
    {
        var world = new World(s => s.Groups.Add(WorldSettings.Group("web", failback: FailbackPolicy.Never))).StartBoth();
        world["b"].Disk.Hangs = true;
        world.PowerOff("a");
        world.RunUntil(() => world.Notices("b", NoticeKind.PeerConfirmedDown) == 1, 30.Seconds(), "b has the confirmation");
        world.Start("a");
        world.Advance(10.Seconds());
        world.Expect(world.Running("b").LastSent.EchoIncarnation < 2, "the newer incarnation is not echoed");
        world.ExpectNowhere("web");
        world.ReleaseDisk("b");
        world.ExpectActive("web", "b", within: 10.Seconds());
        world.RunUntilQuiet();
        world.Expect(world.Status("a").HasSession && world.Starts("a") == 1, "a joined and started nothing after its restart");
    }

    [Fact]
    [Trait("Rule", "C")]
    public void The_winner_stops_when_the_loser_still_runs_it_and_no_longer_hears()
    {
        var world = new World(s =>
        {
            s.Policy = new ProceedPolicy();
            s.TwoHoldersAllowed = true;
        }).StartBoth();
        world.CutAll();
        world.ExpectActive("web", "b", within: 1.Minutes());
        foreach (var resource in world["a"].Resources[0])
        {
            resource.Stop = StopMode.Hang;
            resource.Timeout = 10.Minutes();
        }

        world.HealAll();
        world.RunUntil(() => world.Notices("b", NoticeKind.Conflict) == 1, 5.Seconds(), "b, with the higher term, goes on");
        world.CutAllFrom("b");
        world.RunUntil(() => !world["b"].AnyActive(0), 10.Seconds(), "b stops instead of a");
    }

    [Fact]
    [Trait("Rule", "N")]
    public void An_old_start_that_goes_on_after_the_newer_one_is_a_duplicate_and_neither_is_admitted()
    {
        var world = new World(s =>
        {
            s.Policy = new WaitPolicy();
            s.Groups.Add(WorldSettings.Group("web", preferred: "b"));
            s.TwoHoldersAllowed = true;
        }).StartBoth();
        foreach (var resource in world["b"].Resources[0])
        {
            resource.Stop = StopMode.Hang;   // superseded, it stops everything; until it has, it is there
            resource.Timeout = 10.Minutes();
        }

        world["a"].Disk.Latency = 1.Seconds();   // until the newer start is on disk a echoes neither, and the old one hears that as ever
        world.AddDouble("b", "b2");
        world.Start("b2");
        world.RunUntil(() => world.Notices("a", NoticeKind.DuplicateNode) == 1, 10.Seconds(), "a hears both");
        world.Expect(!world.Status("a").HasSession, "neither is admitted");
        world.Advance(1.Minutes());
        world.Expect(!world.Status("a").HasSession, "until an operator decides");
        world.Crash("b");
        world.MustAccept("a", CommandKind.Online, node: "b");
        world.RunUntil(() => world.Status("a").HasSession, 10.Seconds(), "the newest start is admitted");
    }

    [Fact]
    [Trait("Rule", "W")]
    public void A_node_on_standby_takes_nothing_over_although_the_peer_is_confirmed_down()
    {
        var world = new World(s => s.Policy = new WaitPolicy()).StartBoth();
        world.MustAccept("b", CommandKind.Standby, node: "b");
        world.PowerOff("a");
        world.Advance(30.Seconds());
        world.MustAccept("b", CommandKind.ConfirmDown, node: "a", token: world.PeerAsSeenBy("b").ConfirmDownToken);
        world.ExpectNeverActive("web", "b", 1.Minutes());
        world.MustAccept("b", CommandKind.Online, node: "b");
        world.ExpectActive("web", "b", within: 5.Seconds());
    }
}
