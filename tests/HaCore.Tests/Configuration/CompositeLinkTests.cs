using HaCore.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace HaCore.Tests.Configuration;

/// <summary>Links that are made of others, in code and in configuration.</summary>
public sealed class CompositeLinkTests
{
    private const string Json = """
        {
          "Nodes": [ "novanta", "novantuno" ],
          "KeyFile": "/etc/hacore/unipd.key",
          "Fencing": { "Policy": "Wait" },
          "Links": [
            {
              "Name": "bond", "Type": "Bundle", "Primary": "lan",
              "Members": [
                { "Name": "lan", "Type": "Wire", "Interface": "eth1" },
                { "Name": "crossover", "Type": "Wire", "Interface": "eth0", "Interval": "00:00:00.500" }
              ]
            }
          ],
          "PerNode": { "novanta": { "crossover": { "Interface": "eth3" } } }
        }
        """;

    [Fact]
    public void Members_are_made_with_their_own_options_and_pace()
    {
        using var provider = Make.Provider(ha => ha.Good().AddBundle("bond", "left", members => members.AddWire("left", "eth2").AddLine("right", 1000)));
        var definition = ClusterDefinitionFactory.Create(provider, Make.Name);
        var bundle = Assert.IsType<BundleTransport>(definition.Transports[2](provider));

        Assert.Equal("left", bundle.Options.Primary);
        Assert.Equal(["left", "right"], definition.Engine.Links[2].Members.Select(member => member.Value));
        Assert.Equal("eth2", Assert.IsType<WireTransport>(bundle.Members[0].Transport).Options.Interface);
        Assert.Equal((200, 20, 2000), Milliseconds(bundle.Members[0]));
        Assert.Equal(1000, Assert.IsType<LineTransport>(bundle.Members[1].Transport).Options.BytesPerSecond);
        Assert.True(bundle.Members[1].MinGap > TimeSpan.FromMilliseconds(200), "the slow member has its own pace");
    }

    [Fact]
    public void A_composite_is_as_fast_as_its_fastest_member()
    {
        var fast = Make.Definition(ha => ha.Good().AddBundle("bond", "left", members => members.AddWire("left", "eth2").AddLine("right", 1000))).Engine.Links[2];
        var slow = Make.Definition(ha => ha.Good().AddBundle("bond", "left", members => members.AddLine("left", 1000).AddLine("right", 500))).Engine.Links[2];
        var line = Make.Definition(ha => ha.Good().AddLine("line", 1000)).Engine.Links[2];

        Assert.Equal(TimeSpan.FromMilliseconds(200), fast.Interval);
        Assert.Equal((line.Interval, line.MinGap), (slow.Interval, slow.MinGap));
    }

    [Fact]
    public void Links_after_a_composite_are_links_of_the_cluster()
    {
        var links = Make.Definition(ha => ha.Good().AddBundle("bond", "left", members => members.AddWire("left", "eth2").AddWire("right", "eth3")).AddWire("last", "eth4")).Engine.Links;

        Assert.Equal(["lan", "crossover", "bond", "last"], links.Select(link => link.Name.Value));
        Assert.Empty(links[3].Members);
    }

    [Fact]
    public void Configuration_says_the_same()
    {
        using var provider = Make.Provider(ha => ha.AddBundleType().From(Json));
        var definition = ClusterDefinitionFactory.Create(provider, Make.Name);
        var bundle = Assert.IsType<BundleTransport>(Assert.Single(definition.Transports)(provider));

        Assert.Equal("lan", bundle.Options.Primary);
        Assert.Equal(["lan", "crossover"], bundle.Members.Select(member => member.Link.Value));
        Assert.Equal("eth3", Assert.IsType<WireTransport>(bundle.Members[1].Transport).Options.Interface);
        Assert.Equal((500, 50, 2000), Milliseconds(bundle.Members[1]));
        Assert.DoesNotContain(definition.Warnings, warning => warning.Contains("only one link", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("\"Members\"", "\"Membres\"", "did you mean \"Members\"?")]
    [InlineData("\"Name\": \"crossover\", \"Type\": \"Wire\"", "\"Name\": \"lan\", \"Type\": \"Wire\"", "The name \"lan\" of a link is already that of a link")]
    [InlineData("{ \"Name\": \"crossover\", \"Type\": \"Wire\", \"Interface\"", "{ \"Name\": \"crossover\", \"Type\": \"Wire\", \"Interfce\"", "did you mean \"Interface\"?")]
    [InlineData("00:00:00.500", "00:00:01.500", "Link \"crossover\": Interval (1.5 s) leaves 1 frame(s) within DeadTime")]
    public void Mistakes_in_members_are_found(string good, string bad, string expected) =>
        Assert.Contains(Make.Errors(ha => ha.AddBundleType().From(Json.Replace(good, bad, StringComparison.Ordinal))), error => error.Contains(expected, StringComparison.Ordinal));

    [Fact]
    public void A_member_too_slow_for_the_dead_time_is_refused_although_another_is_not() =>
        Assert.StartsWith("Link \"right\": the largest frame", Make.Error(ha => ha.Good().AddBundle("bond", "left", members => members.AddWire("left", "eth2").AddLine("right", 100))), StringComparison.Ordinal);

    [Fact]
    public void One_member_is_refused() =>
        Assert.Contains("Link \"bond\": the number of members (1) must be between 2 and 8", Make.Error(ha => ha.Good().AddBundle("bond", "left", members => members.AddWire("left", "eth2"))), StringComparison.Ordinal);

    [Fact]
    public void A_composite_in_a_composite_is_refused() =>
        Assert.Contains(
            "Link \"inner\" is a member of \"bond\" and has members itself",
            Make.Error(ha => ha.Good().AddBundle("bond", "left", members => members.AddWire("left", "eth2").AddBundle("inner", "x", inner => inner.AddWire("x", "e").AddWire("y", "f")))),
            StringComparison.Ordinal);

    private static (double, double, double) Milliseconds(HeartbeatMember member) =>
        (member.Interval.TotalMilliseconds, member.MinGap.TotalMilliseconds, member.LostAfter.TotalMilliseconds);
}

internal sealed class BundleOptions
{
    public string Primary { get; set; } = "";
}

internal sealed class BundleTransport(BundleOptions options, IReadOnlyList<HeartbeatMember> members) : IHeartbeatTransport
{
    public BundleOptions Options { get; } = options;

    public IReadOnlyList<HeartbeatMember> Members { get; } = members;

    public ValueTask<IHeartbeatLink> OpenAsync(HeartbeatLinkContext context, CancellationToken cancellationToken) => throw new HeartbeatLinkException("No bundle.");
}

internal static class BundleExtensions
{
    public static IHaClusterBuilder AddBundle(this IHaClusterBuilder cluster, string name, string primary, Action<IHaClusterBuilder> members) =>
        cluster.AddCompositeTransport<BundleTransport, BundleOptions>(name, options => options.Primary = primary, members);

    public static IHaClusterBuilder AddBundleType(this IHaClusterBuilder cluster) =>
        cluster.AddCompositeTransportType<BundleTransport, BundleOptions>("Bundle", static (section, options) => Microsoft.Extensions.Configuration.ConfigurationBinder.Bind(section, options));
}
