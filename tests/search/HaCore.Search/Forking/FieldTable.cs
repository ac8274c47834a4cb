using System.Reflection;
using HaCore.Engine;
using HaCore.Wire;

namespace HaCore.Search.Forking;

/// <summary>
/// The policy of every field of the engine. What is not here is decided by its type where that is certain (bool, byte and enum are plain, Instant is a time,
/// configuration is shared); everything else stops the program with the name of the field, so that a new field of the engine is never forgotten.
/// </summary>
internal static class FieldTable
{
    private static readonly Dictionary<(Type Type, string Field), FieldPolicy> Declared = new()
    {
        // The machine. What it says to people (snapshot, statistics, revision) is read by no rule.
        [(typeof(ClusterMachine), "_context")] = FieldPolicy.Own,
        [(typeof(ClusterMachine), "_store")] = FieldPolicy.Own,
        [(typeof(ClusterMachine), "_conditions")] = FieldPolicy.Own,
        [(typeof(ClusterMachine), "_peer")] = FieldPolicy.Own,
        [(typeof(ClusterMachine), "_fencing")] = FieldPolicy.Own,
        [(typeof(ClusterMachine), "_groups")] = FieldPolicy.Own,
        [(typeof(ClusterMachine), "_links")] = FieldPolicy.Own,
        [(typeof(ClusterMachine), "_send")] = FieldPolicy.Shared,           // filled anew before each use; each worker lends its own
        [(typeof(ClusterMachine), "_sentDigest")] = FieldPolicy.Ignored,    // news goes out in the step that makes it (no minimum gap in the search)
        [(typeof(ClusterMachine), "_stepping")] = FieldPolicy.Ignored,
        [(typeof(ClusterMachine), "_revision")] = FieldPolicy.Ignored,
        [(typeof(ClusterMachine), "Snapshot")] = FieldPolicy.Shared,
        [(typeof(ClusterMachine), "Links")] = FieldPolicy.Shared,
        [(typeof(ClusterMachine), "_promised")] = FieldPolicy.Ignored,      // the next step of the grid, less at most three ticks (Draft checks that)
        [(typeof(ClusterMachine), "_muteVersion")] = FieldPolicy.Version,
        [(typeof(ClusterMachine), "_lateSequence")] = FieldPolicy.Sequence,
        [(typeof(ClusterMachine), "_leftSequence")] = FieldPolicy.Sequence,

        [(typeof(ClusterMachine), "_armedSince")] = FieldPolicy.Sequence,
        [(typeof(ClusterMachine), "_unarmedSince")] = FieldPolicy.Sequence,

        [(typeof(EngineContext), "_lastOperation")] = FieldPolicy.Ignored,  // only makes fresh ids
        [(typeof(EngineContext), "BootId")] = FieldPolicy.Shared,
        [(typeof(EngineContext), "Nonce")] = FieldPolicy.Plain,             // a function of node and incarnation in the search
        [(typeof(EngineContext), "Deadline")] = FieldPolicy.Ignored,        // made anew in each step, kept as _promised
        [(typeof(EngineContext), "Out")] = FieldPolicy.Shared,              // the caller's list, replaced at each step
        [(typeof(EngineContext), "Sequence")] = FieldPolicy.Sequence,
        [(typeof(EngineContext), "Again")] = FieldPolicy.Ignored,
        [(typeof(EngineContext), "SnapshotStale")] = FieldPolicy.Ignored,

        [(typeof(DurableStore), "_foreignGroups")] = FieldPolicy.Shared,
        [(typeof(DurableStore), "_version")] = FieldPolicy.Version,
        [(typeof(DurableStore), "_durableVersion")] = FieldPolicy.Version,
        [(typeof(DurableStore), "_inFlight")] = FieldPolicy.Version,
        [(typeof(DurableStore), "_armedVersion")] = FieldPolicy.Version,
        [(typeof(DurableStore), "ArmedBootId")] = FieldPolicy.BootId,
        [(typeof(DurableStore), "Incarnation")] = FieldPolicy.Plain,
        [(typeof(DurableStore), "PeerIncarnation")] = FieldPolicy.Plain,
        [(typeof(DurableStore), "PeerNonce")] = FieldPolicy.Plain,
        [(typeof(DurableStore), "MaintenanceRevision")] = FieldPolicy.Plain,
        [(typeof(DurableStore), "Groups")] = FieldPolicy.Own,
        [(typeof(GroupRecord), "Current")] = FieldPolicy.Own,
        [(typeof(GroupRecord), "Written")] = FieldPolicy.Own,
        [(typeof(GroupRecord), "Durable")] = FieldPolicy.Own,
        [(typeof(GroupRecord), "Version")] = FieldPolicy.Version,

        [(typeof(PersistentState), "ArmedBootId")] = FieldPolicy.BootId,
        [(typeof(PersistentState), "Incarnation")] = FieldPolicy.Plain,
        [(typeof(PersistentState), "PeerIncarnation")] = FieldPolicy.Plain,
        [(typeof(PersistentState), "PeerNonce")] = FieldPolicy.Plain,
        [(typeof(PersistentState), "MaintenanceRevision")] = FieldPolicy.Plain,
        [(typeof(PersistentState), "Groups")] = FieldPolicy.Own,
        [(typeof(PersistentGroup), "Name")] = FieldPolicy.Shared,
        [(typeof(PersistentGroup), "Term")] = FieldPolicy.Term,
        [(typeof(PersistentGroup), "HoldBootId")] = FieldPolicy.BootId,
        [(typeof(PersistentGroup), "Pinned")] = FieldPolicy.Plain,
        [(typeof(PersistentGroup), "PeerOutdatedEpoch")] = FieldPolicy.Plain,
        [(typeof(PersistentGroup), "OutdatedEpoch")] = FieldPolicy.Plain,

        // Conditions: Texts are for people.
        [(typeof(ConditionBoard), "_active")] = FieldPolicy.Conditions,

        [(typeof(PeerTracker), "_sentTicks")] = FieldPolicy.SendTimes,
        [(typeof(PeerTracker), "_knownVersion")] = FieldPolicy.Version,
        [(typeof(PeerTracker), "_highest")] = FieldPolicy.PeerSequence,
        [(typeof(PeerTracker), "_sequenceAtHello")] = FieldPolicy.Ignored,  // judges frames of older incarnations: the world drops those (rule N is the stories')
        [(typeof(PeerTracker), "_heardAt")] = FieldPolicy.Ignored,          // only for the round trip that is shown
        [(typeof(PeerTracker), "_newestEcho")] = FieldPolicy.Sequence,
        [(typeof(PeerTracker), "_uptimeOffset")] = FieldPolicy.Ignored,     // both clocks run in step as far as frames tell (clocks are not searched)
        [(typeof(PeerTracker), "_uptimeOffsetAt")] = FieldPolicy.Ignored,
        [(typeof(PeerTracker), "_helloAt")] = FieldPolicy.SilenceTime,
        [(typeof(PeerTracker), "LastEchoed")] = FieldPolicy.SessionTime,
        [(typeof(PeerTracker), "LastAuthentic")] = FieldPolicy.Ignored,     // deafness is told, not judged by, the search's policy; the operator's token: Canon
        [(typeof(PeerTracker), "RightSince")] = FieldPolicy.Ignored,        // self-fencing needs clocks that are bound to each other: not searched
        [(typeof(PeerTracker), "_lostClock")] = FieldPolicy.Ignored,
        [(typeof(PeerTracker), "_lostClockFrom")] = FieldPolicy.Ignored,
        [(typeof(PeerTracker), "_leftUnderVerdict")] = FieldPolicy.PeerSequence,
        [(typeof(PeerTracker), "NewestHeardEcho")] = FieldPolicy.Sequence,
        [(typeof(PeerTracker), "_rightBarrier")] = FieldPolicy.Ignored,
        [(typeof(PeerTracker), "_heardSelfFencing")] = FieldPolicy.Plain,
        [(typeof(PeerTracker), "Sessions")] = FieldPolicy.Ignored,          // only for the jitter that a policy is shown
        [(typeof(PeerTracker), "VerdictSequence")] = FieldPolicy.Sequence,
        [(typeof(PeerTracker), "Departures")] = FieldPolicy.Ignored,        // flap damping is off in the search
        [(typeof(PeerTracker), "View")] = FieldPolicy.Own,
        [(typeof(PeerView), "_groups")] = FieldPolicy.Own,
        [(typeof(PeerView), "SelfFencingTime")] = FieldPolicy.Flag,
        [(typeof(PeerView), "ClusterDigest")] = FieldPolicy.Plain,
        [(typeof(PeerGroup), "_twinLength")] = FieldPolicy.Plain,
        [(typeof(PeerGroup), "_twin")] = FieldPolicy.Plain,
        [(typeof(PeerGroup), "Digest")] = FieldPolicy.Plain,
        [(typeof(PeerGroup), "Term")] = FieldPolicy.Term,
        [(typeof(PeerGroup), "OutdatedEpoch")] = FieldPolicy.Plain,
        [(typeof(PeerGroup), "OutdatedAnswer")] = FieldPolicy.Plain,

        [(typeof(FencingControl), "_question")] = FieldPolicy.Shared,       // filled anew for each question; each worker lends its own
        [(typeof(FencingControl), "_lastAttempt")] = FieldPolicy.Ignored,   // only makes fresh ids
        [(typeof(FencingControl), "_inFlight")] = FieldPolicy.Flag,
        [(typeof(FencingControl), "_targetIncarnation")] = FieldPolicy.Plain,
        [(typeof(FencingControl), "_failedAttempts")] = FieldPolicy.Plain,

        [(typeof(GroupMachine), "_index")] = FieldPolicy.Ignored,
        [(typeof(GroupMachine), "_slots")] = FieldPolicy.Own,
        [(typeof(GroupMachine), "_failures")] = FieldPolicy.Time,
        [(typeof(GroupMachine), "Record")] = FieldPolicy.Reference,
        [(typeof(GroupMachine), "HoldSequence")] = FieldPolicy.Sequence,
        [(typeof(GroupMachine), "Blocked")] = FieldPolicy.Flag,
        [(typeof(GroupMachine), "Reason")] = FieldPolicy.Ignored,           // told to agents, read by no rule
        [(typeof(GroupMachine), "_handOverProof")] = FieldPolicy.Version,
        [(typeof(GroupMachine), "_restartFrom")] = FieldPolicy.Plain,
        [(typeof(GroupMachine), "_stopTries")] = FieldPolicy.Plain,

        [(typeof(ResourceSlot), "index")] = FieldPolicy.Ignored,
        [(typeof(ResourceSlot), "Detail")] = FieldPolicy.Ignored,
        [(typeof(ResourceSlot), "Facts")] = FieldPolicy.Shared,
        [(typeof(ResourceSlot), "Twin")] = FieldPolicy.Plain,
        [(typeof(ResourceSlot), "Operation")] = FieldPolicy.Flag,
        [(typeof(ResourceSlot), "UnknownProbes")] = FieldPolicy.Plain,

        // A lost link is a warning, never a takeover: nothing but its pace is behaviour.
        [(typeof(LinkTracker), "_statistics")] = FieldPolicy.Shared,
        [(typeof(LinkTracker), "_incarnation")] = FieldPolicy.Ignored,
        [(typeof(LinkTracker), "_sequence")] = FieldPolicy.Ignored,
        [(typeof(LinkTracker), "_lastHeard")] = FieldPolicy.Ignored,
        [(typeof(LinkTracker), "_members")] = FieldPolicy.Shared,           // no composite link in the search
        [(typeof(LinkTracker), "_wasHeard")] = FieldPolicy.Ignored,
        [(typeof(LinkTracker), "index")] = FieldPolicy.Ignored,
        [(typeof(LinkTracker), "IsAlive")] = FieldPolicy.Ignored,
        [(typeof(LinkTracker), "Detail")] = FieldPolicy.Ignored,
        [(typeof(LinkTracker), "LastSent")] = FieldPolicy.Ignored,          // no minimum gap in the search

        // Frames in flight. The numbers of both starts are hashed by rank (Canon).
        [(typeof(Frame), "Incarnation")] = FieldPolicy.Plain,
        [(typeof(Frame), "Nonce")] = FieldPolicy.Plain,
        [(typeof(Frame), "Sequence")] = FieldPolicy.Ignored,
        [(typeof(Frame), "EchoIncarnation")] = FieldPolicy.Plain,
        [(typeof(Frame), "EchoNonce")] = FieldPolicy.Plain,
        [(typeof(Frame), "EchoSequence")] = FieldPolicy.Ignored,
        [(typeof(Frame), "EchoAge")] = FieldPolicy.Ignored,                 // only for the round trip that is shown
        [(typeof(Frame), "Uptime")] = FieldPolicy.Ignored,
        [(typeof(Frame), "SelfFencingTime")] = FieldPolicy.Plain,
        [(typeof(Frame), "MaintenanceRevision")] = FieldPolicy.Plain,
        [(typeof(Frame), "ClusterDigest")] = FieldPolicy.Plain,
        [(typeof(Frame), "GroupCount")] = FieldPolicy.Plain,
        [(typeof(Frame), "Groups")] = FieldPolicy.Own,
        [(typeof(FrameGroup), "Hash")] = FieldPolicy.Plain,
        [(typeof(FrameGroup), "Digest")] = FieldPolicy.Plain,
        [(typeof(FrameGroup), "Term")] = FieldPolicy.Term,
        [(typeof(FrameGroup), "OutdatedEpoch")] = FieldPolicy.Plain,
        [(typeof(FrameGroup), "OutdatedAnswer")] = FieldPolicy.Plain,
        [(typeof(FrameGroup), "TwinCount")] = FieldPolicy.Plain,
        [(typeof(FrameGroup), "TwinLength")] = FieldPolicy.Plain,
        [(typeof(FrameGroup), "Twin")] = FieldPolicy.Plain,
        [(typeof(Decision.Send), "Frame")] = FieldPolicy.Own,
        [(typeof(Decision.Send), "Links")] = FieldPolicy.Ignored,
    };

