using System.Reflection;

namespace HaCore.Tests.Scenarios;

public sealed class RuleCoverageTests
{
    [Theory]
    [InlineData("M1"), InlineData("M2"), InlineData("M3"), InlineData("M4"), InlineData("M5")]
    [InlineData("T"), InlineData("R1"), InlineData("R2"), InlineData("R3"), InlineData("R4"), InlineData("R5"), InlineData("R6")]
    [InlineData("P"), InlineData("H"), InlineData("F"), InlineData("C"), InlineData("L"), InlineData("S")]
    [InlineData("V"), InlineData("N"), InlineData("O"), InlineData("W")]
    public void Every_rule_of_the_ownership_page_has_a_scenario(string rule)
    {
        var scenarios = typeof(RuleCoverageTests).Assembly.GetTypes()
            .SelectMany(t => t.GetMethods())
            .Where(m => m.GetCustomAttributes<TraitAttribute>().Any(t => t.Name == "Rule" && t.Value == rule));
        Assert.NotEmpty(scenarios);
    }
}
