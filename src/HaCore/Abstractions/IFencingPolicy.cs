namespace HaCore;

/// <summary>
/// Decides <b>whether</b> to act on a peer that cannot be proved down. Pure and synchronous: runs inside the engine on its own thread, must not block,
/// wait, or read a clock. A policy that throws counts as <see cref="FencingAction.Wait"/>.
/// </summary>
public interface IFencingPolicy
{
    /// <summary>Called at every engine step while a verdict about the peer is wanted. Same input, same answer.</summary>
    FencingDecision Decide(FencingContext context);
}

/// <summary>What to do about a peer that cannot be proved down.</summary>
public enum FencingAction
{
    /// <summary>Take nothing over; keep what is held.</summary>
    Wait = 0,

    /// <summary>Order the fencing devices to cut the peer off; take over when they confirm it.</summary>
    Fence,

    /// <summary>Give up what this node holds.</summary>
    StepDown,

    /// <summary>Take the peer for down without proof. If it is not, both nodes run the group.</summary>
    ProceedUnfenced,

    /// <summary>
    /// Wait until the peer's own self-fencing has certainly reset it, then take it for down. Counts as <see cref="Wait"/> unless the peer's last
    /// accepted frame said that it is armed (<see cref="FencingContext.PeerSelfFences"/>).
    /// </summary>
    AwaitSelfFencing,
}

/// <summary>A policy's answer, with its reason for the log and the status. The default value is <see cref="FencingAction.Wait"/>.</summary>
public readonly record struct FencingDecision
{
    private FencingDecision(FencingAction action, string? reason, TimeSpan delay)
    {
        Action = action;
        Reason = reason;
        Delay = delay;
    }

    /// <summary>What to do.</summary>
    public FencingAction Action { get; }

    /// <summary>Why, for the operator.</summary>
    public string? Reason { get; }

    /// <summary>How long to wait before the order goes out; a frame that is accepted meanwhile cancels it. Only for Fence.</summary>
    public TimeSpan Delay { get; }

    /// <summary>Take nothing over.</summary>
    public static FencingDecision Wait(string reason) => new(FencingAction.Wait, reason, default);

    /// <summary>Order the fencing devices.</summary>
    public static FencingDecision Fence(string reason, TimeSpan delay = default) => new(FencingAction.Fence, reason, delay);

    /// <summary>Give up what this node holds.</summary>
    public static FencingDecision StepDown(string reason) => new(FencingAction.StepDown, reason, default);

    /// <summary>Wait for the peer's own self-fencing, then take it for down.</summary>
    public static FencingDecision AwaitSelfFencing(string reason) => new(FencingAction.AwaitSelfFencing, reason, default);

    /// <summary>Take the peer for down without proof.</summary>
    public static FencingDecision ProceedUnfenced(string reason) => new(FencingAction.ProceedUnfenced, reason, default);
}

/// <summary>What is heard of a peer without a session.</summary>
public enum PeerContact
{
    /// <summary>Nothing for the dead time, on any link.</summary>
    Silent = 0,

    /// <summary>Its authentic frames arrive but it does not echo ours: it lives and does not hear us.</summary>
    Deaf,

    /// <summary>Frames that claim to be its arrive but cannot be verified (another key): it may live.</summary>
    Unverified,
}

/// <summary>What a policy is asked about. A reused object: read it during the call only. Grows without breaking anyone.</summary>
public sealed class FencingContext
{
    /// <summary>This node.</summary>
    public NodeId LocalNode { get; set; }

    /// <summary>The peer without a session.</summary>
    public NodeId Peer { get; set; }

    /// <summary>How long ago the newest own frame that the peer has echoed was sent; since this node's start when there was none.</summary>
    public TimeSpan SilentFor { get; set; }

    /// <summary>The configured dead time.</summary>
    public TimeSpan DeadTime { get; set; }

    /// <summary>Had this node a session with the peer since its own start?</summary>
    public bool HadSession { get; set; }

    /// <summary>What is heard of the peer.</summary>
    public PeerContact Contact { get; set; }

    /// <summary>Does this node hold any group?</summary>
    public bool LocalHolds { get; set; }

    /// <summary>Could the peer hold any group, as far as this node knows?</summary>
    public bool PeerMayHold { get; set; }

    /// <summary>Is the peer in session and unable to stop a group (rule S)? Then only <see cref="FencingAction.Fence"/> is carried out.</summary>
    public bool PeerUnclean { get; set; }

    /// <summary>Was this node itself paused beyond the dead time, so that the peer may have taken over (rule L)?</summary>
    public bool LocalLate { get; set; }

    /// <summary>How many fencing devices are configured.</summary>
    public int FencingDeviceCount { get; set; }

    /// <summary>Fence orders since the session ended that did not end in a confirmation.</summary>
    public int FailedAttempts { get; set; }

    /// <summary>Did the peer's last frames say that it holds something and resets itself when it loses the session (rule F)? A peer that holds nothing does not.</summary>
    public bool PeerSelfFences { get; set; }

    /// <summary>Has it been silent for so long that its own reset is certain (rule F)? Then <see cref="FencingAction.AwaitSelfFencing"/> takes it for down at once.</summary>
    public bool PeerResetCertain { get; set; }

    /// <summary>Does this node reset itself when it has lost the session for too long and still holds something?</summary>
    public bool LocalSelfFences { get; set; }

    /// <summary>What this node's ping targets say about its own network. They never say anything about the peer.</summary>
    public NetworkReach Network { get; set; }

    /// <summary>
    /// Random number from 0 to below 1, the same during one silence of the peer, another one at the next: what a delay between two nodes that would
    /// fence each other at the same moment is made from. Drawn from this start's random number, so the policy stays pure.
    /// </summary>
    public double Jitter { get; set; }
}

/// <summary>What the ping targets say about this node's own network. It can make a node wait or step down; it never confirms that a peer is down.</summary>
public enum NetworkReach
{
    /// <summary>No ping targets are configured, or they have not been tried long enough.</summary>
    Unknown = 0,

    /// <summary>Enough of them answer.</summary>
    Reachable,

    /// <summary>Too few of them have answered for a while: this node's own network is dead.</summary>
    Unreachable,
}
