using HaCore.Engine;
using HaCore.Testing.Simulation;
using HaCore.Wire;

namespace HaCore.Tests.Scenarios;

/// <summary>Moments at which a node knows less than it believes: a slow host, the end of maintenance, before the first look, after a pause.</summary>
public sealed class DoubtScenarios
{
    [Fact]
    [Trait("Rule", "F")]
    public void A_slow_host_is_not_the_peers_silence()
    {
        var world = new World(s => s.FenceAtStart = true);
        world.Start("b", hostTook: 25.Seconds());
        world.ExpectNeverActive("web", "b", 19.Seconds());
        world.Expect(world.Fences("b") == 0, "the initial dead time counts from the first step");
        world.ExpectActive("web", "b", within: 10.Seconds());
    }

    [Fact]
    [Trait("Rule", "F")]
    public void A_host_that_took_longer_than_the_initial_dead_time_takes_nothing_from_a_living_peer()
    {
        var world = new World(s => s.Policy = new ProceedPolicy()).StartBoth();
        world.StopAndWait("b");
        world.Advance(5.Seconds());
        world.Start("b", hostTook: 25.Seconds());
        world.ExpectStays("web", "a", 1.Minutes());
        world.Expect(world.Starts("b") == 0);
    }

    [Fact]
    [Trait("Rule", "W")]
    public void What_was_started_by_hand_on_the_peer_in_maintenance_is_never_started_beside_it()
    {
        var world = Maintained(new World(s => (s.TwoHoldersAllowed, s.FalseNotHeldAllowed) = (true, true))); // by hand = behind the engine's back
        SetByHand(world, "a", active: false);
        SetByHand(world, "b", active: true);
        world.MustAccept("a", CommandKind.Maintenance, flag: false);
        world.Expect(!world.TryRunUntil(() => world["a"].AnyActive(0) && world["b"].AnyActive(0), 1.Minutes()), "never on both");
        world.ExpectActive("web", "a");
    }

    [Fact]
    [Trait("Rule", "W")]
    public void A_takeover_after_maintenance_takes_the_group_once()
    {
        var world = Maintained(new World());
        world.MustAccept("a", CommandKind.Maintenance, flag: false);
        world.RunUntilQuiet();
        world.PowerOff("a");
        world.ExpectActive("web", "b", within: 1.Minutes());
        world.Expect(world.Notices("b", NoticeKind.HoldTaken) == 1, "taken once");
        world.Expect(world.Notices("b", NoticeKind.HoldReleased) == 0, "and not released in between");
    }

    [Fact]
    [Trait("Rule", "W")]
    public void What_fails_in_maintenance_is_nobodys_failure()
    {
        var world = Maintained(new World());
        for (var i = 0; i < 5; i++)
        {
            world.KillResource("a", "web-service");
            world.Advance(5.Seconds());
            world.Resource("a", "web-service").Active = true;
            world.Advance(5.Seconds());
        }

        world.KillResource("a", "web-service");
        world.Advance(5.Seconds());
        world.MustAccept("a", CommandKind.Maintenance, flag: false);
        world.ExpectActive("web", "a", within: 10.Seconds());
        world.ExpectStays("web", "a", 30.Seconds());
        world.Expect(world.Running("a").LastSent.Groups[0].FailCount == 0, "nothing was counted");
    }

    [Theory]
    [Trait("Rule", "W")]
    [InlineData(true)]
    [InlineData(false)]
    public void What_still_runs_after_maintenance_is_held_by_its_node_as_before(bool peerIsThere)
    {
        var world = Maintained(new World(s => s.Policy = new WaitPolicy()));
        if (!peerIsThere)
        {
            world.PowerOff("b");
            world.Advance(10.Seconds());
        }

        var residues = 0;
        world.OnTheWire = (sender, frame) =>
        {
            residues += (frame.Groups[0].Flags & FrameGroupFlags.Residue) != 0 ? 1 : 0;
            return true;
        };
        world.MustAccept("a", CommandKind.Maintenance, flag: false);
        world.ExpectStays("web", "a", 1.Minutes());
        world.Expect(world.Status("a", "web").LocalHold == HoldState.Held);
        world.Expect(residues == 0, "taken before, taken now: no residue");
        world.Expect(world.Starts("a") == 1 && world.Stops("a") == 0, "the service never noticed");
        world.KillResource("a", "web-service");
        world.ExpectActive("web", "a", within: 10.Seconds());
    }

