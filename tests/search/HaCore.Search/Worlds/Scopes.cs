namespace HaCore.Search.Worlds;

/// <summary>The scopes, smallest first. docs/internals/search.md has their figures.</summary>
internal static class Scopes
{
    public static IReadOnlyList<Scope> All { get; } =
    [
        new Scope
        {
            Name = "crash",
            About = "Crashes of machines and programs, fences, restarts; the disk and the agents answer at once.",
            SeparateWrites = false,
            Liveness = true,
        },
        new Scope
        {
            Name = "write",
            About = "As crash, with every write a step of its own.",
            Liveness = true,
        },
        new Scope
        {
            Name = "hunt",
            About = "Few disasters and little time, everything else free: where broken rules show first.",
            Deaths = 3,
            Ticks = 6,
            FailedFences = 1,
            LateFences = true,
            Leaves = 1,
        },
    ];
}
