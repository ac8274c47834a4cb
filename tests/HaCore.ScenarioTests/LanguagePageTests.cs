using System.Text;
using HaCore.Testing.Scenarios;

namespace HaCore.ScenarioTests;

/// <summary>The page of the language shows the table of verbs itself.</summary>
public sealed class LanguagePageTests
{
    private const string Page = "docs/extending/scenarios.md";

    public static TheoryData<string> Parts => ["settings", "times", "group", "machines", "links", "disks", "resources", "fencing", "operator", "expectations"];

    [Theory]
    [MemberData(nameof(Parts))]
    public void The_page_shows_every_form_of_a_line(string part) =>
        GeneratedPart.Check(Page, $"<!-- {part} -->", $"<!-- end of {part} -->", Table(Forms(part)));

    [Fact]
    public void Every_form_is_in_one_part_of_the_page() =>
        Assert.Equal(Verbs.All.Phrases.Count, Parts.Skip(3).Sum(part => Forms(part.Data).Count()));

    [Fact]
    public void The_example_of_the_page_runs()
    {
        var page = Repository.Read(Page);
        var from = page.IndexOf("```text\n", StringComparison.Ordinal) + "```text\n".Length;
        var example = page[from..page.IndexOf("\n```", from, StringComparison.Ordinal)];

        var result = ScenarioFile.Parse(example, "example").Run();

        Assert.True(result.Passed, result.Failure);
    }

    private static IEnumerable<(string Form, string Meaning)> Forms(string part) => part switch
    {
        "settings" => ScenarioHeader.Forms.Phrases.Select(p => (p.Form, p.Meaning)),
        "times" => ScenarioHeader.TimesForms.Phrases.Select(p => (p.Form, p.Meaning)),
        "group" => ScenarioHeader.GroupForms.Phrases.Select(p => (p.Form, p.Meaning)),
        "machines" => Verbs.Machines().Select(p => (p.Form, p.Meaning)),
        "links" => Verbs.Networks().Select(p => (p.Form, p.Meaning)),
        "disks" => Verbs.Disks().Select(p => (p.Form, p.Meaning)),
        "resources" => Verbs.Resources().Select(p => (p.Form, p.Meaning)),
        "fencing" => Verbs.Fencing().Select(p => (p.Form, p.Meaning)),
        "operator" => Verbs.Operators().Select(p => (p.Form, p.Meaning)),
        "expectations" => Verbs.Expectations().Select(p => (p.Form, p.Meaning)),
        _ => throw new ArgumentException("no part " + part),
    };

    private static string Table(IEnumerable<(string Form, string Meaning)> forms)
    {
        var table = new StringBuilder("| line | means |\n|---|---|\n");
        foreach (var (form, meaning) in forms)
        {
            table.Append($"| `{form.Replace("|", "\\|", StringComparison.Ordinal)}` | {meaning} |\n");
        }

        return table.ToString();
    }
}
