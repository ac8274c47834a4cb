namespace HaCore.Testing;

/// <summary>What a simulated site has to fence with.</summary>
public enum FencingSite
{
    /// <summary>A device per node that fails, hangs, answers late, loses its answer, or hits a machine that is just booting. It never says confirmed of what it did not do.</summary>
    Faulty = 0,

    /// <summary>A device per node that always does it and says so.</summary>
    Reliable,

    /// <summary>No device.</summary>
    None,
}

/// <summary>What is fixed about the disasters; everything else is drawn from the seed.</summary>
public sealed class DisasterSimulationOptions
{
    /// <summary>Makes the policy under test, a new one for each run; both nodes ask it. Null, the default: the shipped policies, drawn.</summary>
    public Func<IFencingPolicy>? Policy { get; set; }

    /// <summary>
    /// May <see cref="Policy"/> answer <see cref="FencingAction.ProceedUnfenced"/>? Default false: that answer then fails the run, and so does every moment with two
    /// holders. True: two nodes may hold a group while they cannot hear each other; what must hold is that one of them goes on once they can.
    /// </summary>
    public bool MayProceedUnfenced { get; set; }

    /// <summary>The times of the cluster; null, the default: drawn.</summary>
    public TimesProfile? Profile { get; set; }

    /// <summary>What the site has to fence with; null, the default: drawn.</summary>
    public FencingSite? Fencing { get; set; }

    /// <summary>
    /// Engine steps that may be spent on making a failing disaster short, about a million of them in a second. 0 = it is reported as it was drawn. Default
    /// 20 million.
    /// </summary>
    public long ShrinkSteps { get; set; } = 20_000_000;
}
