using CsCheck;
using HaCore.Testing.Scenarios;

namespace HaCore.ScenarioTests;

/// <summary>Whatever somebody writes: an answer with a line number, never an exception of another kind. CsCheck prints the seed of a failure and how to repeat it.</summary>
public sealed class AnyTextTests
{
    private static readonly string[] Lines = [.. Catalog.All.Keys
        .SelectMany(name => File.ReadAllLines(Path.Combine(Repository.Scenarios, name + ".scenario")))
        .Where(line => line.Length > 0)
        .Distinct()];

    private static readonly Gen<string> Word = OneOf([.. Lines.SelectMany(line => line.Split(' ')).Distinct()]);

    private static readonly Gen<string> Sentence = Gen.OneOf(
        OneOf(Lines),
        Word.Array[0, 8].Select(words => string.Join(' ', words)),
        Gen.String[Gen.Char["ab:,\"#% 1s\t"], 0, 20]);

    /// <summary>Lines of stories that make sense alone, with short times.</summary>
    private static readonly Gen<string> Act = OneOf(
        [.. Lines.Where(line => !line.Contains(':') && !line.Contains('"') && !line.StartsWith("expect", StringComparison.Ordinal)
            && !line.StartsWith("wait", StringComparison.Ordinal) && !line.StartsWith('#') && !IsAboutOtherNames(line)),
         "wait 300ms", "wait 3s", "wait 10s", "expect web on a within 2s", "expect a left clean", "start a slowly 1s", "thaw a", "status b"]);

    [Fact]
    public void Any_text_is_understood_or_refused_with_a_line_number() => Sentence.Array[0, 12].Sample(
        lines =>
        {
            try
            {
                Assert.NotNull(ScenarioFile.Parse(string.Join('\n', lines), "any"));
            }
            catch (ScenarioFormatException e)
            {
                Assert.All(e.Errors, error => Assert.StartsWith("any:", error, StringComparison.Ordinal));
            }
        },
        iter: 3_000);

    [Fact]
    public void Any_story_comes_true_or_fails_at_one_of_its_lines() => Act.Array[1, 12].Sample(
        acts =>
        {
            var text = "scenario: any\npolicy: Fence\nlinks: lan crossover serial\nallow: two holders\nallow: false reports\n" + string.Join('\n', acts);
            var result = ScenarioFile.Parse(text, "any").Run();
            Assert.True(result.Passed || result.Failure!.StartsWith("any:", StringComparison.Ordinal), result.Failure);
        },
        iter: 150);

    private static Gen<string> OneOf(string[] texts) => Gen.Int[0, texts.Length - 1].Select(i => texts[i]);

    private static bool IsAboutOtherNames(string line) =>
        line.Contains("clone", StringComparison.Ordinal) || line.Contains("mail", StringComparison.Ordinal) || line.Contains("address", StringComparison.Ordinal);
}