    [Fact]
    [Trait("Rule", "R6")]
    public void A_node_that_has_not_looked_yet_learns_that_its_copy_is_outdated()
    {
        var world = new World(s => s.Groups.Add(WorldSettings.Group("web") with { ReplicatedData = true }));
        world.Resource("a", "web-disk").Replica = ReplicaStatus.InSync;
        world.StartBoth();
        world.StopAndWait("b");
        world.Resource("a", "web-disk").Replica = ReplicaStatus.PeerOutdated;
        world.Advance(10.Seconds());
        StartBlind(world, "b");
        world.Expect(world["b"].Disk.Group("web")!.OutdatedEpoch > 0, "its disk says that its copy is outdated");
        world.PowerOff("a");
        CanLook(world, "b");
        world.ExpectNeverActive("web", "b", 3.Minutes());
    }

    [Fact]
    [Trait("Rule", "C")]
    public void A_node_that_has_not_looked_yet_learns_of_a_divergence()
    {
        var world = new World();
        world["a"].Disk.Durable = State(term: 2, diverged: true);
        world.Start("a");
        StartBlind(world, "b");
        world.Expect(world.Status("b", "web").Diverged);
        world.PowerOff("a");
        CanLook(world, "b");
        world.ExpectNeverActive("web", "b", 3.Minutes());
    }

    [Fact]
    [Trait("Rule", "R3")]
    public void A_node_that_has_not_looked_yet_takes_over_above_the_term_that_it_heard()
    {
        var world = new World();
        world["a"].Disk.Durable = State(term: 6);
        world["b"].Disk.Durable = State(term: 1);
        world.Start("a");
        StartBlind(world, "b");
        world.PowerOff("a");
        CanLook(world, "b");
        world.ExpectActive("web", "b", within: 30.Seconds());
        world.Expect(world.Status("b", "web").Term == 7);
    }

    [Fact]
    [Trait("Rule", "P")]
    public void A_failed_write_does_not_free_what_was_adopted_and_runs()
    {
        var world = new World();
        world["a"].PowerOn();
        SetByHand(world, "a", active: true);
        world.Start("a");
        world.Start("b");
        world.RunUntil(() => world["a"].Disk.InFlight is { } write && write.State.Groups[0].HoldBootId is not null, 10.Seconds(), "a writes its hold mark");
        world["a"].Disk.Error = "disk full";
        world.Expect(!world.TryRunUntil(() => world.Status("a", "web").LocalHold != HoldState.Held, 5.Seconds()), "what runs is held");
        world["a"].Disk.Error = null;
        world.ExpectStays("web", "a", 30.Seconds());
        world.Expect(world.Notices("a", NoticeKind.PersistFailed) == 1);
        world.Expect(world.Starts("a") == 0 && world.Stops("a") == 0, "the service never noticed");
    }

    [Theory]
    [Trait("Rule", "L")]
    [InlineData(true)]
    [InlineData(false)]
    public void A_second_pause_is_not_decided_by_the_answer_to_the_first(bool timerFirst)
    {
        var mayProceed = false;
        var world = new World(s =>
        {
            s.TwoHoldersAllowed = true;
            s.Policy = new LambdaPolicy(context => mayProceed && !context.LocalLate ? FencingDecision.ProceedUnfenced("story") : FencingDecision.Wait("story"));
        }).StartBoth();
        world.Freeze("a", 5.Seconds(), framesWait: true, timerFirst);
        world.Freeze("a");   // what it said after the first pause is on its way; the answer will wait in the queue
        mayProceed = true;
        world.Advance(10.Seconds());
        world.ExpectActive("web", "b");
        var claims = 0;
        world.OnTheWire = (sender, frame) =>
        {
            claims += sender.Key == "a" && frame.Groups[0].Hold == HoldState.Held && (frame.Flags & FrameFlags.Late) == 0 ? 1 : 0;
            return true;
        };
        world.Thaw("a", timerFirst);
        world.RunUntil(() => !world["a"].AnyActive(0), 2.Seconds(), "a stops at once");
        world.ExpectStays("web", "b", 1.Minutes());
        world.Expect(claims == 0, "a is late until it has stopped");
        world.Expect(world.Starts("a") == 1, "a announced nothing that the peer had taken over");
    }

