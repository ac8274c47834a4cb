using HaCore.Wire;

namespace HaCore.Engine;

/// <summary>What the machine wants done, in order. The shell executes and reports back by events.</summary>
internal abstract class Decision
{
    private Decision() { }

    /// <summary>Send this frame on these links now. The object and its frame are reused by the machine: use them before the next step.</summary>
    public sealed class Send : Decision
    {
        public Frame Frame { get; } = new();

        /// <summary>Bit i = link i.</summary>
        public uint Links { get; set; }
    }

    /// <summary>Write the state to stable storage, then post <see cref="ClusterEvent.Persisted"/>. At most one is in flight.</summary>
    public sealed class Persist(long write, PersistentState state) : Decision
    {
        public long Write { get; } = write;
        public PersistentState State { get; } = state;
    }

    /// <summary>Run one operation of an agent. Operations of one resource never overlap: the machine waits for the answer.</summary>
    public sealed class Operate : Decision
    {
        public required long Operation { get; init; }
        public required OperationKind Kind { get; init; }
        public required int Group { get; init; }
        public required int Resource { get; init; }
        public required long Term { get; init; }
        public required OperationReason Reason { get; init; }
        public required PeerStatus PeerStatus { get; init; }
        public ReadOnlyMemory<byte> PeerTwinFact { get; init; }
    }

    /// <summary>The operation is no longer wanted: cancel its token. Its answer still comes.</summary>
    public sealed class Cancel(long operation) : Decision
    {
        public long Operation { get; } = operation;
    }

    /// <summary>Order the fencing devices. Exactly one <see cref="ClusterEvent.FenceCompleted"/> answers.</summary>
    public sealed class Fence(long attempt, NodeId target, string reason) : Decision
    {
        public long Attempt { get; } = attempt;
        public NodeId Target { get; } = target;
        public string Reason { get; } = reason;
    }

    /// <summary>Reset this machine at once (<see cref="ISelfFencing.Reset"/>). Nothing follows: no frame, no write, no operation.</summary>
    public sealed class SelfFence(string reason) : Decision
    {
        public string Reason { get; } = reason;
    }

    /// <summary>Answer to a command.</summary>
    public sealed class Answer(long request, bool accepted, string detail) : Decision
    {
        public long Request { get; } = request;
        public bool Accepted { get; } = accepted;
        public string Detail { get; } = detail;
    }

    /// <summary>Something worth a log line. Lasting conditions are notices on entry and exit.</summary>
    public sealed class Notice(NoticeKind kind, NoticeLevel level, string subject, string detail) : Decision
    {
        public NoticeKind Kind { get; } = kind;
        public NoticeLevel Level { get; } = level;

        /// <summary>The node, group, resource or link that it is about.</summary>
        public string Subject { get; } = subject;
        public string Detail { get; } = detail;
    }

    /// <summary>The engine is done: stop sending, end the host's wait. Nothing follows.</summary>
    public sealed class Exit(bool clean, string detail, bool mayDisarm) : Decision
    {
        /// <summary>True: left or detached as asked. False: something may still be active here that should not be; the peer was not told "left".</summary>
        public bool Clean { get; } = clean;
        public string Detail { get; } = detail;

        /// <summary>Self-fencing may be disarmed: nothing is active here, or what is runs on in maintenance and the peer knows. Otherwise it must fire.</summary>
        public bool MayDisarm { get; } = mayDisarm;
    }
}

internal enum OperationKind
{
    Unknown = 0,
    Probe,
    Prepare,
    Start,
    Stop,
}

internal enum NoticeLevel
{
    Debug = 0,
    Information,
    Warning,
    Error,
    Critical,
}

/// <summary>Each is one log event: the number is its fixed event id (1000 + value in the log).</summary>
internal enum NoticeKind
{
    Unknown = 0,
    NodeOnline = 1,
    NodeStandby = 2,
    PeerHello = 3,
    SessionBegan = 4,
    SessionEnded = 5,
    PeerLeft = 6,
    PeerConfirmedDown = 7,
    PeerAliveAfterAll = 8,
    DuplicateNode = 9,
    Superseded = 10,
    LinkUp = 20,
    LinkLate = 21,
    LinkLost = 22,
    PeerUnverified = 23,
    PeerDeaf = 24,
    LinkMemberLost = 25,
    LinkMemberActive = 26,
    LocalLate = 30,
    HoldTaken = 40,
    HoldReleased = 41,
    TermRaised = 42,
    HandOver = 43,
    Seize = 44,
    Adopted = 45,
    Conflict = 46,
    Diverged = 47,
    GroupActive = 50,
    GroupFailed = 51,
    GroupUnclean = 52,
    GroupBlocked = 53,
    ResourceFailed = 54,
    ResourceRestart = 55,
    OperationFailed = 56,
    GroupUnknown = 57,
    FenceOrdered = 60,
    FenceResult = 61,
    TakeoverBlocked = 62,
    StepDown = 63,
    NetworkDead = 64,
    SelfFenced = 65,
    FencingFails = 66,
    PersistFailed = 70,
    PersistRecovered = 71,
    ConfigurationMismatch = 80,
    Maintenance = 81,
    FlapDamped = 82,
    OperatorCommand = 83,
    Leaving = 90,
    Exited = 91,
}
