using System.Globalization;
using HaCore.Search.Checks;
using HaCore.Search.Exploring;
using HaCore.Search.Forking;
using HaCore.Search.Worlds;
using HaCore.Testing;

namespace HaCore.Search;

/// <summary>What is called across the border of a load context: only strings and numbers pass.</summary>
public static class Inside
{
    private const int UntoldMax = 3; // stories of the options' defaults

    /// <summary>The scopes, with what they are about if asked.</summary>
    public static string[] ScopeNames(bool withAbout) => [.. Scopes.All.Select(s => withAbout ? $"{s.Name}: {s.About}" : s.Name)];

    /// <summary>Explores one scope. Returns: violation (or empty), summary, then the trace.</summary>
    public static string[] Explore(string scope, int workers, double seconds, int states, bool isBroken, Action<string> progress)
    {
        FieldTable.CheckNothingIsStale();
        WordSink.Named = Environment.GetEnvironmentVariable("HACORE_NAMES") is not null;
        var found = Scopes.All.FirstOrDefault(s => s.Name == scope) ?? throw new ArgumentException($"no scope {scope}");
        var outcome = new Explorer(found with { StatesMax = Math.Min(states, found.StatesMax), IsBroken = isBroken }, workers, TimeSpan.FromSeconds(seconds > 0 ? seconds : found.Seconds)).Run(progress);
        if (outcome.Fault is { } fault)
        {
            throw new InvalidOperationException($"{Summary(outcome)}\n{fault}");
        }

        var isCutShort = found.MustEnd && !isBroken && seconds <= 0 && !outcome.IsExhausted;
        return [outcome.Violation ?? (isCutShort ? "is to be exhausted and was not" : ""), Summary(outcome), .. outcome.Trace];
    }

    public static string[] Measure(string scope) => [.. Exploring.Measure.Of(Scopes.All.First(s => s.Name == scope))];

    /// <summary>Tells all stories until one fails. Returns: how many were told, then the failing one and why.</summary>
    public static string[] TellStories(string rule)
    {
        var failing = Stories.FirstFailing(rule, out var told, out var untold);
        if (untold > UntoldMax)
        {
            throw new InvalidOperationException($"{untold} of {told} stories need more of HaCore than is compiled: add its files to the project");
        }

        var count = (told - untold).ToString(CultureInfo.InvariantCulture);
        return failing is { } story ? [count, story.Name, story.Why] : [count];
    }

    /// <summary>Simulates the disasters of some seeds. Returns: how many, then the failing seed and why.</summary>
    public static string[] Simulate(int first, int count)
    {
        var simulation = new DisasterSimulation(new DisasterSimulationOptions { ShrinkSteps = 300_000 });
        for (var seed = first; seed < first + count; seed++)
        {
            if (simulation.Run((ulong)seed) is { Passed: false } report)
            {
                return [(seed - first + 1).ToString(CultureInfo.InvariantCulture), seed.ToString(CultureInfo.InvariantCulture), report.Text];
            }
        }

        return [count.ToString(CultureInfo.InvariantCulture)];
    }

    private static string Summary(Outcome o) => string.Create(CultureInfo.InvariantCulture,
        $"{o.Scope.Name}: {o.States:N0} states, {o.Transitions:N0} transitions, {(o.IsExhausted ? $"exhausted at depth {o.Depth}" : $"bounded at depth {o.Depth}")}, {o.Beyond:N0} beyond the terms, {o.Compared:N0} pairs compared{(o.WithWay is { } n ? $", {n:N0} states with a way to a hold" : "")}, {o.Took.TotalSeconds:F1} s");
}