    [Fact]
    [Trait("Rule", "L")]
    public void A_late_holder_goes_on_when_its_peer_could_not_look_at_the_group()
    {
        var world = new World(s => s.Policy = new WaitPolicy()).StartBoth();
        world.Crash("b");
        StartBlind(world, "b");
        world.Freeze("a", 10.Seconds());
        world.ExpectStays("web", "a", 30.Seconds());
        world.Expect(world.Stops("a") == 0);
        world.Expect((world.Running("a").LastSent.Flags & FrameFlags.Late) == 0, "the flag is cleared");
    }

    [Fact]
    [Trait("Rule", "L")]
    [Trait("Rule", "R2")]
    public void What_died_before_it_was_announced_again_is_stopped_before_the_group_is_given_away()
    {
        var world = new World(s => s.Policy = new WaitPolicy()).StartBoth();
        world.Resource("a", "web-service").StartTime = 5.Seconds();
        world.Resource("a", "web-service").ProbeTime = 1.Seconds();
        world.Freeze("a");
        world.KillResource("a", "web-service");
        world.Advance(5.Seconds());
        world.Thaw("a", timerFirst: true); // the probe is under way when the peer's answer ends the doubt
        world.RunUntil(() => world.Starts("a", resource: 1) == 2, 10.Seconds(), "the service is started again");
        world.MustAccept("a", CommandKind.Move, "web", "b");
        world.ExpectActive("web", "b", within: 1.Minutes());
        world.Expect(!world["a"].AnyActive(0), "nothing of it is left on a");
    }

    [Theory]
    [Trait("Rule", "L")]
    [Trait("Rule", "C")]
    [MemberData(nameof(Thaws))]
    public void Of_two_holders_that_were_both_paused_exactly_one_stops(string first, int milliseconds, bool framesWait)
    {
        var world = new World(s =>
        {
            s.Policy = new ProceedPolicy();
            s.TwoHoldersAllowed = true;
        }).StartBoth();
        world.CutAll();
        world.Advance(20.Seconds());
        world.HealAll();
        world.RunUntil(() => world.Status("b").HasSession, 1.Seconds(), "they meet again");
        world.Freeze("a", framesWait);
        world.Freeze("b", framesWait);
        world.Expect(world.IsActive("web", "a") && world.IsActive("web", "b"), "both hold");
        world.Advance(10.Seconds());
        world.Thaw(first);
        world.Advance(milliseconds.Milliseconds());
        world.Thaw(first == "a" ? "b" : "a");
        world.Expect(!world.TryRunUntil(() => !world.IsAnywhere("web"), 1.Minutes()), "one of them serves at every moment");
        world.Expect(world["a"].AnyActive(0) != world["b"].AnyActive(0), "and only one");
    }

    public static TheoryData<string, int, bool> Thaws()
    {
        var data = new TheoryData<string, int, bool>();
        foreach (var first in new[] { "a", "b" })
        {
            foreach (var milliseconds in new[] { 0, 1, 150, 1000 })
            {
                data.Add(first, milliseconds, true);
                data.Add(first, milliseconds, false);
            }
        }

        return data;
    }

    private static World Maintained(World world)
    {
        world.StartBoth();
        world.MustAccept("a", CommandKind.Maintenance, flag: true);
        world.RunUntilQuiet();
        world.Expect(world.Status("a").Maintenance && world.Status("b").Maintenance, "both know");
        return world;
    }

    private static void SetByHand(World world, string key, bool active)
    {
        world.Resource(key, "web-disk").Active = active;
        world.Resource(key, "web-service").Active = active;
        world.Advance(5.Seconds());
    }

    /// <summary>It is in a session and cannot tell what runs on it.</summary>
    private static void StartBlind(World world, string key)
    {
        world.Resource(key, "web-service").Probe = ProbeMode.Unknown;
        world.Start(key);
        world.Advance(5.Seconds());
        world.Expect(world.Status(key).HasSession && world.Status(key, "web").LocalHold == HoldState.Unknown, "in a session, and not looked yet");
    }

    private static void CanLook(World world, string key) => world.Resource(key, "web-service").Probe = ProbeMode.Truth;

    private static PersistentState State(long term, bool diverged = false) =>
        new() { Incarnation = 1, Groups = [new PersistentGroup { Name = "web", Term = term, Diverged = diverged }] };
}
