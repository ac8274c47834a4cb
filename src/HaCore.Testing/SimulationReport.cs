namespace HaCore.Testing;

/// <summary>How the disaster of one seed went.</summary>
public sealed class SimulationReport
{
    internal SimulationReport(ulong seed) => Seed = seed;

    /// <summary>The number that the whole run was drawn from.</summary>
    public ulong Seed { get; }

    /// <summary>No invariant was broken, and after the trouble every group ran on exactly one node.</summary>
    public bool Passed => Violation is null;

    /// <summary>Name of the invariant that was broken; null when none was.</summary>
    public string? Violation { get; internal init; }

    /// <summary>
    /// For a reader: the seed, what broke, the shortest list of actions found that still breaks it, and the trace of that run. Empty when the run passed.
    /// </summary>
    public string Text { get; internal init; } = "";

    /// <summary>Simulated time, of the cluster.</summary>
    public TimeSpan SimulatedTime { get; internal init; }

    /// <summary>Steps that the engines of both nodes took.</summary>
    public long Steps { get; internal init; }

    /// <summary>Counts of the faults that happened, by the number of <see cref="Simulation.Fault"/>.</summary>
    internal IReadOnlyList<int> Faults { get; init; } = [];

    /// <summary>A number over every decision of the run.</summary>
    internal ulong Fingerprint { get; init; }
    internal int JudgedAttacks { get; init; }

    /// <summary><see cref="Text"/>, or one line that says that it passed.</summary>
    public override string ToString() => Passed ? $"seed {Seed}: passed, {SimulatedTime.TotalSeconds:0} s simulated, {Steps} engine steps" : Text;
}
