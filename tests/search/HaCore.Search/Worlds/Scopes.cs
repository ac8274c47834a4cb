namespace HaCore.Search.Worlds;

/// <summary>The scopes, in the order of the ordinary run. docs/internals/search.md has their figures.</summary>
internal static class Scopes
{
    public static IReadOnlyList<Scope> All { get; } =
    [
        new Scope
        {
            Name = "core",
            About = "Three starts of each node, two crashes of machines or programs, fences without limit, three intervals of time: exhausted, with liveness.",
            Seconds = 240,
            MustEnd = true,
            SeparateWrites = false,
            Deaths = 2,
            Ticks = 3,
            Liveness = true,
        },
        new Scope
        {
            Name = "write",
            About = "Every write a step of its own, time and crashes without limit but the three starts.",
        },
        new Scope
        {
            Name = "hunt",
            About = "From a running cluster: three starts, two crashes, six intervals of time.",
            FromRunning = true,
            SeparateWrites = false,
            Deaths = 2,
            Ticks = 6,
        },
        new Scope
        {
            Name = "hunt-write",
            About = "As hunt, with every write a step of its own, one of which may fail.",
            FromRunning = true,
            Deaths = 2,
            Ticks = 6,
            FailedWrites = 1,
        },
        new Scope
        {
            Name = "hunt-late",
            About = "As hunt, with a fence that times out, hits late and answers later.",
            FromRunning = true,
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
            About = "As hunt, with a node that is told to leave and agents that take their time and may fail once.",
            FromRunning = true,
            SeparateWrites = false,
            SeparateAgents = true,
            Deaths = 1,
            Ticks = 6,
            Leaves = 1,
            FailedOperations = 1,
        },
        new Scope
        {
            Name = "hunt-move",
            About = "As hunt, with a group moved by hand and agents that take their time.",
            FromRunning = true,
            SeparateWrites = false,
            SeparateAgents = true,
            Deaths = 1,
            Ticks = 6,
            Moves = 2,
        },
        new Scope
        {
            Name = "hunt-operator",
            About = "As hunt, with an operator who looks, and acts later.",
            FromRunning = true,
            SeparateWrites = false,
            Deaths = 2,
            Ticks = 6,
            OperatorLooks = 1,
        },
        new Scope
        {
            Name = "late-self",
            About = "As hunt, with a node that is paused beyond the dead time.",
            FromRunning = true,
            SeparateWrites = false,
            DeadIntervals = 2,
            Deaths = 1,
            Ticks = 6,
            Pauses = 1,
        },
    ];
}
