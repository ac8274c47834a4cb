using HaCore.Engine;
using HaCore.Testing.Simulation;
using HaCore.Wire;

namespace HaCore.Tests.Scenarios;

/// <summary>Rules M1 to M5: frames are state, sessions are round trips.</summary>
public sealed class FrameScenarios
{
    [Fact]
    [Trait("Rule", "M1")]
    public void Half_of_all_frames_lost_delays_a_hand_over_and_breaks_nothing()
    {
        var world = new World().StartBoth();
        foreach (var direction in world.Links.SelectMany(l => l.From.Values))
        {
            direction.Loss = 0.5;
        }

        world.MustAccept("a", CommandKind.Move, "web", "b");
        world.ExpectActive("web", "b", within: 30.Seconds());
        world.MustAccept("a", CommandKind.Move, "web", "a");
        world.ExpectActive("web", "a", within: 30.Seconds());
    }

    [Theory]
    [Trait("Rule", "M1")]
    [InlineData("lan")]
    [InlineData("crossover")]
    public void One_link_down_is_not_a_takeover(string link)
    {
        var world = new World().StartBoth();
        world.Cut(link);
        world.ExpectStays("web", "a", 30.Seconds());
        world.Expect(world.Status("b").HasSession);
        world.Expect(world.Fences("a") + world.Fences("b") == 0);
        world.Expect(world.Notices("a", NoticeKind.LinkLost) == 1, "the lost link is said once");
        world.Expect(world.Notices("b", NoticeKind.LinkLost) == 1, "the lost link is said once");
    }

    [Fact]
    [Trait("Rule", "M2")]
    public void A_replayed_frame_does_not_keep_a_dead_peer_alive()
    {
        var world = new World(s => s.Groups.Add(WorldSettings.Group("web", preferred: "b"))).StartBoth();
        world.ExpectActive("web", "b");
        var old = FrameCopy.Of(world.Running("b").LastSent);
        world.PowerOff("b");
        for (var i = 0; i < 50; i++)
        {
            world.Inject("a", old);
            world.Advance(200.Milliseconds());
        }

        world.ExpectActive("web", "a");
    }

    [Fact]
    [Trait("Rule", "M2")]
    public void A_restarted_peer_ends_the_old_session_and_nothing_else()
    {
        var world = new World().StartBoth();
        world.Crash("b");
        world.Advance(1.Seconds());
        world.Start("b");
        world.ExpectStays("web", "a", 10.Seconds());
        world.Expect(world.Status("a").HasSession);
        world.Expect(world.PeerAsSeenBy("a").Incarnation == 2);
        world.Expect(world.Starts("a") == 1 && world.Stops("a") == 0);
    }

    [Fact]
    [Trait("Rule", "M2")]
    public void A_frame_of_an_older_incarnation_changes_nothing()
    {
        var world = new World().StartBoth();
        var old = FrameCopy.Of(world.Running("b").LastSent);
        world.Crash("b");
        world.Start("b");
        world.RunUntilQuiet();
        old.Sequence += 1000;
        old.Groups[0].Term = 999;
        world.Inject("a", old);
        world.Advance(5.Seconds());
        world.ExpectActive("web", "a");
        world.Expect(world.Status("a", "web").Term < 999);
    }

    [Fact]
    [Trait("Rule", "M2")]
    public void The_late_copy_by_the_slow_link_is_statistics_only()
    {
        var world = new World(s => s.Links = ["lan", "serial"]);
        foreach (var direction in world.Link("serial").From.Values)
        {
            direction.Delay = 700.Milliseconds();
        }

        world.StartBoth();
        world.ExpectStays("web", "a", 30.Seconds());
        world.Expect(world.Running("a").Machine.Links[1].Received > 100, "the slow link's frames are counted");
        world.Expect(world.Status("a").Links[1].Alive, "the slow link lives");
        world.Expect(world.Notices("a", NoticeKind.LinkLost) == 0);
        world.Expect(world.Notices("a", NoticeKind.SessionEnded) == 0);
    }

    [Fact]
    [Trait("Rule", "M2")]
    public void A_frame_that_nobody_can_verify_is_nobody()
    {
        var world = new World();
        world["b"].UseAnotherKey();
        world.Start("a");
        world.Start("b");
        world.Advance(2.Minutes());
        world.ExpectNowhere("web");
        world.Expect(!world.Status("a").HasSession && !world.Status("b").HasSession);
        world.Expect(world.Notices("a", NoticeKind.PeerUnverified) > 0, "the wrong key is said");
    }

    [Fact]
    [Trait("Rule", "M3")]
    public void Different_group_digests_start_nothing_in_a_session_and_say_why()
    {
        var world = Mismatch();
        world.Advance(2.Minutes());
        world.Expect(world.Status("a").HasSession && world.Status("b").HasSession);
        world.ExpectNowhere("web");
        world.Expect(world.Notices("a", NoticeKind.ConfigurationMismatch) > 0);
        world.Expect(world.Notices("b", NoticeKind.ConfigurationMismatch) > 0);
        world.Expect(world.Status("a", "web").Why.Length > 0);
    }