    /// <summary>Fields that mean nothing while something else is so: hashed as nothing then.</summary>
    private static readonly Dictionary<(Type Type, string Field), string> Guards = new()
    {
        [(typeof(PeerGroup), "Term")] = nameof(FieldGuards.IsKnown),
        [(typeof(GroupMachine), "HoldSequence")] = nameof(FieldGuards.IsHolding),
        [(typeof(PeerTracker), "VerdictSequence")] = nameof(FieldGuards.HasVerdict),
        [(typeof(FencingControl), "_targetIncarnation")] = nameof(FieldGuards.IsFencing),
        [(typeof(GroupRecord), "Written")] = nameof(FieldGuards.IsWriting),
        [(typeof(ClusterMachine), "_lateSequence")] = nameof(FieldGuards.IsLate),
    };

    private static readonly HashSet<Type> Configuration =
    [
        typeof(EngineConfiguration), typeof(EngineTimes), typeof(LinkConfiguration), typeof(GroupConfiguration), typeof(ResourceConfiguration),
        typeof(IReadOnlyList<GroupConfiguration>), typeof(IReadOnlyList<LinkConfiguration>), typeof(IReadOnlyList<ResourceConfiguration>),
    ];

    private static readonly HashSet<Type> OwnedByTheMachine = [typeof(EngineContext), typeof(DurableStore), typeof(PeerTracker), typeof(ConditionBoard)];

