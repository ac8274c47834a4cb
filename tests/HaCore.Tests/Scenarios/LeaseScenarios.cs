using HaCore.Engine;
using HaCore.Testing.Simulation;

namespace HaCore.Tests.Scenarios;

/// <summary>When the engine lets what is lent for a time (an address) be extended: rules L, P, C and W.</summary>
public sealed class LeaseScenarios
{
    private static World Unfenced() => new(s =>
    {
        s.Policy = new ProceedPolicy();
        s.TwoHoldersAllowed = true;
    });

    private static LeasePermission Leases(World world, string node) => world.Status(node, "web").Leases;

    [Fact]
    [Trait("Rule", "L")]
    public void The_holder_extends_its_leases_and_the_standby_none()
    {
        var world = new World().StartBoth();
        world.ExpectActive("web", "a");
        world.Expect(Leases(world, "a") == LeasePermission.Granted);
        world.Expect(Leases(world, "b") == LeasePermission.Withheld);
        world.MustAccept("a", CommandKind.Move, "web", node: "b");
        world.RunUntil(() => Leases(world, "b") == LeasePermission.Granted, 30.Seconds(), "b extends");
        world.Expect(Leases(world, "a") == LeasePermission.Withheld);
    }

    [Fact]
    [Trait("Rule", "L")]
    public void A_late_self_extends_nothing_until_its_peer_has_answered()
    {
        var world = Unfenced().StartBoth();
        world.CutAll();
        world.Freeze("a", 30.Seconds(), framesWait: false, timerFirst: true);
        world.Advance(1.Seconds());
        world.Expect(Leases(world, "a") == LeasePermission.Withheld, "a slept and nobody has told it that it still holds");
        world.HealAll();
        world.RunUntil(() => world.Status("a", "web").LocalHold == HoldState.NotHeld, 1.Minutes(), "b had seized it");
        world.Expect(Leases(world, "a") == LeasePermission.Withheld);
        world.Expect(Leases(world, "b") == LeasePermission.Granted);
    }

    [Fact]
    [Trait("Rule", "L")]
    public void A_holder_that_wakes_right_after_the_takeover_knows_that_it_may_have_been_replaced()
    {
        // The peer takes over a dead time after the last frame that it heard, which is less than a dead time after the moment at which this node should have stepped.
        var world = Unfenced().StartBoth();
        world.Freeze("a", framesWait: false);
        world.RunUntil(() => world.IsActive("web", "b"), 3.Seconds(), "b takes over");
        world.Thaw("a", timerFirst: true);
        world.Expect(Leases(world, "a") == LeasePermission.Withheld, "a extends the lease of an address that b has");
        world.RunUntil(() => world.Status("a", "web").LocalHold == HoldState.NotHeld, 10.Seconds(), "a stops");
        world.ExpectStays("web", "b", 30.Seconds());
    }

    [Fact]
    [Trait("Rule", "P")]
    public void What_was_only_found_is_not_extended_before_it_is_adopted()
    {
        var world = new World().StartBoth();
        world.CutAll();
        world["b"].Fence.Mode = FenceMode.Fail;
        world.Crash("a");
        world.Start("a");
        world.RunUntil(() => world.Status("a", "web").LocalHold == HoldState.Held, 30.Seconds(), "a found it active");
        world.Expect(Leases(world, "a") == LeasePermission.Withheld);
        world.HealAll();
        world.RunUntil(() => Leases(world, "a") == LeasePermission.Granted, 30.Seconds(), "a adopted it");
        world.ExpectActive("web", "a");
    }

    [Fact]
    [Trait("Rule", "C")]
    public void The_loser_of_a_conflict_extends_nothing_from_the_moment_at_which_it_knows()
    {
        var world = Unfenced().StartBoth();
        world.CutAll();
        world.Advance(20.Seconds());
        world.Expect(Leases(world, "a") == LeasePermission.Granted && Leases(world, "b") == LeasePermission.Granted, "cut off, a holder goes on");
        world.Resource("a", "web-service").StopTime = 5.Seconds();
        world.HealAll();
        world.RunUntil(() => world.Status("a", "web").Activity == GroupActivity.Stopping, 3.Seconds(), "a begins to stop");
        world.Expect(Leases(world, "a") == LeasePermission.Withheld);
        world.Expect(Leases(world, "b") == LeasePermission.Granted);
    }

    [Fact]
    [Trait("Rule", "W")]
    public void In_maintenance_what_is_held_runs_on_without_its_program()
    {
        var world = new World().StartBoth();
        world.MustAccept("a", CommandKind.Maintenance, flag: true);
        world.Advance(5.Seconds());
        world.Expect(Leases(world, "a") == LeasePermission.RunsOn);
        world.Expect(Leases(world, "b") == LeasePermission.Withheld);
        var machine = world.Running("a").Machine;
        world.StopAndWait("a");
        world.Expect(machine.Snapshot.Nodes[0].State == MemberState.Detached && machine.Snapshot.Groups[0].Leases == LeasePermission.RunsOn, "a detached");
        world.Start("a");
        world.Advance(5.Seconds());
        world.Expect(Leases(world, "a") == LeasePermission.Withheld, "found in maintenance: left as it is");
        world.MustAccept("a", CommandKind.Maintenance, flag: false);
        world.RunUntil(() => Leases(world, "a") == LeasePermission.Granted, 1.Minutes(), "a adopted it and gives it an end again");
    }
}