    [Fact]
    [Trait("Rule", "M3")]
    public void Different_cluster_digests_start_nothing_in_a_session_and_say_why()
    {
        var world = new World(s => s.PerNode = (node, c) => c with { ClusterDigest = node == "a" ? 1u : 2u });
        world.Start("a");
        world.Start("b");
        world.Advance(2.Minutes());
        world.ExpectNowhere("web");
        world.Expect(world.Notices("a", NoticeKind.ConfigurationMismatch) > 0);
    }

    [Fact]
    [Trait("Rule", "M3")]
    public void Different_digests_block_nothing_once_the_peer_is_confirmed_down()
    {
        var world = Mismatch();
        world.RunUntilQuiet();
        world.PowerOff("b");
        world.ExpectActive("web", "a", within: 30.Seconds());
    }

    [Fact]
    [Trait("Rule", "M3")]
    public void Different_digests_block_no_restart_in_place()
    {
        var world = new World().StartBoth();
        world.Stop("b");
        world.Advance(10.Seconds());
        world["b"].Configuration = Altered(world["b"].Configuration);
        world.Start("b");
        world.RunUntilQuiet();
        world.ExpectActive("web", "a");
        world.KillResource("a", "web-service");
        world.ExpectActive("web", "a", within: 20.Seconds());
        world.MustRefuseOrStay("web", "a", "b");
    }

    [Fact]
    [Trait("Rule", "M3")]
    public void A_mismatch_of_one_group_leaves_the_other_alone()
    {
        var world = new World(s =>
        {
            s.Groups.Add(WorldSettings.Group("web"));
            s.Groups.Add(WorldSettings.Group("mail"));
            s.PerNode = (node, c) => node == "b" ? Altered(c) : c;
        });
        world.Start("a");
        world.Start("b");
        world.ExpectActive("mail", "a", within: 30.Seconds());
        world.Advance(30.Seconds());
        world.ExpectNowhere("web");
    }

    [Theory]
    [Trait("Rule", "M4")]
    [InlineData("a")]
    [InlineData("b")]
    public void Hearing_without_being_heard_is_no_session(string unheard)
    {
        var seen = new HashSet<(string Node, PeerContact Contact)>();
        var world = new World(s => s.Policy = new LambdaPolicy(c =>
        {
            seen.Add((c.LocalNode.Value, c.Contact));
            return FencingDecision.Wait("story");
        })).StartBoth();
        world.CutAllFrom(unheard);
        world.ExpectStays("web", "a", 20.Seconds());
        world.Expect(!world.Status("a").HasSession && !world.Status("b").HasSession);
        world.Expect(world.Notices(unheard, NoticeKind.PeerDeaf) > 0, "the unheard node says that the peer is deaf");
        world.Expect(seen.Contains((unheard, PeerContact.Deaf)) || !seen.Any(x => x.Node == unheard), "a policy sees deaf, not silent");
        world.Expect(!seen.Contains((unheard, PeerContact.Silent)), "a peer that is heard is not silent");
        world.HealAll();
        world.RunUntilQuiet();
        world.Expect(world.Status("a").HasSession && world.Status("b").HasSession);
        world.ExpectActive("web", "a");
    }

    [Fact]
    [Trait("Rule", "M4")]
    public void A_session_ends_one_dead_time_after_the_last_frame_that_was_echoed()
    {
        var world = new World(s => s.Policy = new WaitPolicy()).StartBoth();
        world.CutAll();
        world.Advance(1.7.Seconds());
        world.Expect(world.Status("a").HasSession);
        world.Advance(0.5.Seconds());
        world.Expect(!world.Status("a").HasSession && !world.Status("b").HasSession);
    }

    [Fact]
    [Trait("Rule", "M4")]
    public void A_delay_of_half_the_dead_time_each_way_is_no_round_trip_in_time()
    {
        var world = new World(s => s.Policy = new WaitPolicy());
        foreach (var direction in world.Links.SelectMany(l => l.From.Values))
        {
            direction.Delay = 1.2.Seconds();
        }

        world.Start("a");
        world.Start("b");
        world.Advance(1.Minutes());
        world.Expect(!world.Status("a").HasSession && !world.Status("b").HasSession);
        world.ExpectNowhere("web");
        world.HealAll();
        world.ExpectActive("web", "a", within: 30.Seconds());
    }

    [Fact]
    [Trait("Rule", "M5")]
    public void What_is_not_on_disk_is_neither_said_nor_done()
    {
        var world = new World().StartBoth();
        world["b"].Disk.Hangs = true;
        world.PowerOff("a");
        world.ExpectNeverActive("web", "b", 20.Seconds());
        world.Expect(world.Running("b").LastSent.Groups[0].Term == 0, "frames show the term on disk");
        world.ReleaseDisk("b");
        world.ExpectActive("web", "b", within: 10.Seconds());
    }

    private static World Mismatch()
    {
        var world = new World(s => s.PerNode = (node, c) => node == "b" ? Altered(c) : c);
        world.Start("a");
        world.Start("b");
        return world;
    }

    private static EngineConfiguration Altered(EngineConfiguration configuration) => configuration with
    {
        Groups = [.. configuration.Groups.Select((g, i) => i == 0 ? g with { Digest = g.Digest + 1 } : g)],
    };
}