    /// <summary>Conditions that only tell people something. A rule that begins to look at one of them must leave this list.</summary>
    public static IReadOnlySet<NoticeKind> OnlyTold { get; } = new HashSet<NoticeKind>
    {
        NoticeKind.LinkLost, NoticeKind.LinkLate, NoticeKind.LinkMemberLost, NoticeKind.PeerDeaf, NoticeKind.TakeoverBlocked, NoticeKind.GroupBlocked,
        NoticeKind.GroupFailed, NoticeKind.GroupUnclean, NoticeKind.ConfigurationMismatch, NoticeKind.Maintenance, NoticeKind.Diverged, NoticeKind.GroupUnknown,
    };

    public static IEnumerable<(FieldInfo Field, string Name, FieldPolicy Policy)> Of(Type type)
    {
        for (var t = type; t is not null && t != typeof(object); t = t.BaseType)
        {
            foreach (var field in t.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
            {
                var name = NameOf(field);
                var policy = Declared.TryGetValue((t, name), out var declared) ? declared : ByType(field.FieldType);
                if (policy == FieldPolicy.Undeclared)
                {
                    throw new InvalidOperationException(
                        $"{t.Name}.{name} ({field.FieldType.Name}) is new to the search: say in {nameof(FieldTable)} how it is copied and hashed");
                }

                yield return (field, name, policy);
            }
        }
    }

    /// <summary>The method of <see cref="FieldGuards"/> that says whether the field means anything; null = always.</summary>
    public static MethodInfo? GuardOf(Type type, string field) =>
        Guards.TryGetValue((type, field), out var guard) ? typeof(FieldGuards).GetMethod(guard, BindingFlags.Static | BindingFlags.Public) : null;

    /// <summary>Every declaration must still have its field: a renamed one would lose its policy in silence otherwise.</summary>
    public static void CheckNothingIsStale()
    {
        foreach (var (type, name) in Declared.Keys.Concat(Guards.Keys))
        {
            if (Array.TrueForAll(type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly), f => NameOf(f) != name))
            {
                throw new InvalidOperationException($"{type.Name}.{name} is declared in {nameof(FieldTable)} and does not exist any more");
            }
        }
    }

