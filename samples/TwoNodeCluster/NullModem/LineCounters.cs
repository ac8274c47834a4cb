namespace TwoNodeCluster.NullModem;

/// <summary>What one direction of the cable has carried since it was made.</summary>
internal readonly record struct LineCounters
{
    /// <summary>When it was counted, on a clock that starts anywhere.</summary>
    public required TimeSpan At { get; init; }

    /// <summary>Written by the sending host.</summary>
    public required long TakenBytes { get; init; }

    /// <summary>Taken back by the sending host before they were on the wire.</summary>
    public required long FlushedBytes { get; init; }

    /// <summary>Wait now to be sent.</summary>
    public required int WaitingBytes { get; init; }

    /// <summary>That were on the wire, noise included.</summary>
    public required long SentBytes { get; init; }

    /// <summary>Of those sent: lost in a cut, before a port that no host has open, or before a host that does not read.</summary>
    public required long LostBytes { get; init; }

    /// <summary>Of those sent: changed or put in by noise.</summary>
    public required long SpoiledBytes { get; init; }

    /// <summary>Runs of other bytes between two zero bytes, as they were on the wire: whole frames, if the hosts delimit them so.</summary>
    public required long Frames { get; init; }

    /// <summary>How long bytes were on the wire.</summary>
    public required TimeSpan Busy { get; init; }

    /// <summary>Share of the time since an earlier count in which the wire was busy: 0 to 1.</summary>
    public double LoadSince(LineCounters earlier) => At > earlier.At ? (Busy - earlier.Busy) / (At - earlier.At) : 0;
}
