using HaCore.Testing.Scenarios;

namespace HaCore.ScenarioTests;

/// <summary>Each file in Scenarios is a story with its trace beside it. A change of a trace is a change of what HaCore does: look at it, then rewrite it.</summary>
public sealed class ScenarioTests
{
    private const int LinesMax = 250;   // of a trace: more is read by nobody

    public static TheoryData<string> Names => Catalog.Names();

    [Theory]
    [MemberData(nameof(Names))]
    public void It_goes_as_it_was_looked_at_and_found_good(string scenario)
    {
        var (_, result) = Catalog.All[scenario];
        Assert.True(result.Passed, $"{result.Failure}\n\n{result.Trace}");

        if (Repository.MustWrite)
        {
            File.WriteAllText(Catalog.TracePath(scenario), result.Trace);
        }

        var kept = File.Exists(Catalog.TracePath(scenario)) ? File.ReadAllText(Catalog.TracePath(scenario)) : "";
        Assert.True(LineDiff.Of(kept, result.Trace) is null, $"{scenario}.trace is another story (HACORE_WRITE_TRACES=1 rewrites it):\n{LineDiff.Of(kept, result.Trace)}");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void It_is_short_enough_to_be_read(string scenario) =>
        Assert.InRange(Catalog.All[scenario].Result.Trace.Split('\n').Length, 1, LinesMax);

    [Theory]
    [MemberData(nameof(Names))]
    public void Told_twice_it_is_the_same_story(string scenario) =>
        Assert.Equal(Catalog.All[scenario].Result.Trace, Catalog.All[scenario].File.Run().Trace);

    [Fact]
    public void No_trace_is_left_without_its_scenario() => Assert.All(
        Directory.EnumerateFiles(Repository.Scenarios, "*.trace"), trace => Assert.True(File.Exists(Path.ChangeExtension(trace, ".scenario")), trace));

    [Fact]
    public void A_story_that_does_not_come_true_fails_with_its_line_and_what_happened()
    {
        var result = ScenarioFile.Parse("scenario: a group that nobody starts\npolicy: Wait\nstart a\nexpect web on a within 5s\n", "hope").Run();

        Assert.False(result.Passed);
        Assert.StartsWith("hope:4: expect web on a within 5s", result.Failure, StringComparison.Ordinal);
        Assert.Contains("not within 5 s", result.Failure, StringComparison.Ordinal);
        Assert.Contains("started: incarnation 1", result.Trace, StringComparison.Ordinal);
        Assert.Contains("FAILED hope:4", result.Trace, StringComparison.Ordinal);
    }

    [Fact]
    public void A_story_in_which_the_promise_is_broken_fails_whatever_it_expects()
    {
        var result = ScenarioFile.Parse("""
            scenario: two holders
            policy: ProceedUnfenced
            start a b
            expect web on a within 10s
            cut all
            wait 1min
            """).Run();

        Assert.False(result.Passed);
        Assert.Contains("TWO HOLDERS", result.Failure, StringComparison.Ordinal);
    }

    [Fact]
    public void A_difference_of_two_traces_shows_the_lines_and_their_neighbours() => Assert.Equal(
        "  3\n  4\n- 5\n+ five\n  6\n  7\n",
        LineDiff.Of("1\n2\n3\n4\n5\n6\n7\n8", "1\n2\n3\n4\nfive\n6\n7\n8"));
}
