namespace HaCore.Search.Forking;

/// <summary>What copying and hashing do with one field of the engine. Every field has one, declared or by its type; a field without one stops the program.</summary>
internal enum FieldPolicy
{
    Undeclared = 0,

    /// <summary>A value that is behaviour as it stands.</summary>
    Plain,

    /// <summary>A moment: hashed relative to the machine's own now; what lies further back than any limit of the scope is one moment.</summary>
    Time,

    /// <summary>A moment that matters only as the newest of those that silence is counted from.</summary>
    SilenceTime,

    /// <summary>The same, unless there is a session, whose end it decides.</summary>
    SessionTime,

    /// <summary>A sequence number of this node's present start: hashed by rank among all that the world still knows of that start.</summary>
    Sequence,

    /// <summary>A sequence number of the peer's start that this node knows.</summary>
    PeerSequence,

    /// <summary>A version of the state file: only "not asked", "durable" and the order of those still pending matter.</summary>
    Version,

    /// <summary>Is it there at all? (ids that are only compared for equality with their one counterpart; texts for operators)</summary>
    Flag,

    /// <summary>A term: hashed relative to the lowest term in the world, rounded down to an even one (rule T looks at order and parity only).</summary>
    Term,

    /// <summary>A boot id: this boot, an earlier one, or none.</summary>
    BootId,

    /// <summary>Immutable, or never read by the engine: shared by all copies and not hashed.</summary>
    Shared,

    /// <summary>A part of the machine: copied and hashed here.</summary>
    Own,

    /// <summary>Refers to a part that another object owns: copied with it, hashed there.</summary>
    Reference,

    /// <summary>Copied, not hashed; the table says why.</summary>
    Ignored,

    /// <summary>The ring of send times: hashed for those numbers that can still be echoed (Canon).</summary>
    SendTimes,

    /// <summary>The keys of the condition board that rules look at.</summary>
    Conditions,
}
