using HaCore.Engine;
using HaCore.Testing.Simulation;
using HaCore.Wire;

namespace HaCore.Tests.Scenarios;

/// <summary>The end of maintenance, when the look at everything does not go as it should, and ends of programs in maintenance.</summary>
public sealed class LookAnewScenarios
{
    [Fact]
    [Trait("Rule", "W")]
    public void A_node_that_cannot_look_after_maintenance_can_still_leave()
    {
        var world = BlindAfterMaintenance(new World());
        var said = MemberState.Online;
        world.OnTheWire = (sender, frame) =>
        {
            said = sender.Key == "b" ? frame.State : said;
            return true;
        };
        var exit = world.StopAndWait("b");
        world.Expect(!exit.Clean, "what it could not look at may run there");
        world.Expect(said == MemberState.Leaving, "and it never says Left");
        world.ExpectActive("web", "a");
    }

    [Fact]
    [Trait("Rule", "W")]
    [Trait("Rule", "F")]
    public void A_node_that_cannot_look_after_maintenance_fences_nobody_for_a_group_that_it_could_not_take()
    {
        var world = BlindAfterMaintenance(new World(), ProbeMode.Hang);
        world["a"].Fence.Mode = FenceMode.Fail;
        world.CutAll();
        world.ExpectStays("web", "a", 1.Minutes());
        world.Expect(world.Fences("b") == 0, "b orders no fence");
        world.Resource("b", "web-service").Probe = ProbeMode.Truth;
        world.ExpectActive("web", "b", within: 1.Minutes());
        world.Expect(!world["a"].IsOn, "now that it has looked, it does");
    }

    [Fact]
    [Trait("Rule", "W")]
    public void A_group_that_cannot_be_looked_at_after_maintenance_is_a_condition_until_it_can()
    {
        var world = BlindAfterMaintenance(new World());
        world.Expect(world.Notices("b", NoticeKind.GroupUnknown) == 0, "a slow look is no news");
        world.Advance(30.Seconds());
        world.Expect(world.Notices("b", NoticeKind.GroupUnknown) == 1, "told once");
        world.Expect(world.Status("b").Conditions.Any(c => c.Contains("web-service", StringComparison.Ordinal)), "the status names the resource");
        world.Advance(1.Minutes());
        world.Expect(world.Notices("b", NoticeKind.GroupUnknown) == 1, "and not again");
        world.Resource("b", "web-service").Probe = ProbeMode.Truth;
        world.Advance(5.Seconds());
        world.Expect(world.Status("b").Conditions.Count == 0, "over when it was looked at");
        world.PowerOff("a");
        world.ExpectActive("web", "b", within: 1.Minutes());
    }

    [Fact]
    [Trait("Rule", "P")]
    public void A_group_that_could_never_be_looked_at_since_the_start_is_a_condition_too()
    {
        var world = new World();
        world.Resource("b", "web-service").Probe = ProbeMode.Hang;
        world.Start("a");
        world.Start("b");
        world.Advance(50.Seconds());
        world.Expect(world.Status("b").Conditions.Any(c => c.Contains("web-service", StringComparison.Ordinal)), "the status names the resource");
        world.Resource("b", "web-service").Probe = ProbeMode.Truth;
        world.Advance(25.Seconds());
        world.Expect(world.Status("b").Conditions.Count == 0, "over when it was looked at");
        world.ExpectActive("web", "a");
    }

    [Fact]
    [Trait("Rule", "W")]
    public void A_look_that_fails_once_is_taken_again_soon()
    {
        var world = new World(s => s.Groups.Add(Slowly(WorldSettings.Group("web"))));
        BlindAfterMaintenance(world);
        world.Resource("b", "web-service").Probe = ProbeMode.Truth;
        world.RunUntil(() => world.Running("b").LastSent.Groups[0].Hold == HoldState.NotHeld, 3.Seconds(), "b has looked, long before the next probe is due");
    }

    [Fact]
    [Trait("Rule", "W")]
    [Trait("Rule", "V")]
    public void What_is_detached_runs_on_although_maintenance_ends_before_the_program_has_ended()
    {
        var world = Maintained(new World());
        world["a"].Disk.Hangs = true;
        world.Order("a", CommandKind.Standby, node: "a"); // something to write: the end waits for it
        var process = world.Running("a");
        world.Stop("a");
        world.Advance(200.Milliseconds());
        world.MustAccept("b", CommandKind.Maintenance, flag: false);
        world.RunUntil(() => process.Exit is not null, 10.Seconds(), "a has ended");
        world.Expect(process.Exit!.Clean, "in order");
        world.Expect(world.Stops("a") == 0, "nothing is stopped by a program that is about to end");
        world.ExpectActive("web", "a");
    }

