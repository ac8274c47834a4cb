using HaCore.Wire;

namespace HaCore.Search.Worlds;

/// <summary>A fence that was ordered. It outlives the program that ordered it.</summary>
/// <param name="By">The node that ordered it; the other one is hit.</param>
/// <param name="Attempt">The machine's number of it.</param>
/// <param name="IsHit">The target has lost everything.</param>
/// <param name="IsAnswered">The machine was told "unknown"; the command lives on (LateFences only).</param>
/// <param name="IsOrphan">The program that ordered it is dead: nobody hears the answer.</param>
internal readonly record struct FenceInFlight(int By, long Attempt, bool IsHit, bool IsAnswered, bool IsOrphan);

/// <summary>Everything at one moment. Immutable: successors share what did not change.</summary>
internal sealed class World
{
    public required NodeState A { get; init; }
    public required NodeState B { get; init; }

    /// <summary>Frames on their way to a, oldest first.</summary>
    public required Frame[] ToA { get; init; }
    public required Frame[] ToB { get; init; }
    public required FenceInFlight[] Fences { get; init; }

    /// <summary>What is left of each <see cref="Limited"/> thing, four bits each.</summary>
    public required ulong Limits { get; init; }

    /// <summary>Not null: the promise is broken here.</summary>
    public string? Violation { get; init; }

    /// <summary>Beyond the scope's terms: not gone into.</summary>
    public bool IsBeyond { get; init; }

    public NodeState Node(int index) => index == 0 ? A : B;

    public Frame[] To(int index) => index == 0 ? ToA : ToB;

    /// <summary>The same moment, whatever may still happen.</summary>
    public World WithoutLimits() => new() { A = A, B = B, ToA = ToA, ToB = ToB, Fences = Fences, Limits = 0 };

    public bool Has(Limited what) => ((Limits >> (4 * (int)what)) & 15) != 0;
}
