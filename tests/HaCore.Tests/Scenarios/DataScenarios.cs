using HaCore.Engine;
using HaCore.Testing.Simulation;

namespace HaCore.Tests.Scenarios;

/// <summary>Rule R6: confirmed down proves that nobody runs, not that my data is newest.</summary>
public sealed class DataScenarios
{
    private static World Replicated(ColdStartPolicy coldStart = ColdStartPolicy.WaitForPeer, bool fenceAtStart = true) => new(s =>
    {
        s.Groups.Add(WorldSettings.Group("web") with { ReplicatedData = true, ColdStart = coldStart });
        s.FenceAtStart = fenceAtStart;
    });

    private static World BothLostPower(World world)
    {
        InSync(world);
        world.StartBoth();
        world.Advance(5.Seconds());
        world.PowerOff("a");
        world.PowerOff("b");
        return world;
    }

    private static void InSync(World world)
    {
        world.Resource("a", "web-disk").Replica = ReplicaStatus.InSync;
        world.Resource("b", "web-disk").Replica = ReplicaStatus.InSync;
    }

    [Fact]
    [Trait("Rule", "R6")]
    public void A_copy_that_was_in_a_session_takes_over()
    {
        var world = Replicated();
        InSync(world);
        world.StartBoth();
        world.PowerOff("a");
        world.ExpectActive("web", "b", within: 10.Seconds());
    }

    [Theory]
    [Trait("Rule", "R6")]
    [InlineData("a")]
    [InlineData("b")]
    public void A_copy_that_may_be_old_waits_for_the_peer(string alone)
    {
        var world = BothLostPower(Replicated());
        world.Start(alone);
        world.ExpectNeverActive("web", alone, 3.Minutes());
        world.Start(alone == "a" ? "b" : "a");
        world.RunUntil(() => world.IsAnywhere("web"), 1.Minutes(), "with both copies there the group starts");
        world.RunUntilQuiet();
        world.ExpectActive("web", "a");
    }

    [Fact]
    [Trait("Rule", "R6")]
    public void A_copy_that_may_be_old_is_taken_by_name()
    {
        var world = BothLostPower(Replicated(ColdStartPolicy.TakeOver));
        world.Start("b");
        world.ExpectActive("web", "b", within: 2.Minutes());
    }

    [Fact]
    [Trait("Rule", "R6")]
    public void A_copy_that_may_be_old_is_taken_by_an_operator_who_accepts_the_loss()
    {
        var world = BothLostPower(Replicated());
        world.Start("b");
        world.Advance(1.Minutes());
        world.MustRefuse("b", CommandKind.Take, "web", flag: false);
        world.ExpectNeverActive("web", "b", 10.Seconds());
        world.MustAccept("b", CommandKind.ConfirmDown, node: "a", token: world.PeerAsSeenBy("b").ConfirmDownToken);
        world.ExpectNeverActive("web", "b", 10.Seconds());
        world.MustAccept("b", CommandKind.Take, "web", flag: true);
        world.ExpectActive("web", "b", within: 10.Seconds());
    }

    [Fact]
    [Trait("Rule", "R6")]
    public void A_take_without_the_peer_confirmed_down_is_refused()
    {
        var world = BothLostPower(Replicated(fenceAtStart: false));
        world.Start("b");
        world.Advance(1.Minutes());
        world.MustRefuse("b", CommandKind.Take, "web", flag: true);
        world.ExpectNeverActive("web", "b", 1.Minutes());
    }

    [Fact]
    [Trait("Rule", "R6")]
    public void A_holder_that_went_on_alone_starts_alone_again()
    {
        var world = Replicated();
        InSync(world);
        world.StartBoth();
        world.PowerOff("b");
        world.Resource("a", "web-disk").Replica = ReplicaStatus.PeerOutdated;
        world.Advance(30.Seconds());
        world.Expect(world["a"].Disk.Group("web")!.Sole, "the mark is on disk");
        world.PowerOff("a");
        world.Start("a");
        world.ExpectActive("web", "a", within: 2.Minutes());
    }

    [Fact]
    [Trait("Rule", "R6")]
    public void An_outdated_copy_is_not_taken_over_even_after_restarts()
    {
        var world = Replicated();
        InSync(world);
        world.StartBoth();
        world.Resource("a", "web-disk").Replica = ReplicaStatus.PeerOutdated;
        world.Resource("b", "web-disk").Replica = ReplicaStatus.Unknown;
        world.Advance(10.Seconds());
        world.Expect(world["b"].Disk.Group("web")!.OutdatedEpoch > 0, "b's disk says that its copy is outdated");
        world.Expect(world.Status("b", "web").Readiness == Readiness.NotReady);
        world.Crash("b");
        world.Start("b");
        world.RunUntilQuiet();
        world.PowerOff("a");
        world.ExpectNeverActive("web", "b", 3.Minutes());
    }

    [Fact]
    [Trait("Rule", "R6")]
    public void A_copy_that_was_resynchronised_takes_over_again()
    {
        var world = Replicated();
        InSync(world);
        world.StartBoth();
        world.Resource("a", "web-disk").Replica = ReplicaStatus.PeerOutdated;
        world.Advance(10.Seconds());
        InSync(world);
        world.Advance(30.Seconds());
        world.Expect(!world["a"].Disk.Group("web")!.Sole, "the mark is gone");
        world.PowerOff("a");
        world.ExpectActive("web", "b", within: 20.Seconds());
    }
}
