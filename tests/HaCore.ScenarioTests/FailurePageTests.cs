using System.Text.RegularExpressions;
using HaCore.Control;
using HaCore.Engine;
using HaCore.Tool;

namespace HaCore.ScenarioTests;

/// <summary>
/// The pages of docs/operating/failures: each tells the same three things, names scenarios that show them, and what it says is seen
/// (events, the status as hactl draws it) is what those scenarios show.
/// </summary>
public sealed partial class FailurePageTests
{
    private const string Index = "docs/operating/failures.md";
    private const string Folder = "docs/operating/failures";
    private const int EventIds = 1000;   // the log's event id = this + NoticeKind

    private static readonly string[] Sections = ["## What you see", "## What HaCore does", "## What you do"];

    public static TheoryData<string> Pages =>
        [.. Directory.EnumerateFiles(Path.Combine(Repository.Root, Folder), "*.md").Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Pages))]
    public void It_says_what_you_see_what_HaCore_does_and_what_you_do(string page)
    {
        var text = Read(page);
        Assert.StartsWith("# ", text, StringComparison.Ordinal);
        Assert.Equal(Sections, SectionPattern().Matches(text).Select(m => m.Value));
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public void It_is_in_the_index(string page) =>
        Assert.Contains($"](failures/{page})", Repository.Read(Index), StringComparison.Ordinal);

    [Theory]
    [MemberData(nameof(Pages))]
    public void It_names_a_scenario_that_shows_it(string page) =>
        Assert.NotEmpty(Scenarios(Read(page)));

    [Theory]
    [MemberData(nameof(Pages))]
    public void What_it_links_to_exists(string page)
    {
        foreach (Match link in LinkPattern().Matches(Read(page)))
        {
            var target = Path.Combine(Repository.Root, Folder, link.Groups["target"].Value);
            Assert.True(File.Exists(target), $"{page} links to {target}");
        }
    }

    /// <summary>"1022 LinkLost" in a page: the number belongs to the name, and a scenario of the page shows it.</summary>
    [Theory]
    [MemberData(nameof(Pages))]
    public void The_events_that_it_names_are_seen_in_its_scenarios(string page)
    {
        var text = Read(page);
        var seen = string.Concat(Scenarios(text).Select(name => Catalog.All[name].Result.Trace));
        foreach (Match named in EventPattern().Matches(text))
        {
            var number = int.Parse(named.Groups["id"].Value, System.Globalization.CultureInfo.InvariantCulture) - EventIds;
            Assert.Equal(named.Groups["name"].Value, ((NoticeKind)number).ToString());
            Assert.True(seen.Contains($" {named.Value}", StringComparison.Ordinal), $"{page} names {named.Value}, and no scenario of the page shows it");
        }
    }

    /// <summary>A comment "status: SCENARIO N" is followed by the N-th status of the scenario as hactl draws it.</summary>
    [Theory]
    [MemberData(nameof(Pages))]
    public void The_status_that_it_shows_is_the_one_that_hactl_draws(string page)
    {
        foreach (Match shown in StatusPattern().Matches(Read(page)))
        {
            var statuses = Catalog.All[shown.Groups["scenario"].Value].Result.Statuses;
            var number = int.Parse(shown.Groups["number"].Value, System.Globalization.CultureInfo.InvariantCulture);
            Assert.True(number <= statuses.Count, $"{page}: {shown.Value}: there are {statuses.Count}");
            GeneratedPart.Check($"{Folder}/{page}", shown.Value, "<!-- end of status -->", $"```text\n{Draw(statuses[number - 1])}```");
        }
    }

    private static string Draw(ClusterSnapshot snapshot)
    {
        var console = new ToolConsole { Out = TextWriter.Null, Error = TextWriter.Null, In = TextReader.Null };
        return console.Draw(hasColor: false, target => StatusView.Draw(target, SnapshotMapping.ToDocument(snapshot))).TrimEnd('\n') + "\n";
    }

    private static string Read(string page) => Repository.Read($"{Folder}/{page}");

    private static IEnumerable<string> Scenarios(string text) =>
        ScenarioPattern().Matches(text).Select(m => m.Groups["name"].Value).Distinct();

    [GeneratedRegex("^## .*$", RegexOptions.Multiline)]
    private static partial Regex SectionPattern();

    [GeneratedRegex(@"/Scenarios/(?<name>[a-z0-9-]+)\.scenario\)")]
    private static partial Regex ScenarioPattern();

    [GeneratedRegex(@"\]\((?<target>(?!https?:)[^)#]+)(#[^)]*)?\)")]
    private static partial Regex LinkPattern();

    [GeneratedRegex(@"\b(?<id>10\d\d) (?<name>[A-Z][A-Za-z]+)")]
    private static partial Regex EventPattern();

    [GeneratedRegex("<!-- status: (?<scenario>[a-z0-9-]+) (?<number>[0-9]+) -->")]
    private static partial Regex StatusPattern();
}
