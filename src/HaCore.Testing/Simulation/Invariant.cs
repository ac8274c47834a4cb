namespace HaCore.Testing.Simulation;

/// <summary>What a run can break. A shrunk disaster must break the same one.</summary>
internal enum Invariant
{
    /// <summary>An expectation of one story.</summary>
    Story = 0,

    /// <summary>A group is held or active on at most one node.</summary>
    OneHolder,

    /// <summary>A hold is taken in a session or with the peer confirmed down.</summary>
    TakeoverNeedsProof,

    /// <summary>Whoever is confirmed down by anything but a bare assumption is down.</summary>
    VerdictIsTrue,

    /// <summary>Nothing is started before hold mark and own term are on disk (rules R1, P).</summary>
    StartNeedsRecord,

    /// <summary>One operation per resource, one write, one fence at a time; nothing follows Exit.</summary>
    NoOverlap,

    /// <summary>Terms, incarnations and sequence numbers only grow.</summary>
    OnlyGrows,

    /// <summary>Frames tell what is on disk, and never a false NotHeld (rules M5, P).</summary>
    FramesTellTheTruth,

    /// <summary>What was acknowledged before a crash is there after it, and a torn state file is refused.</summary>
    PersistedHolds,

    /// <summary>A frame with flipped bits is never taken for a frame.</summary>
    CorruptFrameIsRefused,

    /// <summary>Frames that an attacker plays again or signs himself change nothing.</summary>
    AttackerChangesNothing,

    /// <summary>Both held it at the same time: afterwards one of them goes on and the group is marked as diverged.</summary>
    OneSurvivor,

    /// <summary>The engine throws, or spins.</summary>
    EngineStands,

    /// <summary>After the trouble every group is active on exactly one node within the bound.</summary>
    Liveness,

    /// <summary>And then nothing but heartbeats and probes is decided.</summary>
    Quiet,
}
