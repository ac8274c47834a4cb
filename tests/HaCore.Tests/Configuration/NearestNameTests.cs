using HaCore.Configuration;

namespace HaCore.Tests.Configuration;

public sealed class NearestNameTests
{
    [Theory]
    [InlineData("", "", 0)]
    [InlineData("abc", "", 3)]
    [InlineData("", "abc", 3)]
    [InlineData("Interface", "Interfce", 1)]
    [InlineData("Nodes", "Noodes", 1)]
    [InlineData("Text", "Txet", 1)]
    [InlineData("Name", "Type", 3)]
    public void Distance_counts_typing_errors(string a, string b, int distance) => Assert.Equal(distance, NearestName.Distance(a, b));

    [Fact]
    public void Nothing_near_is_no_hint()
    {
        Assert.Null(NearestName.Find("Colour", ["Nodes", "Links"]));
        Assert.Equal("Links", NearestName.Find("links", ["Nodes", "Links"]));
    }
}
