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

    /// <summary>What this node sends.</summary>
    public SimDirection Of(SimNode sender) => From[sender.Name];
}

internal sealed class SimDirection
{
    public bool Cut { get; set; }
    public long NewestArrival { get; set; }
    public double Loss { get; set; }

    /// <summary>Share of frames that arrive twice.</summary>
    public double Duplication { get; set; }

    /// <summary>Share of frames that arrive with flipped bits.</summary>
    public double Corruption { get; set; }
    public TimeSpan Delay { get; set; } = TimeSpan.FromMicroseconds(200);

    /// <summary>Each frame is up to this much later: above the interval they overtake each other.</summary>
    public TimeSpan Jitter { get; set; }
}
