using System.Globalization;
using HaCore.Search.Building;

namespace HaCore.Search.Mutants;

/// <summary>What caught a mutant.</summary>
/// <param name="Mutant">The mutant.</param>
/// <param name="By">Scope, story or seed; null = nothing: a failure.</param>
/// <param name="Effort">States or stories or seeds that it took.</param>
/// <param name="Trace">What went wrong, shortest first.</param>
internal sealed record Verdict(Mutant Mutant, string? By, string Effort, IReadOnlyList<string> Trace);

/// <summary>
/// Builds a mutant and looks for what it breaks: the exhaustive search first where the rule is about two holders, then the stories, then random trouble. The
/// first that finds something ends it.
/// </summary>
internal static class MutantRun
{
    public const int Seeds = 300;

    /// <summary>The search that is to catch a mutant goes no further; the engine as it is must pass as much (the control).</summary>
    public const int States = 60_000;
    private const string Type = "HaCore.Search.Inside";

    public static Verdict Judge(Mutant mutant, double searchSeconds, Action<string> progress)
    {
        if (mutant.Scope is { } scope)
        {
            var engine = new BuiltEngine(mutant.Name, EngineBuild.Compile([.. EngineBuild.Smaller, .. mutant.Edits]), isShort: true);
            var found = engine.Call<string[]>(Type, "Explore", scope, 1, searchSeconds, States, true, progress);
            engine.Unload();
            if (found[0].Length > 0)
            {
                return new(mutant, $"search, scope `{scope}`", found[1], [found[0], .. found.Skip(2)]);
            }

            progress($"{mutant.Name}: not by search ({found[1]})");
        }

        return ByStory(mutant);
    }

    private static Verdict ByStory(Mutant mutant)
    {
        var engine = new BuiltEngine(mutant.Name, EngineBuild.Compile(mutant.Edits), isShort: true);
        try
        {
            var told = engine.Call<string[]>(Type, "TellStories", mutant.Rule);
            if (told.Length > 1)
            {
                return new(mutant, $"story `{told[1]}`", Plural(told[0], "story", "stories"), Short(told[2]));
            }

            var soaked = engine.Call<string[]>(Type, "Simulate", 1, Seeds);
            return soaked.Length > 1
                ? new(mutant, $"simulator, seed {soaked[1]}", Plural(soaked[0], "seed", "seeds"), Short(soaked[2]))
                : new(mutant, null, $"{told[0]} stories, {soaked[0]} seeds", []);
        }
        finally
        {
            engine.Unload();
        }
    }

    private static string Plural(string count, string one, string many) => $"{count} {(count == "1" ? one : many)}";

    /// <summary>What failed, and the last decisions before it.</summary>
    private static List<string> Short(string message)
    {
        var lines = message.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l.TrimEnd()).ToList();
        var moments = lines.Skip(2).Where(l => l.Length > 10 && char.IsDigit(l.TrimStart()[0])).ToList();
        var told = lines.Take(2).Concat(moments.Skip(Math.Max(0, moments.Count - 14))).Concat(lines.Where(l => l.StartsWith("a:", StringComparison.Ordinal) || l.StartsWith("b:", StringComparison.Ordinal)));
        return [.. told.Select(l => l.Length > 200 ? string.Create(CultureInfo.InvariantCulture, $"{l.AsSpan(0, 200)}…") : l)];
    }
}
