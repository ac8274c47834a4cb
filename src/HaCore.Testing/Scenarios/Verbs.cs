using HaCore.Testing.Simulation;

namespace HaCore.Testing.Scenarios;

/// <summary>The words of a story: what happens to machines, programs, links, disks and resources. What is expected of them is in Verbs.Expectations.cs.</summary>
internal static partial class Verbs
{
    public static Phrasebook<Verb> All { get; } = new([.. Machines(), .. Networks(), .. Disks(), .. Resources(), .. Fencing(), .. Operators(), .. Expectations()]);

    internal static IEnumerable<Phrase<Verb>> Machines() =>
    [
        new("given both running", "Both nodes have started and everything rests; the trace leaves that part out.", static (r, _) => r.Given()),
        new("start NODES", "The program starts; a machine that is off boots first.", static (r, a) => ScenarioRun.Each(a.Names(0), r.Start)),
        new("start NODE slowly TIME", "The host needs that long before the engine's first step.", static (r, a) => r.Start(a.Text(0), a.Time(1))),
        new("stop NODES", "The host is asked to stop; the next line comes when the program has ended.", static (r, a) => r.Stop(a.Names(0))),
        new("kill NODES", "`kill -9` of the program: its machine and its resources run on.", static (r, a) => ScenarioRun.Each(a.Names(0), r.World.Crash)),
        new("power off NODES", "The machine loses its power.", static (r, a) => ScenarioRun.Each(a.Names(0), r.World.PowerOff)),
        new("freeze NODE", "The program stands still, its clock does not; frames wait in its socket.", static (r, a) => r.World.Freeze(a.Text(0))),
        new("freeze NODE for TIME", "It stands still for that long.", static (r, a) => r.World.Freeze(a.Text(0), a.Time(1))),
        new("suspend NODE for TIME", "The whole machine stands still: frames for it are lost, and it sees its timers first.", static (r, a) => r.World.Freeze(a.Text(0), a.Time(1), framesWait: false, timerFirst: true)),
        new("thaw NODE", "It goes on: first everything that waited.", static (r, a) => r.World.Thaw(a.Text(0))),
        new("double NODE as NAME", "A machine with the same node name and a copy of its state directory: a clone.", static (r, a) => r.World.AddDouble(a.Text(0), a.Text(1))),
        new("back up state of NODE", "A copy of its state directory is kept.", static (r, a) => r.BackUp(a.Text(0))),
        new("restore state of NODE", "The copy is put back.", static (r, a) => r.Restore(a.Text(0))),
        new("lose state of NODE", "Its state directory is gone.", static (r, a) => r.World[a.Text(0)].Disk.Durable = null),
        new("other key on NODE", "Its key file is another one.", static (r, a) => r.World[a.Text(0)].UseAnotherKey()),
        new("wait TIME", "Nothing but time passes.", static (r, a) => r.World.Advance(a.Time(0))),
        new("wait until quiet", "Until nothing but heartbeats and probes happened for two dead times.", static (r, _) => r.World.RunUntilQuiet()),
        new("note TEXT", "A remark in the trace.", static (_, _) => { }),
        new("status NODE", "What it says of the cluster goes into the trace.", static (r, a) => r.ShowStatus(a.Text(0))),
    ];

    internal static IEnumerable<Phrase<Verb>> Networks() =>
    [
        new("cut LINKS", "Both directions; `all` is every link.", static (r, a) => r.World.Cut([.. a.Names(0)])),
        new("cut LINKS from NODE", "Only what this node sends.", static (r, a) => r.World.CutFrom(a.Text(1), [.. a.Names(0)])),
        new("heal LINKS", "The links work again, without loss and delay.", static (r, a) => r.World.Mend(a.Names(0))),
        new("lose PERCENT on LINKS", "That share of the frames is lost, both ways.", static (r, a) => r.World.Disturb(a.Names(1), d => d.Loss = a.Number(0) / 100.0)),
        new("delay TIME on LINKS", "Frames take that long, each way.", static (r, a) => r.World.Disturb(a.Names(1), d => d.Delay = a.Time(0))),
        new("pings of NODE fail|answer", "What the ping targets say of this node's own network.", static (r, a) => r.World.TellNetwork(a.Text(0), a.Text(1) == "answer")),
        new("unplug LINK at NODE", "The node's own interface goes down.", static (r, a) => r.World.SetInterface(a.Text(1), a.Text(0), isUp: false)),
        new("plug LINK at NODE", "It is up again.", static (r, a) => r.World.SetInterface(a.Text(1), a.Text(0), isUp: true)),
    ];

    internal static IEnumerable<Phrase<Verb>> Disks() =>
    [
        new("disk NODE full", "The state directory cannot be written.", static (r, a) => r.World[a.Text(0)].Disk.Error = "No space left on device"),
        new("disk NODE read-only", "The same, for another reason.", static (r, a) => r.World[a.Text(0)].Disk.Error = "Read-only file system"),
        new("disk NODE hangs", "Writes do not end.", static (r, a) => r.World[a.Text(0)].Disk.Hangs = true),
        new("disk NODE slow TIME", "Each write takes that long.", static (r, a) => r.World[a.Text(0)].Disk.Latency = a.Time(1)),
        new("disk NODE works", "It can be written again, and what hung ends.", static (r, a) => r.RepairDisk(a.Text(0))),
    ];

