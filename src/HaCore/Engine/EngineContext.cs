namespace HaCore.Engine;

/// <summary>What the parts of the machine share during one step: the moment, the decisions so far, the next deadline.</summary>
internal sealed class EngineContext(EngineConfiguration configuration, ulong nonce, string bootId)
{
    private long _lastOperation;

    public EngineConfiguration Configuration { get; } = configuration;
    public string BootId { get; } = bootId;
    public ulong Nonce { get; set; } = nonce;
    public Instant Now { get; set; }
    /// <summary>The first step: a host may take long from making the engine to running it, and that is nobody's silence.</summary>
    public Instant Started { get; set; } = Instant.Never;
    public Instant Deadline { get; set; } = Instant.Never;
    public List<Decision> Out { get; set; } = [];

    /// <summary>Sequence number of the newest own frame.</summary>
    public ulong Sequence { get; set; }

    /// <summary>Something changed that another pass of this step must see.</summary>
    public bool Again { get; set; }

    /// <summary>Something changed that the snapshot shows.</summary>
    public bool SnapshotStale { get; set; } = true;

    public TimeSpan DeadTime => Configuration.Times.DeadTime;

    /// <summary>The machine wants to be stepped at this moment at the latest.</summary>
    public void Due(Instant when)
    {
        if (when > Now)
        {
            Deadline = Instant.Min(Deadline, when);
        }
    }

    public void Changed()
    {
        Again = true;
        SnapshotStale = true;
    }

    public long NextOperation() => ++_lastOperation;

    /// <summary>splitmix64's finaliser: another number, never the same one.</summary>
    public static ulong Scramble(ulong value)
    {
        value += 0x9E3779B97F4A7C15;
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }

    public void Notice(NoticeKind kind, NoticeLevel level, string subject, string detail)
    {
        SnapshotStale = true;
        Out.Add(new Decision.Notice(kind, level, subject, detail));
    }
}
