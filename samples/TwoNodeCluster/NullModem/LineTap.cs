namespace TwoNodeCluster.NullModem;

/// <summary>What happened to bytes on one direction of the cable.</summary>
internal enum LineMoment
{
    /// <summary>The sending host wrote them.</summary>
    Taken,

    /// <summary>The sending host took back what was not on the wire yet: there are no bytes.</summary>
    Flushed,

    /// <summary>They came out at the other end.</summary>
    Delivered,
}

/// <summary>Looks on at a cable. Called on its thread: must be quick.</summary>
/// <param name="fromEnd">The end of the sending host, 0 or 1.</param>
/// <param name="moment">What happened.</param>
/// <param name="bytes">Valid during the call.</param>
/// <param name="at">When, on the clock of <see cref="LineCounters.At"/>.</param>
internal delegate void LineTap(int fromEnd, LineMoment moment, ReadOnlySpan<byte> bytes, TimeSpan at);
