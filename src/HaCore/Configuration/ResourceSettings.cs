namespace HaCore;

/// <summary>What the engine allows an agent of one resource. An agent's package chooses the defaults of its type; a site overrides them.</summary>
public sealed class ResourceSettings
{
    /// <summary>Limits of a probe. Default: 10 s, no retry, because the next probe follows anyway.</summary>
    public OperationLimits Probe { get; } = new() { Timeout = TimeSpan.FromSeconds(10), Retries = 0 };

    /// <summary>Limits of Prepare. Default: 60 s, one retry.</summary>
    public OperationLimits Prepare { get; } = new();

    /// <summary>Limits of Start. Default: 60 s, one retry. After the last the group is tried on the other node.</summary>
    public OperationLimits Start { get; } = new();

    /// <summary>
    /// Limits of Stop. Default: 60 s, one retry. After the last the group is unclean and nobody starts it, so allow what an orderly stop takes at its worst. The
    /// host's shutdown timeout grows with it.
    /// </summary>
    public OperationLimits Stop { get; } = new();

    /// <summary>From one probe to the next. 100 ms to 1 day; default 10 s. Shorter finds a failed resource sooner and costs a probe each time.</summary>
    public TimeSpan ProbeInterval { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Unknown probes in a row of a resource that should run before it counts as failed. 1 to 1000; default 3.</summary>
    public int UnknownProbesMax { get; set; } = 3;

    /// <summary>
    /// Does the resource carry data that both nodes have a copy of (DRBD)? Then a node takes over from a dead peer only when it knows that its copy is the
    /// newest (rule R6). Default false. The same on both nodes: part of the group's digest.
    /// </summary>
    public bool CarriesReplicatedData { get; set; }
}

/// <summary>How long one operation may take and how often it is tried.</summary>
public sealed class OperationLimits
{
    /// <summary>Longest run of one try. 1 ms to 1 day; default 60 s.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>Further tries after a Retryable result. 0 to 100; default 1.</summary>
    public int Retries { get; set; } = 1;

    /// <summary>Between two tries. 0 to 1 h; default 1 s.</summary>
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromSeconds(1);
}

/// <summary>The pace of one heartbeat link.</summary>
public sealed class LinkSettings
{
    /// <summary>
    /// From one heartbeat to the next on this link. Default null: the cluster's <see cref="HaClusterTimes.HeartbeatInterval"/>, which is also the least. At most a third of
    /// the dead time: what the peer echoes is up to two intervals old, and a link that is slower cannot keep the nodes in session when no other is left.
    /// </summary>
    public TimeSpan? Interval { get; set; }

    /// <summary>
    /// Shortest time between two frames, for those sent at once because the state changed. 1 ms to <see cref="Interval"/>; default null: a tenth of the
    /// interval. A slow line wants twice the time that a frame takes on it.
    /// </summary>
    public TimeSpan? MinGap { get; set; }
}

/// <summary>How a fencing device is used. A device's package chooses the defaults of its type; a site overrides them.</summary>
public sealed class FencingDeviceSettings
{
    /// <summary>
    /// Levels are tried in ascending order; all devices of a level must confirm, in the order in which they are configured; after one that does not, the
    /// next level is tried. 1 to 9, default 1. Two power switches for two power supplies belong to one level; a second way to do the same to the next.
    /// </summary>
    public int Level { get; set; } = 1;

    /// <summary>
    /// Longest run of one try. 1 s to 10 min, default 60 s (as Pacemaker's stonith-timeout): fence agents poll 20 s for the power to be off, after logging
    /// in. A try that is over it counts as Unknown, stays in flight until the device has ended, and is not repeated: the next level is quicker.
    /// </summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// Further tries after one that did not confirm within its timeout. 0 to 10, default 1 (as Pacemaker's two tries per action): a management board that still
    /// has the last login open refuses the next one for a moment.
    /// </summary>
    public int Retries { get; set; } = 1;

    /// <summary>Between two tries. 0 to 1 min, default 1 s.</summary>
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>From the end of one look at the device to the next. 1 s to 1 day, or zero for never; default 60 s. Of no use for a device that cannot tell.</summary>
    public TimeSpan MonitorInterval { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>Longest look. 1 s to 10 min, default 20 s.</summary>
    public TimeSpan MonitorTimeout { get; set; } = TimeSpan.FromSeconds(20);
}

/// <summary>What the site says about fencing beside the policy.</summary>
public sealed class FencingSettings
{
    /// <summary>
    /// With <see cref="FencingPolicyKind.Fence"/>: how long a node that holds nothing waits before it orders a fence, so that of two nodes that lose each
    /// other the holder fences first. 0 to 5 min; default 1 s. It adds to the outage when the holder is dead.
    /// </summary>
    public TimeSpan Delay { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// With <see cref="FencingPolicyKind.Fence"/>: at most this is added at random to the delay where neither node has the better claim (none holds a group, or
    /// both do), so that they do not shoot each other at the same moment. 0 to 5 min; default 1 s. It should be longer than a device takes to act.
    /// </summary>
    public TimeSpan Jitter { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// What a holder without a session does when its own ping targets say that its network is dead. Default <see cref="NetworkDeadAction.Wait"/>. Without
    /// ping targets it has no effect; a node that holds nothing always waits.
    /// </summary>
    public NetworkDeadAction NetworkDead { get; set; }

    /// <summary>
    /// May a node act (fence, or proceed unfenced) against a peer that it has not met since its own start? Default false: a node that boots
    /// into a cut network would shoot, or run beside, a healthy peer.
    /// </summary>
    public bool FenceAtStart { get; set; }

    /// <summary>
    /// Both nodes hold a group and the one that must stop does not hear it: does the other stop instead? Default true: better no service than two (rule C).
    /// </summary>
    public bool StopWhenLoserIsDeaf { get; set; } = true;
}

/// <summary>What a holder without a session does when its own network is dead.</summary>
public enum NetworkDeadAction
{
    /// <summary>Keeps what it holds and judges nobody.</summary>
    Wait = 0,

    /// <summary>Gives up what it holds: nobody can reach it here.</summary>
    StepDown,
}

/// <summary>The built-in fencing policies: what to do about a peer that is silent and not proved down.</summary>
public enum FencingPolicyKind
{
    /// <summary>Never take over without proof: the peer said it left, or an operator confirms it down. Safe, and nothing is automatic after a crash.</summary>
    Wait = 0,

    /// <summary>Take over after the dead time without proof. Automatic, and if the peer lives behind cut links both nodes run the group.</summary>
    ProceedUnfenced,

    /// <summary>Order the fencing devices to cut the peer off and take over when they confirm it. Safe and automatic; needs a device.</summary>
    Fence,

    /// <summary>
    /// Take over when the peer's own self-fencing (a watchdog) has certainly reset it. Safe and automatic without a device; needs self-fencing on both nodes. A
    /// holder that loses its peer resets itself, too, unless a device confirms the peer down first.
    /// </summary>
    SelfFencing,
}
