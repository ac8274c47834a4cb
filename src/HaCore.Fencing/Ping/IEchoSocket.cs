using System.Net;

namespace HaCore.Fencing;

/// <summary>Sends echo requests and takes the answers: a seam, so that rounds and dampening run on a simulated network.</summary>
internal interface IEchoSocket : IDisposable
{
    /// <summary>Sends one request. A failure (no route, no carrier) is no answer, not an exception.</summary>
    void Send(SocketAddress target, ushort sequence, ulong cookie);

    /// <summary>Waits for an answer.</summary>
    /// <returns>False when none came in time.</returns>
    bool Wait(TimeSpan timeout);

    /// <summary>Takes what has arrived, without waiting.</summary>
    /// <param name="from">Filled with the sender.</param>
    /// <param name="sequence">Of the round.</param>
    /// <param name="cookie">As it was sent.</param>
    /// <returns>Null when nothing is there; false for something that is no answer.</returns>
    bool? TryTake(SocketAddress from, out ushort sequence, out ulong cookie);
}
