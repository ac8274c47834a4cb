using HaCore.Engine;
using HaCore.Testing.Simulation;
using HaCore.Wire;

namespace HaCore.Tests.Scenarios;

/// <summary>One thing is broken, the rest goes on: damping, a failing disk, a group that cannot be looked at, a stop that fails.</summary>
public sealed class LivenessScenarios
{
    [Fact]
    [Trait("Rule", "W")]
    [Trait("Pathology", "flapping links")]
    public void Interruptions_of_the_network_are_nobodys_departure()
    {
        var world = new World(s => s.Policy = new WaitPolicy()).StartBoth();
        for (var i = 0; i < 4; i++)
        {
            world.CutAll();
            world.Advance(10.Seconds());
            world.HealAll();
            world.Advance(10.Seconds());
        }

        world.Expect(world.Notices("a", NoticeKind.FlapDamped) + world.Notices("b", NoticeKind.FlapDamped) == 0);
        world.Expect(world.PeerAsSeenBy("a").State == MemberState.Online && world.PeerAsSeenBy("b").State == MemberState.Online);
    }

    [Fact]
    [Trait("Rule", "W")]
    public void A_damped_node_takes_over_from_a_peer_confirmed_down_all_the_same()
    {
        var world = new World().StartBoth();
        for (var i = 0; i < 3; i++)
        {
            world.Crash("b");
            world.Start("b");
            world.Advance(10.Seconds());
        }

        world.Expect(world.Notices("b", NoticeKind.FlapDamped) == 1, "b is damped");
        world.PowerOff("a");
        world.ExpectActive("web", "b", within: 10.Seconds());
    }

    [Fact]
    [Trait("Rule", "R1")]
    [Trait("Pathology", "full disk")]
    public void A_node_that_cannot_write_neither_fences_nor_seizes()
    {
        var world = new World().StartBoth();
        world["b"].Disk.Error = "disk full";
        world.MustAccept("b", CommandKind.Standby, node: "b");
        world.MustAccept("b", CommandKind.Online, node: "b");
        world.Advance(1.Seconds());
        world.PowerOff("a");
        world.ExpectNeverActive("web", "b", 3.Minutes());
        world.Expect(world.Fences("b") == 0, "who cannot take does not fence");
        world["b"].Disk.Error = null;
        world.ExpectActive("web", "b", within: 10.Seconds());
    }

    [Fact]
    [Trait("Rule", "W")]
    [Trait("Pathology", "full disk")]
    public void Standby_on_a_failing_disk_stops_nothing()
    {
        var world = new World().StartBoth();
        world["a"].Disk.Error = "disk full";
        world.MustAccept("a", CommandKind.Standby, node: "a");
        world.ExpectStays("web", "a", 1.Minutes());
        world.Expect(world.Stops("a") == 0);
        world["a"].Disk.Error = null;
        world.ExpectActive("web", "b", within: 10.Seconds());
    }

    [Fact]
    [Trait("Rule", "P")]
    public void A_group_that_cannot_be_looked_at_keeps_only_itself_back()
    {
        var world = TwoGroups();
        world.Resource("b", "mail-service").Probe = ProbeMode.Unknown;
        world.StartBoth();
        world.Advance(25.Seconds());
        world.Expect(world.Status("b").Nodes[0].State == MemberState.Online, "online after the initial dead time");
        world.PowerOff("a");
        world.ExpectActive("web", "b", within: 10.Seconds());
        world.ExpectNeverActive("mail", "b", 1.Minutes());
    }

    [Fact]
    [Trait("Rule", "V")]
    public void A_group_that_cannot_be_looked_at_does_not_keep_its_node_from_leaving()
    {
        var world = TwoGroups();
        world.Resource("b", "mail-service").Probe = ProbeMode.Unknown;
        world.StartBoth();
        var asked = world.Now;
        var exit = world.StopAndWait("b");
        world.Expect(!exit.Clean, "something may be active there");
        world.Expect(TimeSpan.FromTicks(world.Now - asked) <= 21.Seconds(), "it looks for one initial dead time at most");
        world.Expect(world.Notices("a", NoticeKind.PeerLeft) == 0);
    }

    [Fact]
    [Trait("Rule", "R1")]
    public void A_write_that_hangs_does_not_keep_a_service_from_its_restart()
    {
        var world = new World().StartBoth();
        world["a"].Disk.Hangs = true;
        world.MustAccept("a", CommandKind.Move, "web", "a");
        world.Advance(1.Seconds());
        world.KillResource("a", "web-service");
        world.RunUntil(() => !world.IsActive("web", "a"), 1.Seconds(), "it died");
        world.ExpectActive("web", "a", within: 5.Seconds());
        world.Expect(world["a"].Disk.InFlight is not null, "the write still hangs");
    }

    [Fact]
    [Trait("Rule", "R6")]
    public void An_outdated_copy_is_taken_by_an_operator_who_accepts_the_loss()
    {
        var world = OutdatedAndAlone();
        world.ExpectNeverActive("web", "b", 1.Minutes());
        world.MustAccept("b", CommandKind.ConfirmDown, node: "a", token: world.PeerAsSeenBy("b").ConfirmDownToken);
        world.ExpectNeverActive("web", "b", 10.Seconds());
        world.MustAccept("b", CommandKind.Take, "web", flag: true);
        world.ExpectActive("web", "b", within: 10.Seconds());
        world.ExpectStays("web", "b", 1.Minutes());
        world.Expect(world["b"].Disk.Group("web")!.OutdatedEpoch == 0, "what runs is the newest from now on");
    }

