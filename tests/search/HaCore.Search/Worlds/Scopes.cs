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
            FromRunning = true,
            About = "Few disasters and little time, everything else free: where broken rules show first.",
            SeparateWrites = false,
            Deaths = 2,
            Ticks = 6,
        },
        new Scope
        {
            Name = "hunt-write",
            FromRunning = true,
            About = "As hunt, with every write a step of its own.",
            Deaths = 2,
            Ticks = 6,
        },
        new Scope
        {
            Name = "hunt-late",
            FromRunning = true,
            About = "As hunt, with a fence that times out, hits late and answers later.",
            SeparateWrites = false,
            Incarnations = 2,
            Deaths = 0,
            Ticks = 4,
            FailedFences = 1,
            LateFences = true,
        },
        new Scope
        {
            Name = "hunt-leave",
            FromRunning = true,
            About = "As hunt, with a node that is told to leave and agents that take their time.",
            SeparateWrites = false,
            SeparateAgents = true,
            Deaths = 1,
            Ticks = 6,
            Leaves = 1,
        },
        new Scope
        {
            Name = "hunt-move",
            FromRunning = true,
            About = "As hunt, with a group moved by hand and agents that take their time.",
            SeparateWrites = false,
            SeparateAgents = true,
            Deaths = 1,
            Ticks = 6,
            Moves = 2,
        },
        new Scope
        {
            Name = "hunt-operator",
            FromRunning = true,
            About = "As hunt, with an operator who looks, and acts later.",
            SeparateWrites = false,
            Deaths = 2,
            Ticks = 6,
            OperatorLooks = 1,
        },
    ];
}
