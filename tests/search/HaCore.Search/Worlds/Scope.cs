namespace HaCore.Search.Worlds;

/// <summary>What may happen a limited number of times in one run: without a limit the numbers that count them would make the state space endless.</summary>
internal enum Limited
{
    FailedFence = 0,
    Move,
    Leave,
    Pause,
    FailedWrite,
    FailedOperation,
    OperatorLook,
    ResourceDeath,
    Death,
    Tick,
}

/// <summary>What one exploration looks at, and how far.</summary>
internal sealed record Scope
{
    /// <summary>A limit that is not counted.</summary>
    public const int Unlimited = int.MaxValue;

    public required string Name { get; init; }

    /// <summary>One sentence for the page of results.</summary>
    public required string About { get; init; }

    /// <summary>What the ordinary run gives it.</summary>
    public double Seconds { get; init; } = 8;

    /// <summary>A run with the scope's own time that does not exhaust it has failed.</summary>
    public bool MustEnd { get; init; }

    /// <summary>Begins where both nodes are in session and one of them holds, not with both machines off.</summary>
    public bool FromRunning { get; init; }

    /// <summary>
    /// For engines with a broken rule: what the canonical form leaves out because a rule makes it meaningless may mean something there. Echoes of starts that are over
    /// stay in, and states of one form are not compared.
    /// </summary>
    public bool IsBroken { get; init; }

    /// <summary>Starts of each node.</summary>
    public int Incarnations { get; init; } = 3;

    /// <summary>Frames in flight per direction. Any number over a run; each may be lost, overtaken or stay.</summary>
    public int Window { get; init; } = 1;

    /// <summary>A state whose terms differ by more, or lie above, is not gone into.</summary>
    public int TermSpan { get; init; } = 6;
    /// <summary>The dead time (and the initial one) in heartbeat intervals: 1 or 2. Every age up to it is a state of its own.</summary>
    public int DeadIntervals { get; init; } = 1;
    public bool SeparateWrites { get; init; } = true;
    public bool SeparateAgents { get; init; }
    public bool Fences { get; init; } = true;
    public bool FenceAtStart { get; init; }

    /// <summary>A timed-out attempt may still hit, and its answer may come late (the shell's contract broken on purpose: rule F must bear it).</summary>
    public bool LateFences { get; init; }
    public bool ProcessCrashes { get; init; } = true;
    public bool MachineCrashes { get; init; } = true;
    public int Groups { get; init; } = 1;
    public bool ReplicatedData { get; init; }
    public string? Preferred { get; init; }
    /// <summary>From every state with both programs up a hold must be within reach (WayToHold).</summary>
    public bool Liveness { get; init; }

    /// <summary>Crashes of machines and programs, together.</summary>
    public int Deaths { get; init; } = Unlimited;

    /// <summary>Intervals that pass, on both clocks together.</summary>
    public int Ticks { get; init; } = Unlimited;
    public int Moves { get; init; }
    public int Leaves { get; init; }
    public int Pauses { get; init; }
    public int FailedFences { get; init; }
    public int FailedWrites { get; init; }
    public int FailedOperations { get; init; }
    public int OperatorLooks { get; init; }
    public int ResourceDeaths { get; init; }

    /// <summary>Gone no deeper than this.</summary>
    public int DepthMax { get; init; } = int.MaxValue;
    public int StatesMax { get; init; } = 40_000_000;

    public bool IsCounted(Limited what) => what switch
    {
        Limited.Death => Deaths != Unlimited,
        Limited.Tick => Ticks != Unlimited,
        _ => true,
    };

    /// <summary>Four bits for each limit.</summary>
    public ulong Limits()
    {
        var limits = 0UL;
        foreach (var (what, count) in new[]
        {
            (Limited.FailedFence, FailedFences), (Limited.Move, Moves), (Limited.Leave, Leaves), (Limited.Pause, Pauses), (Limited.FailedWrite, FailedWrites),
            (Limited.FailedOperation, FailedOperations), (Limited.OperatorLook, OperatorLooks), (Limited.ResourceDeath, ResourceDeaths),
            (Limited.Death, Deaths), (Limited.Tick, Ticks),
        })
        {
            limits |= count == Unlimited ? 0 : (ulong)checked((byte)(count < 16 ? count : 256)) << (4 * (int)what);
        }

        return limits;
    }
}
