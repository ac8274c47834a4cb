using HaCore.Engine;
using HaCore.Testing.Simulation;

namespace HaCore.Tests.Scenarios;

/// <summary>A composite link names what is lost of it.</summary>
public sealed class CompositeLinkScenarios
{
    [Fact]
    public void A_lost_member_is_a_condition_with_its_name_until_it_is_heard_again()
    {
        var world = Bonded().StartBoth();
        Report(world, 0, isAlive: true);
        Report(world, 1, isAlive: false, "silent for 2.1 s");

        world.Expect(world.Status("a").Conditions.Contains("null-modem: silent for 2.1 s"));
        world.Expect(world.Status("a").Links[0].Members is [{ Alive: true, Detail: null }, { Alive: false, Detail: "silent for 2.1 s" }]);
        world.Expect(world.Notices("a", NoticeKind.LinkMemberLost) == 1, "told once");
        world.ExpectStays("web", "a", 30.Seconds());

        Report(world, 1, isAlive: true);
        world.Expect(world.Status("a").Conditions.Count == 0);
        world.Expect(world.Notices("a", NoticeKind.LinkMemberLost) == 2, "and its end");
    }

    [Fact]
    public void A_member_of_which_nothing_can_be_said_yet_is_no_condition()
    {
        var world = Bonded().StartBoth();
        Report(world, 1, isAlive: false, detail: null);

        world.Expect(world.Status("a").Conditions.Count == 0);
    }

    [Fact]
    public void A_lost_member_that_is_opened_again_is_lost_until_it_is_heard()
    {
        var world = Bonded().StartBoth();
        for (var i = 0; i < 5; i++)
        {
            Report(world, 1, isAlive: false, "the port is gone");
            Report(world, 1, isAlive: false, detail: null);
        }

        world.Expect(world.Notices("a", NoticeKind.LinkMemberLost) == 1, "told once");
        Report(world, 1, isAlive: true);
        world.Expect(world.Notices("a", NoticeKind.LinkMemberLost) == 2, "and its end");
        world.Expect(world.Status("a").Conditions.Count == 0);
    }

    [Fact]
    public void When_the_whole_link_is_lost_that_is_what_is_told()
    {
        var world = Bonded().StartBoth();
        Report(world, 1, isAlive: false, "the cable is out");
        world.Cut("bond");
        world.Advance(10.Seconds());

        world.Expect(world.Status("a").Conditions is [var only] && only.StartsWith("bond: silent", StringComparison.Ordinal), "one condition, that of the link");
        world.Heal("bond");
        world.Advance(1.Seconds());
        world.Expect(world.Status("a").Conditions is ["null-modem: the cable is out"]);
    }

    [Fact]
    public void A_change_of_the_active_member_is_told_once()
    {
        var world = Bonded().StartBoth();
        world.ReportMember("a", "bond", 0, isAlive: true, isActive: true);
        world.ReportMember("a", "bond", 0, isAlive: true, isActive: true);
        world.ReportMember("a", "bond", 1, isAlive: true, isActive: true);

        world.Expect(world.Notices("a", NoticeKind.LinkMemberActive) == 2);
    }

    private static World Bonded() => new(settings =>
    {
        settings.Links = ["bond", "crossover"];
        settings.PerNode = static (_, configuration) => configuration with
        {
            Links = [configuration.Links[0] with { Members = [new LinkId("lan"), new LinkId("null-modem")] }, configuration.Links[1]],
        };
    });

    private static void Report(World world, int member, bool isAlive, string? detail = null) =>
        world.ReportMember("a", "bond", member, isAlive, isActive: true, detail);
}
