using HaCore.Engine;
using HaCore.State;

namespace HaCore.Testing.Simulation;

/// <summary>
/// The state directory of one node: what the last completed write left there survives everything. Whatever is loaded goes through the bytes of the
/// real state file and its real reader.
/// </summary>
internal sealed class SimDisk(string cluster)
{
    private PersistentState? _written;

    /// <summary>Null = never written. A story may put another state there: a restored backup, a state that got lost.</summary>
    public PersistentState? Durable { get; set; }

    /// <summary>A story put something there that this node did not write.</summary>
    public bool IsReplaced => !ReferenceEquals(Durable, _written);

    public static readonly TimeSpan HealthyLatency = TimeSpan.FromMilliseconds(1);

    public TimeSpan Latency { get; set; } = HealthyLatency;

    /// <summary>Not null: writes fail with this error and leave the old state.</summary>
    public string? Error { get; set; }

    /// <summary>Writes do not complete until the story releases them.</summary>
    public bool Hangs { get; set; }

    /// <summary>Whether a write in flight reaches the disk when its process dies.</summary>
    public bool LandsAtCrash { get; set; }

    /// <summary>Not null: a disk that lied about its cache left these bytes where the state file was.</summary>
    public byte[]? Torn { get; private set; }

    /// <summary>An operator set the state file aside: nothing that was written before holds.</summary>
    public bool WasLost { get; private set; }

    public Decision.Persist? InFlight { get; set; }

    public PersistentGroup? Group(string name)
    {
        if (Durable is { } durable)
        {
            foreach (var group in durable.Groups)
            {
                if (group.Name == name)
                {
                    return group;
                }
            }
        }

        return null;
    }

    public long Term(string group) => Group(group)?.Term ?? 0;

    /// <summary>What a starting process does first: raise the incarnation and write it. Null and a reason: it refuses to start.</summary>
    public (PersistentState? State, string? Refusal) Load()
    {
        var result = Read();
        _written = Durable;
        return result;
    }

    public void Write(PersistentState state) => Durable = _written = state;

    private (PersistentState? State, string? Refusal) Read()
    {
        if (Torn is not null)
        {
            var (state, refusal) = StateFile.Parse(Torn, cluster);
            return (state, refusal);
        }

        if (Durable is null)
        {
            Durable = new PersistentState { Incarnation = 1, Groups = [] };
            return (Durable, null);
        }

        var (loaded, why) = StateFile.Parse(StateFile.Format(Durable, cluster), cluster);
        if (loaded is null)
        {
            return (null, why);
        }

        Durable = loaded with { Incarnation = loaded.Incarnation + 1 };
        return (Durable, null);
    }

    /// <summary>The process or the machine died with a write under way: the rename was done, or it was not; nothing in between (rename(2) is atomic).</summary>
    public void ProcessDied()
    {
        if (InFlight is not null && LandsAtCrash)
        {
            Write(InFlight.State);
        }

        InFlight = null;
    }

    /// <summary>The power went, and the disk had said "written" of what was in its cache: the state file itself is cut short or holed.</summary>
    public void Tear(Random random)
    {
        if (Durable is null)
        {
            return;
        }

        var bytes = StateFile.Format(Durable, cluster);
        var at = random.Next(bytes.Length);
        if (random.Next(2) == 0)
        {
            Torn = bytes[..at];
        }
        else
        {
            // A block of zeros where data should be: what a file system shows whose journal knew the length and not the content.
            Array.Clear(bytes, at, bytes.Length - at);
            Torn = bytes;
        }
    }

    /// <summary>The operator follows the refusal's advice: nothing of the cluster is active here, so the file is set aside.</summary>
    public void SetAside()
    {
        Torn = null;
        Durable = _written = null;
        WasLost = true;
    }
}
