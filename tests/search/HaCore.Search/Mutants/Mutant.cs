using HaCore.Search.Building;

namespace HaCore.Search.Mutants;

/// <summary>An engine with one rule broken.</summary>
/// <param name="Name">For the command line and the page.</param>
/// <param name="Rule">Letter of the ownership page.</param>
/// <param name="Claim">What the rule is there for, in the words of what goes wrong without it.</param>
/// <param name="Edits">What is changed in the engine's source.</param>
internal sealed record Mutant(string Name, string Rule, string Claim, params IReadOnlyList<Edit> Edits)
{
    /// <summary>The scope of the search that is to catch it; null = a broken promise that no two-holder search can see: the stories must.</summary>
    public string? Scope { get; init; }
}
