namespace HaCore.Testing.Scenarios;

/// <summary>What came of a scenario.</summary>
public sealed class ScenarioResult
{
    internal ScenarioResult(string? failure, string trace, IReadOnlyList<ClusterSnapshot> statuses)
    {
        Failure = failure;
        Trace = trace;
        Statuses = statuses;
    }

    /// <summary>Did everything come as the file expects, and did no safety rule break on the way?</summary>
    public bool Passed => Failure is null;

    /// <summary>File, line and what did not come; null when it passed.</summary>
    public string? Failure { get; }

    /// <summary>
    /// The story, one line for each thing that happened: seconds, node, and what was decided and why. The same in every run, so that it can be kept beside
    /// the file and compared. Heartbeats and probes are not in it.
    /// </summary>
    public string Trace { get; }

    /// <summary>What <c>status NODE</c> saw, in order.</summary>
    internal IReadOnlyList<ClusterSnapshot> Statuses { get; }
}
