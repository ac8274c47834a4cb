using System.Text;

namespace HaCore.ScenarioTests;

/// <summary>Every rule, lesson and pathology has a scenario, and the page that says so is what the files say.</summary>
public sealed class CoverageTests
{
    private const string Page = "docs/concepts/scenarios.md";

    public static TheoryData<string> Rules => [.. Lessons.Rules];

    public static TheoryData<string> LessonNumbers => [.. Lessons.All.Keys];

    public static TheoryData<string> Pathologies => [.. Lessons.Pathologies.Keys];

    [Theory]
    [MemberData(nameof(Rules))]
    public void Every_rule_of_the_ownership_page_has_a_scenario(string rule) =>
        Assert.Contains(Catalog.All.Values, entry => entry.File.Rules.Contains(rule));

    [Theory]
    [MemberData(nameof(LessonNumbers))]
    public void Every_lesson_has_a_scenario_or_a_test_elsewhere(string lesson) => Assert.True(
        Catalog.All.Values.Any(entry => entry.File.Lessons.Contains(lesson)) || Lessons.Elsewhere.Any(test => test.Lesson == lesson));

    [Theory]
    [MemberData(nameof(Pathologies))]
    public void Every_pathology_of_two_nodes_has_a_scenario(string pathology) =>
        Assert.Contains(Catalog.All.Values, entry => entry.File.Pathologies.Contains(pathology));

    [Fact]
    public void No_scenario_names_a_rule_lesson_or_pathology_that_is_not_there() => Assert.Empty(
        Catalog.All.Values.SelectMany(entry => entry.File.Rules.Except(Lessons.Rules)
            .Concat(entry.File.Lessons.Except(Lessons.All.Keys))
            .Concat(entry.File.Pathologies.Except(Lessons.Pathologies.Keys))
            .Select(name => $"{entry.File.Name}: {name}")));

    [Fact]
    public void The_tests_that_are_named_elsewhere_are_there() => Assert.All(
        Lessons.Elsewhere,
        test => Assert.Contains(test.Name, Repository.Read(test.File), StringComparison.Ordinal));

    [Fact]
    public void The_page_of_the_scenarios_is_what_the_files_say()
    {
        var page = Generate();
        if (Repository.MustWrite)
        {
            Repository.Write(Page, page);
        }

        Assert.True(LineDiff.Of(Repository.Read(Page), page) is null, $"{Page} is not what the files say (HACORE_WRITE_TRACES=1 rewrites it):\n{LineDiff.Of(Repository.Read(Page), page)}");
    }

    private static string Generate()
    {
        var page = new StringBuilder("""
            # What is shown, and where

            Generated from the scenario files in `tests/HaCore.ScenarioTests/Scenarios`; a test compares. Each is a text that an operator can read, with the trace of what happened
            beside it (`.trace`). How to write one: [scenario files](../extending/scenarios.md).

            ## The lessons: what hurt the users of other cluster programs

            """);
        Table(page, Lessons.All, (entry, lesson) => entry.File.Lessons.Contains(lesson));
        page.Append("\n## The pathologies of two nodes\n\n");
        Table(page, Lessons.Pathologies, (entry, name) => entry.File.Pathologies.Contains(name));
        page.Append("\n## The rules\n\nTheir words are in [ownership](ownership.md).\n\n| rule | scenarios |\n|---|---|\n");
        foreach (var rule in Lessons.Rules)
        {
            page.Append($"| {rule} | {string.Join(", ", Catalog.All.Where(e => e.Value.File.Rules.Contains(rule)).Select(e => Link(e.Key)))} |\n");
        }

        page.Append("\n## The scenarios\n\n| scenario | shows |\n|---|---|\n");
        foreach (var (name, entry) in Catalog.All)
        {
            page.Append($"| {Link(name)} ([trace]({Folder}/{name}.trace)) | {entry.File.Title} |\n");
        }

        return page.ToString();
    }

    private const string Folder = "../../tests/HaCore.ScenarioTests/Scenarios";

    private static void Table(StringBuilder page, IReadOnlyDictionary<string, string> subjects, Func<Catalog.Entry, string, bool> isAbout)
    {
        page.Append("| | what it says | shown by |\n|---|---|---|\n");
        foreach (var (subject, says) in subjects)
        {
            var scenarios = Catalog.All.Where(e => isAbout(e.Value, subject)).Select(e => Link(e.Key));
            var elsewhere = Lessons.Elsewhere.Where(t => t.Lesson == subject).Select(t => $"{t.Shows}: [{t.Name}](../../{t.File})");
            page.Append($"| {subject} | {says} | {string.Join("; ", scenarios.Concat(elsewhere))} |\n");
        }
    }

    private static string Link(string name) => $"[{name}]({Folder}/{name}.scenario)";
}
