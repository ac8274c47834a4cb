using HaCore.Wire;

namespace HaCore.Engine;

/// <summary>What happened. The shell posts events; the machine takes one per step. Frame events are reused carriers.</summary>
internal abstract class ClusterEvent
{
    private ClusterEvent() { }

    /// <summary>Nothing but time passed.</summary>
    public sealed class Tick : ClusterEvent
    {
        public static readonly Tick Instance = new();
    }

    /// <summary>An authentic, well-formed frame of the configured peer and cluster arrived. The carrier goes back to its pool after the step.</summary>
    public sealed class FrameReceived : ClusterEvent
    {
        public int Link { get; set; }
        public Frame Frame { get; } = new();
    }

    /// <summary>A frame was refused before it reached the engine. Coalesced by the shell: at most one event per link and heartbeat interval.</summary>
    /// <remarks>Other clusters' frames and noise are not reported here; only frames that claim to be the peer's and cannot be verified.</remarks>
    public sealed class UnverifiedFrame(int link) : ClusterEvent
    {
        public int Link { get; } = link;
    }

    /// <summary>
    /// An authentic frame that names <b>this</b> node as its sender, of this incarnation with another nonce or of a newer incarnation: another
    /// process uses this node's name (rule N). Own frames that a broadcast brings back are not reported.
    /// </summary>
    public sealed class ForeignSelf(int link) : ClusterEvent
    {
        public int Link { get; } = link;
    }

    /// <summary>A link was opened (Detail null) or is closed (Detail says why).</summary>
    public sealed class LinkChanged(int link, bool isOpen, string? detail) : ClusterEvent
    {
        public int Link { get; } = link;
        public bool IsOpen { get; } = isOpen;
        public string? Detail { get; } = detail;
    }

    /// <summary>A member of a composite link is in another state.</summary>
    public sealed class LinkMemberChanged(int link, int member, bool isAlive, bool isActive, string? detail) : ClusterEvent
    {
        public int Link { get; } = link;
        public int Member { get; } = member;
        public bool IsAlive { get; } = isAlive;
        public bool IsActive { get; } = isActive;

        /// <summary>Why it is not alive; null when it is, or when nothing can be said yet.</summary>
        public string? Detail { get; } = detail;
    }

    /// <summary>Answer to <see cref="Decision.Persist"/>. Error null = the state is on stable storage.</summary>
    public sealed class Persisted(long write, string? error) : ClusterEvent
    {
        public long Write { get; } = write;
        public string? Error { get; } = error;
    }

    /// <summary>Answer to <see cref="Decision.Operate"/>, exactly one for each. Probe is set for probes, Result for everything else.</summary>
    public sealed class OperationCompleted(long operation, OperationResult result, ProbeResult probe) : ClusterEvent
    {
        public long Operation { get; } = operation;
        public OperationResult Result { get; } = result;
        public ProbeResult Probe { get; } = probe;
    }

    /// <summary>An agent asked for a probe.</summary>
    public sealed class ProbeRequested(int group, int resource) : ClusterEvent
    {
        public int Group { get; } = group;
        public int Resource { get; } = resource;
    }

    /// <summary>Answer to <see cref="Decision.Fence"/>, exactly one for each, only when its process tree is dead.</summary>
    public sealed class FenceCompleted(long attempt, FenceResult result) : ClusterEvent
    {
        public long Attempt { get; } = attempt;
        public FenceResult Result { get; } = result;
    }

    /// <summary>The ping targets say something else about this node's own network than before.</summary>
    public sealed class NetworkChanged(NetworkReach reach, string? detail) : ClusterEvent
    {
        public NetworkReach Reach { get; } = reach;

        /// <summary>Which targets do not answer, for the operator; null when all do.</summary>
        public string? Detail { get; } = detail;
    }

    /// <summary>A command of the operator. Answered by exactly one <see cref="Decision.Answer"/> with the same Request.</summary>
    public sealed class Command(long request, CommandKind kind) : ClusterEvent
    {
        public long Request { get; } = request;
        public CommandKind Kind { get; } = kind;
        public NodeId? Node { get; init; }
        public int Group { get; init; } = -1;
        public bool Flag { get; init; }
        public long Term { get; init; }
        public string? Token { get; init; }
    }

    /// <summary>The host stops: leave in order (rule V). Answered by <see cref="Decision.Exit"/> at last.</summary>
    public sealed class Leave : ClusterEvent
    {
        public static readonly Leave Instance = new();
    }
}

internal enum CommandKind
{
    None = 0,
    Standby,        // Node; Flag = force
    Online,         // Node
    Maintenance,    // Flag = on
    Move,           // Group, Node (null = configured placement)
    ClearFailures,  // Group
    ClearDivergence, // Group, Term
    ConfirmDown,    // Node, Token
    Take,           // Group, Flag = accept data loss
}
