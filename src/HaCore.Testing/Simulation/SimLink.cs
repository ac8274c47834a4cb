namespace HaCore.Testing.Simulation;

/// <summary>One wire. Each direction has its own faults.</summary>
internal sealed class SimLink(string name)
{
    public string Name { get; } = name;

    /// <summary>By the name of the sending node.</summary>
    public Dictionary<string, SimDirection> From { get; } = new(StringComparer.Ordinal)
    {
        ["a"] = new SimDirection(),
        ["b"] = new SimDirection(),
    };
}

internal sealed class SimDirection
{
    public bool Cut { get; set; }
    public double Loss { get; set; }
    public TimeSpan Delay { get; set; } = TimeSpan.FromMicroseconds(200);
    public TimeSpan Jitter { get; set; }
}
