using HaCore.Engine;

namespace HaCore.Testing.Simulation;

/// <summary>The state directory of one node: what the last completed write left there survives everything.</summary>
internal sealed class SimDisk
{
    /// <summary>Null = never written.</summary>
    public PersistentState? Durable { get; set; }

    public TimeSpan Latency { get; set; } = TimeSpan.FromMilliseconds(1);

    /// <summary>Not null: writes fail with this error and leave the old state.</summary>
    public string? Error { get; set; }

    /// <summary>Writes do not complete until the story releases them.</summary>
    public bool Hangs { get; set; }

    /// <summary>Whether a write in flight reaches the disk when its process dies.</summary>
    public bool LandsAtCrash { get; set; }

    public Decision.Persist? InFlight { get; set; }

    public PersistentGroup? Group(string name) => Durable?.Groups.FirstOrDefault(g => g.Name == name);

    public long Term(string group) => Group(group)?.Term ?? 0;

    /// <summary>What a starting process does first: raise the incarnation and write it.</summary>
    public PersistentState Load()
    {
        Durable = Durable is null
            ? new PersistentState { Incarnation = 1, Groups = [] }
            : Durable with { Incarnation = Durable.Incarnation + 1 };
        return Durable;
    }

    public void ProcessDied()
    {
        if (InFlight is not null && LandsAtCrash)
        {
            Durable = InFlight.State;
        }

        InFlight = null;
    }
}