    [Theory]
    [Trait("Rule", "R6")]
    [InlineData(300)]     // its hello is heard and nothing else
    [InlineData(20_000)]
    public void Accepting_a_loss_is_for_this_death_of_the_peer_only(int livesForMilliseconds)
    {
        var world = OutdatedAndAlone();
        world.Resource("b", "web-service").Readiness = Readiness.NotReady;   // so the consent is not used
        world.Advance(5.Seconds());
        world.MustAccept("b", CommandKind.ConfirmDown, node: "a", token: world.PeerAsSeenBy("b").ConfirmDownToken);
        world.MustAccept("b", CommandKind.Take, "web", flag: true);
        world.Advance(5.Seconds());
        world.OnTheWire = (sender, frame) => livesForMilliseconds > 1000 || sender.Name != "a" || frame.Sequence == 1;
        world.Start("a");
        world.Advance(livesForMilliseconds.Milliseconds());
        world.PowerOff("a");
        world.Resource("b", "web-service").Readiness = Readiness.Ready;
        world.Advance(5.Seconds());
        world.MustAccept("b", CommandKind.ConfirmDown, node: "a", token: world.PeerAsSeenBy("b").ConfirmDownToken);
        world.ExpectNeverActive("web", "b", 1.Minutes());
    }

    [Fact]
    [Trait("Rule", "V")]
    [Trait("Pathology", "failed stop")]
    public void A_group_that_does_not_stop_does_not_abandon_the_others_at_leaving()
    {
        var world = TwoGroups(new WaitPolicy());
        world.Resource("a", "mail-service").Stop = StopMode.Fail;
        world.Resource("a", "web-service").StopTime = 5.Seconds();
        world.StartBoth();
        var exit = world.StopAndWait("a");
        world.Expect(!exit.Clean);
        world.Expect(!world["a"].AnyActive(0), "web was stopped");
        world.ExpectActive("web", "b", within: 5.Seconds());
        world.ExpectNeverActive("mail", "b", 1.Minutes());
        world.Expect(world.Notices("b", NoticeKind.PeerLeft) == 0);
    }

    [Fact]
    [Trait("Rule", "N")]
    public void A_superseded_holder_stops_at_once_even_in_maintenance()
    {
        var world = new World(s =>
        {
            s.Groups.Add(WorldSettings.Group("web", preferred: "b"));
            s.TwoHoldersAllowed = true;
        }).StartBoth();
        world.MustAccept("b", CommandKind.Maintenance, flag: true);
        world.RunUntilQuiet();
        world.AddDouble("b", "b2");
        world.Start("b2");
        world.RunUntil(() => world.Notices("b", NoticeKind.Superseded) > 0, 5.Seconds(), "b is superseded");
        world.RunUntil(() => !world["b"].AnyActive(0), 1.Seconds(), "it stops at once");
        world.RunUntil(() => world["b"].Process is null, 5.Seconds(), "and ends");
    }

    private static World TwoGroups(IFencingPolicy? policy = null) => new(s =>
    {
        s.Policy = policy ?? s.Policy;
        s.Groups.Add(WorldSettings.Group("web"));
        s.Groups.Add(WorldSettings.Group("mail"));
    });

    /// <summary>"b" has an old copy and knows it; "a" has the new one and no power.</summary>
    private static World OutdatedAndAlone()
    {
        var world = new World(s =>
        {
            s.Policy = new WaitPolicy();
            s.Groups.Add(WorldSettings.Group("web") with { ReplicatedData = true });
        });
        world.Resource("a", "web-disk").Replica = ReplicaStatus.InSync;
        world.StartBoth();
        world.Resource("a", "web-disk").Replica = ReplicaStatus.PeerOutdated;
        world.Advance(10.Seconds());
        world.Expect(world["b"].Disk.Group("web")!.OutdatedEpoch > 0, "b's disk says that its copy is outdated");
        world.PowerOff("a");
        world.Advance(10.Seconds());
        return world;
    }

    /// <summary>The dead time is 2 s. A line that is half loaded takes half an interval for each frame.</summary>
    [Theory]
    [Trait("Rule", "M4")]
    [InlineData(500, 250, 7)]
    [InlineData(666, 1, 0)]
    public void The_slowest_link_that_the_configuration_allows_keeps_the_nodes_in_session_alone(int interval, int delay, int lostEvery)
    {
        for (var phase = 0; phase < interval; phase += 30)
        {
            var world = new World(settings => settings.PerNode = (_, configuration) => configuration with
            {
                Links = [configuration.Links[0], configuration.Links[1] with { Interval = interval.Milliseconds(), MinGap = interval.Milliseconds() }],
            });
            foreach (var direction in world.Link("crossover").From.Values)
            {
                direction.Delay = delay.Milliseconds();
            }

            world.Start("a");
            world.Advance(phase.Milliseconds());
            world.Start("b");
            world.RunUntilQuiet();
            world.Cut("lan");
            var sent = 0;
            world.OnTheWire = (_, _) => lostEvery == 0 || ++sent % lostEvery != 0;
            world.ExpectStays("web", "a", 1.Minutes());
            world.Expect(world.Notices("a", NoticeKind.SessionEnded) + world.Notices("b", NoticeKind.SessionEnded) == 0, $"in session, phase {phase} ms");
        }
    }

    [Fact]
    public void Frames_of_a_slow_link_are_not_late_because_others_warn_sooner()
    {
        var world = new World(settings =>
        {
            settings.Times = settings.Times with { DeadTime = 10.Seconds() };
            settings.PerNode = (_, configuration) => configuration with
            {
                Links = [configuration.Links[0], configuration.Links[1] with { Interval = 2.Seconds(), MinGap = 2.Seconds() }],
            };
        }).StartBoth();
        world.Advance(1.Minutes());

        world.Expect(world.Running("a").Machine.Links[1] is { Late: 0, Received: > 25 });
    }
}