    [Fact]
    [Trait("Rule", "W")]
    [Trait("Rule", "V")]
    public void A_program_that_ends_in_maintenance_waits_for_its_write_and_ends_in_order()
    {
        var world = new World(s => s.Policy = new WaitPolicy()).StartBoth();
        world.CutAll();
        world.Advance(5.Seconds());   // nobody listens: nothing but the write is waited for
        world["a"].Disk.Latency = 1.Seconds();
        world.MustAccept("a", CommandKind.Maintenance, flag: true);
        var exit = world.StopAndWait("a");
        world.Expect(exit.Clean, "an orderly end");
        world.Expect(world["a"].Disk.Durable!.Maintenance, "the disk knows that this is maintenance");
        world.Expect(world.Stops("a") == 0);
    }

    [Fact]
    [Trait("Rule", "W")]
    [Trait("Rule", "L")]
    public void Addresses_are_announced_again_after_a_pause_in_which_maintenance_ended()
    {
        var world = Maintained(new World(s => s.Policy = new WaitPolicy()));
        world.Freeze("a", framesWait: false);
        world.Advance(3.Seconds());
        world.MustAccept("b", CommandKind.Maintenance, flag: false);
        world.Advance(2.Seconds());
        world.Thaw("a");
        world.ExpectStays("web", "a", 30.Seconds());
        world.Expect(world.Starts("a") == 2 && world.Starts("a", 1) == 2, "each was started a second time, where it ran");
        world.Expect(world.Stops("a") == 0);
    }

    [Fact]
    [Trait("Rule", "W")]
    [Trait("Rule", "P")]
    public void What_a_look_saw_before_maintenance_began_again_counts_no_more()
    {
        var world = Maintained(new World(s =>
        {
            s.Groups.Add(WorldSettings.Group("web", resources: ["service"]));
            s.TwoHoldersAllowed = true;   // by hand, in maintenance: until "a" has looked it says Held
        }));
        var (here, there) = (world.Resource("a", "web-service"), world.Resource("b", "web-service"));
        (there.ProbeTime, there.Probe) = (10.Seconds(), ProbeMode.LieStopped);   // what it saw when it began
        world.MustAccept("a", CommandKind.Maintenance, flag: false);
        world.Advance(5.Seconds());
        world.MustAccept("a", CommandKind.Maintenance, flag: true);
        world.Advance(1.Seconds());
        (here.Active, there.Active) = (false, true);   // moved by hand
        world.MustAccept("a", CommandKind.Maintenance, flag: false);
        var look = there.Running;
        world.RunUntil(() => there.Running != look, 10.Seconds(), "the old look ends, and another begins");
        there.Probe = ProbeMode.Truth;
        world.RunUntil(() => here.Active, 1.Minutes(), "the owner starts it");
        world.Expect(!there.Active, "and not before it was stopped where it was found");
    }

    [Fact]
    [Trait("Rule", "W")]
    [Trait("Rule", "V")]
    public void A_stop_that_takes_long_is_waited_for_although_nobody_has_looked_since_maintenance()
    {
        var world = Maintained(new World());
        var service = world.Resource("a", "web-service");
        (service.StopTime, service.ProbeTime) = (45.Seconds(), 5.Seconds());
        world.MustAccept("a", CommandKind.Maintenance, flag: false);
        world.Advance(1.Seconds());
        var exit = world.StopAndWait("a");
        world.Expect(exit.Clean, "in order");
        world.Expect(world.Notices("a", NoticeKind.GroupUnknown) == 0, "nobody looks at what is being stopped");
        world.ExpectActive("web", "b", within: 1.Seconds());
    }

    private static GroupConfiguration Slowly(GroupConfiguration group) =>
        group with { Resources = [.. group.Resources.Select(r => r with { ProbeInterval = 10.Minutes() })] };

    private static World Maintained(World world)
    {
        world.StartBoth();
        world.MustAccept("a", CommandKind.Maintenance, flag: true);
        world.Advance(5.Seconds());
        world.Expect(world.Status("a").Maintenance && world.Status("b").Maintenance, "both know");
        return world;
    }

    /// <summary>"a" runs the group; on "b" its service cannot be looked at.</summary>
    private static World BlindAfterMaintenance(World world, ProbeMode probe = ProbeMode.Unknown)
    {
        Maintained(world);
        world.Resource("b", "web-service").Probe = probe;
        world.MustAccept("a", CommandKind.Maintenance, flag: false);
        world.Advance(5.Seconds());
        world.Expect(world.Running("b").LastSent.Groups[0].Hold == HoldState.Unknown, "b says that it does not know");
        return world;
    }
}
