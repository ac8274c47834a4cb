using HaCore.Configuration;

namespace HaCore.Testing.Scenarios;

/// <summary>All forms that a line may have. A line that has none is answered with the word where it went wrong and what could stand there.</summary>
internal sealed class Phrasebook<T>(IReadOnlyList<Phrase<T>> phrases)
{
    private const int ExpectedMax = 8;   // more possibilities than this are no help in one line

    public IReadOnlyList<Phrase<T>> Phrases { get; } = phrases;

    /// <returns>Null: no form fits, and <paramref name="error"/> says why.</returns>
    public (T Value, PhraseArguments Arguments)? Read(IReadOnlyList<ScenarioToken> words, ScenarioNames names, out string? error)
    {
        error = null;
        var furthest = -1;
        var failures = new List<PhraseMatch>();
        foreach (var phrase in Phrases)
        {
            var match = phrase.Match(words, names);
            if (match.Arguments is { } arguments)
            {
                return (phrase.Value, arguments);
            }

            if (match.At > furthest)
            {
                furthest = match.At;
                failures.Clear();
            }

            if (match.At == furthest)
            {
                failures.Add(match);
            }
        }

        error = Explain(words, furthest, failures);
        return null;
    }

    private static string Explain(IReadOnlyList<ScenarioToken> words, int at, List<PhraseMatch> failures)
    {
        var before = string.Join(' ', words.Take(at).Select(w => w.ToString()));
        var where = at == 0 ? "" : $" after \"{before}\"";
        var expected = failures.Select(f => f.Expected).Distinct().ToArray();
        var list = expected.Length <= ExpectedMax ? $"; expected {string.Join(" or ", expected)}" : "";
        if (at >= words.Count)
        {
            return $"something is missing{where}{list}";
        }

        var hint = NearestName.Hint(words[at].Text, failures.SelectMany(f => f.Known).Distinct());
        return $"{words[at]} is not understood{where}{(hint.Length > 0 ? hint : list)}";
    }
}
