using System.Globalization;
using HaCore.Search.Building;
using HaCore.Search.Mutants;

namespace HaCore.Search;

internal sealed record RunnerSettings
{
    public required IReadOnlyList<string> Scopes { get; init; }
    public required IReadOnlyList<string> Mutants { get; init; }
    public required bool NoScopes { get; init; }
    public required bool NoMutants { get; init; }
    public required bool List { get; init; }
    public required double Seconds { get; init; }
    public required double MutantSeconds { get; init; }
    public required int States { get; init; }
    public required int Workers { get; init; }
    public required bool Measure { get; init; }
    public required string? WriteDocs { get; init; }
}

/// <summary>The whole run: the scopes with the engine as it is, the control, the mutants, the page, the sum.</summary>
internal sealed class Runner(RunnerSettings settings)
{
    private const string Type = "HaCore.Search.Inside";
    private readonly Lock _console = new(); // two mutants are judged at a time; a line is a line
    private readonly long _began = TimeProvider.System.GetTimestamp();
    private int _passed;
    private int _failed;

    public int Run()
    {
        if (settings.List)
        {
            Say(string.Join('\n', BuiltIn.Scopes().Concat(MutantList.All.Select(m => $"mutant {m.Name}: rule {m.Rule}. {m.Claim}"))));
            return 0;
        }

        try
        {
            if (!settings.NoScopes)
            {
                Scopes();
            }

            if (!settings.NoMutants)
            {
                Control();
                Mutants();
            }
        }
        catch (StaleEditException e)
        {
            Fail($"stale edit: {e.Message}");
        }

        Say(string.Create(CultureInfo.InvariantCulture, $"\n{TimeProvider.System.GetElapsedTime(_began).TotalSeconds:F0} s"));
        Say($"{_passed} passed, {_failed} failed, 0 skipped");
        return _failed == 0 ? 0 : 1;
    }

    private void Scopes()
    {
        Say("== scopes: the engine as it is");
        var engine = new BuiltEngine("engine", EngineBuild.Compile(EngineBuild.Smaller), isShort: false);
        var names = settings.Scopes.Count > 0 ? settings.Scopes : engine.Call<string[]>(Type, "ScopeNames", false);
        foreach (var name in names)
        {
            if (settings.Measure)
            {
                Say(string.Join('\n', engine.Call<string[]>(Type, "Measure", name)));
                continue;
            }

            Explore(engine, name);
        }
    }

    private void Explore(BuiltEngine engine, string name)
    {
        try
        {
            var found = engine.Call<string[]>(Type, "Explore", name, settings.Workers, settings.Seconds, settings.States, false, (Action<string>)Say);
            Say(found[1]);
            if (found[0].Length == 0)
            {
                _passed++;
            }
            else
            {
                Fail($"{name}: {found[0]}\n{string.Join('\n', found.Skip(2))}");
            }
        }
        catch (InvalidOperationException e)
        {
            Fail($"{name}: the search itself is wrong: {e.InnerException?.Message ?? e.Message}");
        }
    }

    /// <summary>What is to catch the mutants must let the engine as it is pass.</summary>
    private void Control()
    {
        Say("== control: the engine as it is passes what the mutants are judged by");
        var engine = new BuiltEngine("control", EngineBuild.Compile([]), isShort: false);
        var told = engine.Call<string[]>(Type, "TellStories", "");
        Judge(told, $"{told[0]} stories");
        var soaked = engine.Call<string[]>(Type, "Simulate", 1, MutantRun.Seeds);
        Judge(soaked, $"{soaked[0]} seeds");
        ControlScopes();
    }

    /// <summary>The very scopes and bounds by which mutants are searched.</summary>
    private void ControlScopes()
    {
        var engine = new BuiltEngine("control", EngineBuild.Compile(EngineBuild.Smaller), isShort: false);
        foreach (var scope in MutantList.All.Select(m => m.Scope).OfType<string>().Distinct())
        {
            var found = engine.Call<string[]>(Type, "Explore", scope, settings.Workers, settings.MutantSeconds, MutantRun.States, true, (Action<string>)(static _ => { }));
            Judge(found[0].Length == 0 ? [found[1]] : [found[1], found[0], .. found.Skip(2)], found[1]);
        }
    }

    private void Judge(string[] result, string what)
    {
        Say(what);
        if (result.Length == 1)
        {
            _passed++;
        }
        else
        {
            Fail(string.Join('\n', result.Skip(1)));
        }
    }

    private void Mutants()
    {
        Say("== mutants: engines with one rule broken");
        var wanted = MutantList.All.Where(m => settings.Mutants.Count == 0 || settings.Mutants.Contains(m.Name)).ToList();
        var verdicts = new Verdict?[wanted.Count];
        var next = -1;
        var threads = Enumerable.Range(0, settings.Workers).Select(_ => new Thread(() =>
        {
            while (Interlocked.Increment(ref next) is var i && i < wanted.Count)
            {
                verdicts[i] = Judge(wanted[i]);
            }
        })).ToList();
        threads.ForEach(t => t.Start());
        threads.ForEach(t => t.Join());
        if (settings.WriteDocs is { } path)
        {
            File.WriteAllText(path, MutantPage.Of([.. verdicts.OfType<Verdict>()]));
        }
    }

    private Verdict? Judge(Mutant mutant)
    {
        try
        {
            var verdict = MutantRun.Judge(mutant, settings.MutantSeconds, Say);
            if (verdict.By is null)
            {
                Fail($"{mutant.Name} (rule {mutant.Rule}) survives: {verdict.Effort}");
                return verdict;
            }

            Interlocked.Increment(ref _passed);
            Say($"{mutant.Name} (rule {mutant.Rule}): caught by {verdict.By} ({verdict.Effort})\n    {string.Join("\n    ", verdict.Trace)}");
            return verdict;
        }
#pragma warning disable CA1031 // whatever a mutant does to this program, the others go on and it is told
        catch (Exception e)
#pragma warning restore CA1031
        {
            Fail($"{mutant.Name}: {e}");
            return null;
        }
    }

    private void Fail(string what)
    {
        Interlocked.Increment(ref _failed);
        Say("FAILED: " + what);
    }

    private void Say(string line)
    {
        lock (_console)
        {
            Console.WriteLine(line);
        }
    }
}

/// <summary>This program bound to the engine that it was built with: for what needs no engine of its own.</summary>
internal static class BuiltIn
{
    public static IEnumerable<string> Scopes() => Inside.ScopeNames(true).Select(s => "scope " + s);
}
