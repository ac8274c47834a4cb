using System.Text;

namespace HaCore.Search.Mutants;

/// <summary>docs/internals/mutants.md.</summary>
internal static class MutantPage
{
    public static string Of(IReadOnlyList<Verdict> verdicts)
    {
        var page = new StringBuilder();
        page.Append("""
            # Mutants: engines with one rule broken

            Written by `dotnet run --project tests/search/HaCore.Search -- --no-scopes --write-docs docs/internals/mutants.md`; do not edit.

            Each mutant is the engine with a few characters of its source replaced, compiled in memory and thrown away. It must be caught: by the exhaustive search
            (shortest trace to two holders, or to another broken invariant), by a story of the unit tests, or by the simulator's random trouble. A mutant that survives
            fails the run, and so does one whose text is no longer in the engine. No switch in a shipped assembly breaks a rule.

            | mutant | rule | caught by | it took |
            |---|---|---|---|

            """.ReplaceLineEndings("\n"));
        foreach (var v in verdicts)
        {
            page.Append($"| [{v.Mutant.Name}](#{v.Mutant.Name}) | {v.Mutant.Rule} | {v.By ?? "**nothing**"} | {v.Effort} |\n");
        }

        foreach (var v in verdicts)
        {
            page.Append($"\n## {v.Mutant.Name}\n\nRule {v.Mutant.Rule}. {v.Mutant.Claim}\n\n```diff\n");
            foreach (var edit in v.Mutant.Edits)
            {
                page.Append($"--- src/HaCore/{edit.File}\n").Append(Lines('-', edit.Original)).Append(Lines('+', edit.Replacement));
            }

            page.Append($"```\n\nCaught by {v.By ?? "nothing"} ({v.Effort}).\n\n```text\n{string.Join('\n', v.Trace)}\n```\n");
        }

        return page.ToString();
    }

    private static string Lines(char sign, string text) =>
        text.Length == 0 ? "" : string.Concat(text.TrimEnd('\n').Split('\n').Select(l => $"{sign} {l.TrimStart()}\n"));
}
