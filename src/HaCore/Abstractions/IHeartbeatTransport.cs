using Microsoft.Extensions.Logging;

namespace HaCore;

/// <summary>
/// Opens heartbeat links of one kind. A transport is configured but holds no operating-system resource; a link that breaks
/// is disposed and a new one opened, so there is no half-reset state.
/// </summary>
public interface IHeartbeatTransport
{
    /// <summary>Opens the link. Called on a thread of the link's own; may take long; called again, with capped back-off, after a failure.</summary>
    /// <param name="context">Names and services of this link.</param>
    /// <param name="cancellationToken">Cancelled when the host stops.</param>
    /// <exception cref="HeartbeatLinkException">The link cannot be opened now (device missing, address taken, ...): it is tried again.</exception>
    ValueTask<IHeartbeatLink> OpenAsync(HeartbeatLinkContext context, CancellationToken cancellationToken);
}

/// <summary>
/// One opened heartbeat path. Frames are opaque: they are signed and sequenced by the engine, a transport never parses them.
/// One sender and one receiver call at a time, possibly from two threads. Disposing while a receive is pending ends it promptly.
/// </summary>
public interface IHeartbeatLink : IAsyncDisposable
{
    /// <summary>The largest frame that this link carries, in bytes. At least <see cref="HeartbeatLinkContext.FrameBytesMax"/> or the link is refused.</summary>
    int MaxFrameBytes { get; }

    /// <summary>
    /// Sends one frame to the peer. Never blocks and never queues: if the line is busy the frame is dropped, because a newer one follows.
    /// Must complete synchronously or nearly so; called on the link's send thread.
    /// </summary>
    /// <exception cref="HeartbeatLinkException">The link is broken: it is disposed and reopened. A frame lost for a passing reason is not an exception.</exception>
    ValueTask SendAsync(ReadOnlyMemory<byte> frame, CancellationToken cancellationToken);

    /// <summary>Receives one frame. May block the calling thread, which belongs to this link.</summary>
    /// <param name="buffer">At least <see cref="HeartbeatLinkContext.FrameBytesMax"/> + 1 bytes, so that an oversized frame can be told from a whole one.</param>
    /// <param name="cancellationToken">Cancelled when the host stops: throw <see cref="OperationCanceledException"/>.</param>
    /// <exception cref="HeartbeatLinkException">The link is broken: it is disposed and reopened.</exception>
    ValueTask<HeartbeatReceiveResult> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken);
}

/// <summary>What <see cref="IHeartbeatLink.ReceiveAsync"/> got.</summary>
/// <param name="Length">Bytes written to the buffer; 0 means nothing came (for example a runt that the link dropped) and is not an error.</param>
/// <param name="Via">The member link of a composite that heard the frame; default where the link is not a composite.</param>
public readonly record struct HeartbeatReceiveResult(int Length, LinkId Via = default);

/// <summary>What a transport is told about the link that it opens. Grows without breaking anyone.</summary>
public sealed class HeartbeatLinkContext
{
    /// <summary>Name of the cluster.</summary>
    public required string Cluster { get; init; }

    /// <summary>Name of the link, for logs and errors.</summary>
    public required LinkId Link { get; init; }

    /// <summary>This node.</summary>
    public required NodeId LocalNode { get; init; }

    /// <summary>The other node.</summary>
    public required NodeId Peer { get; init; }

    /// <summary>The largest frame that will be sent, in bytes.</summary>
    public required int FrameBytesMax { get; init; }

    /// <summary>From one heartbeat of the engine to the next on this link; frames for news come between them. Zero where nobody said.</summary>
    public TimeSpan Interval { get; init; }

    /// <summary>The clock for everything the link times.</summary>
    public required TimeProvider TimeProvider { get; init; }

    /// <summary>For the link's own log lines.</summary>
    public required ILoggerFactory LoggerFactory { get; init; }

    /// <summary>
    /// For a composite: call it when the state of a member changed, and once for each member after opening. Any thread; never blocks; newest state of each member wins.
    /// </summary>
    public Action<HeartbeatMemberState> MemberChanged { get; init; } = static _ => { };

    /// <summary>
    /// For a link with heartbeat threads of its own: call it first on each of them. It gives the thread what the engine's own heartbeat threads have: real-time
    /// priority where the cluster asks for it. Never throws; what is missing for it is reported in the status.
    /// </summary>
    public Action PrepareThread { get; init; } = static () => { };

    /// <summary>The context in which a composite opens a member: the same, under the member's name.</summary>
    /// <param name="member">Name of the member.</param>
    public HeartbeatLinkContext ForMember(LinkId member) => new()
    {
        Cluster = Cluster,
        Link = member,
        LocalNode = LocalNode,
        Peer = Peer,
        FrameBytesMax = FrameBytesMax,
        Interval = Interval,
        TimeProvider = TimeProvider,
        LoggerFactory = LoggerFactory,
        PrepareThread = PrepareThread,
    };
}

/// <summary>A heartbeat link cannot be opened or is broken. The message is shown to the operator: it says what and where.</summary>
public sealed class HeartbeatLinkException : Exception
{
    /// <summary>Creates the exception without a message.</summary>
    public HeartbeatLinkException() { }

    /// <summary>Creates the exception with a message for the operator.</summary>
    public HeartbeatLinkException(string message) : base(message) { }

    /// <summary>Creates the exception with a message for the operator and the cause.</summary>
    public HeartbeatLinkException(string message, Exception innerException) : base(message, innerException) { }
}