    // <Name>k__BackingField of a property, <name>P of a primary constructor's parameter.
    private static string NameOf(FieldInfo field) =>
        field.Name is ['<', ..] && field.Name.IndexOf('>') is > 0 and var end ? field.Name[1..end] : field.Name;

    private static FieldPolicy ByType(Type type) =>
        type == typeof(bool) || type == typeof(byte) || type.IsEnum ? FieldPolicy.Plain
        : type == typeof(Instant) ? FieldPolicy.Time
        : Configuration.Contains(type) ? FieldPolicy.Shared
        : OwnedByTheMachine.Contains(type) ? FieldPolicy.Reference
        : FieldPolicy.Undeclared;
}

/// <summary>When a field means anything at all.</summary>
internal static class FieldGuards
{
    public static bool IsKnown(PeerGroup group, WordSink sink) => group.IsKnown;

    public static bool IsHolding(GroupMachine group, WordSink sink) => group.Hold != HoldState.NotHeld;

    public static bool HasVerdict(PeerTracker peer, WordSink sink) => peer.IsConfirmedDown;

    public static bool IsFencing(FencingControl fencing, WordSink sink) => fencing.IsInFlight;

    public static bool IsWriting(GroupRecord record, WordSink sink) => sink.IsWriting;

    public static bool IsLate(ClusterMachine machine, WordSink sink) => Worlds.Inner.IsLate(machine);
}
