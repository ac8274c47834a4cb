using HaCore.Search.Forking;
using HaCore.Search.Worlds;

namespace HaCore.Search.Exploring;

/// <summary>Do two worlds lead to the same canonical forms by the same choices?</summary>
internal static class Bisimulation
{
    /// <summary>Null = no difference.</summary>
    public static string? Difference(Scope scope, World one, World other)
    {
        var before = FormOf(scope, one);
        var (mine, theirs) = (SuccessorsOf(scope, one), SuccessorsOf(scope, other));
        if (FormOf(scope, one) != before)
        {
            return $"a world was changed by what its copies did: {Story.Describe(one)}";
        }

        foreach (var (choice, world) in mine)
        {
            if (!theirs.TryGetValue(choice, out var found) || new Canon(scope).Of(found) != new Canon(scope).Of(world))
            {
                return $"after '{choice}'\n  {Story.Describe(one)}\n  {Story.Describe(other)}\n  {(found is null ? "" : Fields(scope, world, found))}";
            }
        }

        return theirs.Keys.FirstOrDefault(c => !mine.ContainsKey(c)) is { Kind: not ChoiceKind.None } more ? $"only one of them can '{more}'" : null;
    }

    /// <summary>Written anew from the machines, not from what was kept.</summary>
    private static StateHash FormOf(Scope scope, World world) => new Canon(scope).Of(new World
    {
        A = world.A with { Words = null },
        B = world.B with { Words = null },
        ToA = world.ToA,
        ToB = world.ToB,
        Fences = world.Fences,
        Limits = world.Limits,
    });

    private static string Fields(Scope scope, World one, World other) => string.Join("\n  ", new Canon(scope).FormOf(one).Zip(new Canon(scope).FormOf(other))
        .Where(p => p.First != p.Second).Select(p => $"{p.First.Field}: {p.First.Word:x} and {p.Second.Word:x}"));

    private static Dictionary<Choice, World> SuccessorsOf(Scope scope, World world)
    {
        var found = new Dictionary<Choice, World>();
        new Successors(scope).Of(world, (choice, next) => found[choice] = next);
        return found;
    }
}