    internal static IEnumerable<Phrase<Verb>> Resources() =>
    [
        new("resource RESOURCE on NODE dies", "Nothing of it is active any more.", static (r, a) => r.Resource(a).Active = false),
        new("resource RESOURCE on NODE hangs", "It is active and does not work.", static (r, a) => r.Resource(a).Broken = true),
        new("resource RESOURCE on NODE is started by hand", "Somebody starts it behind the engine's back.", static (r, a) => r.SetByHand(a, true)),
        new("resource RESOURCE on NODE is stopped by hand", "Somebody stops it behind the engine's back.", static (r, a) => r.SetByHand(a, false)),
        new("resource RESOURCE on NODE start works|fails|fails-halfway|fails-here|fails-everywhere|finds-peer|hangs", "How starting goes from now on.", static (r, a) => r.Resource(a).Start = StartModes[a.Text(2)]),
        new("resource RESOURCE on NODE start takes TIME", "How long starting takes; 50ms without it.", static (r, a) => r.Resource(a).StartTime = a.Time(2)),
        new("resource RESOURCE on NODE stop works|fails|hangs|lies", "How stopping goes from now on.", static (r, a) => r.Resource(a).Stop = StopModes[a.Text(2)]),
        new("resource RESOURCE on NODE stop takes TIME", "How long stopping takes; 50ms without it.", static (r, a) => r.Resource(a).StopTime = a.Time(2)),
        new("resource RESOURCE on NODE probe works|unknown|hangs|lies-stopped|lies-running", "How looking goes from now on.", static (r, a) => r.Resource(a).Probe = ProbeModes[a.Text(2)]),
        new("resource RESOURCE on NODE readiness unknown|not-ready|usable|ready", "May this node run it?", static (r, a) => r.Resource(a).Readiness = ReadinessWords[a.Text(2)]),
        new("resource RESOURCE on NODE replica unknown|in-sync|peer-outdated", "What its agent says of the copy on the other node.", static (r, a) => r.Resource(a).Replica = ReplicaWords[a.Text(2)]),
    ];

    internal static IEnumerable<Phrase<Verb>> Fencing() =>
    [
        new("fencing by NODE confirms|fails|unknown|hangs|lies|cuts-silently", "What the device does that this node uses: `lies` confirms and cuts nothing, `cuts-silently` cuts and cannot tell.", static (r, a) => r.World[a.Text(0)].Fence.Mode = FenceModes[a.Text(1)]),
        new("fencing by NODE takes TIME", "How long it takes; 500ms without it.", static (r, a) => r.World[a.Text(0)].Fence.Latency = a.Time(1)),
        new("fencing by NODE reboots after TIME", "The machine that was cut off boots again that much later.", static (r, a) => r.World[a.Text(0)].Fence.RebootAfter = a.Time(1)),
    ];

    private static readonly Dictionary<string, StartMode> StartModes = new()
    {
        ["works"] = StartMode.Succeed,
        ["fails"] = StartMode.Retryable,
        ["fails-halfway"] = StartMode.RetryableLeavingIt,
        ["fails-here"] = StartMode.NotOnThisNode,
        ["fails-everywhere"] = StartMode.NotAnywhere,
        ["finds-peer"] = StartMode.HeldByPeer,
        ["hangs"] = StartMode.Hang,
    };

    private static readonly Dictionary<string, StopMode> StopModes = new()
    {
        ["works"] = StopMode.Succeed,
        ["fails"] = StopMode.Fail,
        ["hangs"] = StopMode.Hang,
        ["lies"] = StopMode.LieSucceeded,
    };

    private static readonly Dictionary<string, ProbeMode> ProbeModes = new()
    {
        ["works"] = ProbeMode.Truth,
        ["unknown"] = ProbeMode.Unknown,
        ["hangs"] = ProbeMode.Hang,
        ["lies-stopped"] = ProbeMode.LieStopped,
        ["lies-running"] = ProbeMode.LieRunning,
    };

    private static readonly Dictionary<string, Readiness> ReadinessWords = new()
    {
        ["unknown"] = Readiness.Unknown,
        ["not-ready"] = Readiness.NotReady,
        ["usable"] = Readiness.Usable,
        ["ready"] = Readiness.Ready,
    };

    private static readonly Dictionary<string, ReplicaStatus> ReplicaWords = new()
    {
        ["unknown"] = ReplicaStatus.Unknown,
        ["in-sync"] = ReplicaStatus.InSync,
        ["peer-outdated"] = ReplicaStatus.PeerOutdated,
    };

    private static readonly Dictionary<string, FenceMode> FenceModes = new()
    {
        ["confirms"] = FenceMode.Confirm,
        ["fails"] = FenceMode.Fail,
        ["unknown"] = FenceMode.Unknown,
        ["hangs"] = FenceMode.Hang,
        ["lies"] = FenceMode.LieConfirmed,
        ["cuts-silently"] = FenceMode.OffButUnknown,
    };
}
