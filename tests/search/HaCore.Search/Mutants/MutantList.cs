using HaCore.Search.Building;

namespace HaCore.Search.Mutants;

/// <summary>At least one for each rule of the ownership page.</summary>
internal static class MutantList
{
    private const string Machine = "Engine/ClusterMachine.cs";
    private const string Frames = "Engine/ClusterMachine.Frames.cs";
    private const string Commands = "Engine/ClusterMachine.Commands.cs";
    private const string Leave = "Engine/ClusterMachine.Leave.cs";
    private const string Peer = "Engine/PeerTracker.cs";
    private const string Store = "Engine/DurableStore.cs";
    private const string Fencing = "Engine/FencingControl.cs";
    private const string Group = "Engine/GroupMachine.cs";
    private const string Ownership = "Engine/GroupMachine.Ownership.cs";
    private const string Placement = "Engine/GroupMachine.Placement.cs";
    private const string Conflict = "Engine/GroupMachine.Conflict.cs";
    private const string Reconcile = "Engine/GroupMachine.Reconcile.cs";
    private const string Results = "Engine/GroupMachine.Results.cs";

    public static IReadOnlyList<Mutant> All { get; } =
    [
        new("free-terms", "T", "Terms are free numbers: two nodes can raise to the same one, and both believe that it is theirs.",
            new Edit("Engine/Terms.cs", "(term & 1) == 0 == first;", "term > 0 || first;"),
            new Edit("Engine/Terms.cs", "IsOwnedBy(term + 1, first) ? term + 1 : term + 2;", "term + (first ? 1 : 1);")),
        new("frames-only-on-news", "M1", "State is told when it changes and not again: what one lost frame said is never heard.",
            new Edit(Frames, "if (now >= link.NextSend || (isNews && now - link.LastSent >= link.Configuration.MinGap))", "if (isNews && now - link.LastSent >= link.Configuration.MinGap)")),
        new("echo-off", "M2", "Frames that do not echo this very start are accepted: a frame from before a restart grants a session.",
            new Edit(Peer, "=> frame.EchoIncarnation == _store.Incarnation && frame.EchoNonce == _context.Nonce;", "=> true;")) { Scope = "hunt" },
        new("old-incarnations", "M2", "Frames of an incarnation older than the newest known are taken for state.",
            new Edit(Peer, "if (frame.Incarnation < _store.PeerIncarnation)", "if (frame.Incarnation == 0)"),
            new Edit(Peer, "else if (frame.Nonce != _store.PeerNonce)", "else if (frame.Incarnation == 0)")),
        new("replays", "M2", "A frame heard again on a slower link is state again.",
            new Edit(Peer, "if (frame.Sequence <= Math.Max(_highest, _leftUnderVerdict))", "if (frame.Sequence == 0)")),
        new("digests-ignored", "M3", "A group that is configured differently is taken and moved all the same.",
            new Edit(Placement, "_peer.View.ClusterDigest == _context.Configuration.ClusterDigest && PeerGroup.IsKnown && PeerGroup.Digest == Configuration.Digest;", "PeerGroup.IsKnown;")),
        new("one-way-freshness", "M4", "Hearing the peer keeps the session, although the peer does not hear this node.",
            new Edit(Peer, "LastEchoed = Instant.Max(LastEchoed, sent);", "LastEchoed = _context.Now;"),
            new Edit(Peer, "out var sent) && _context.Now - sent <= _context.DeadTime;", "out var sent) || sent == default;")),
        new("unwritten-terms", "M5", "Frames show what is not on disk yet: a crash takes back what was said.",
            new Edit(Frames, "var durable = group.Record.Durable;", "var durable = group.Record.Current;")) { Scope = "hunt-write" },
        new("no-agreement", "R1", "A hold is taken in a session whose last frame says another term.",
            new Edit(Ownership, "|| peer.Hold != HoldState.NotHeld || peer.Term != Record.Current.Term)", "|| peer.Hold != HoldState.NotHeld)")),
        new("hold-not-told", "R1", "Frames say NotHeld while the group is held.",
            new Edit(Frames, "frame.Hold = group.ShownHold;", "frame.Hold = group.ShownHold == HoldState.Held ? HoldState.NotHeld : group.ShownHold;")) { Scope = "hunt" },
        new("act-before-persist", "R1", "A resource is started before the hold mark and the own term are on disk.",
            new Edit(Reconcile, "if (Record.Durable.HoldBootId != _context.BootId)", "if (Record.Current.HoldBootId != _context.BootId)")) { Scope = "write" },
        new("stop-unconfirmed", "R2", "A group is given away on its agent's word; no probe confirms that it is stopped.",
            new Edit(Results, "slot.StopUnconfirmed = Releasing != ReleaseReason.None;", "slot.StopUnconfirmed = false;")),
        new("hand-over-unproved", "R2", "A group is stopped for a hand-over that the disk then refuses to write down.",
            new Edit(Reconcile, "Releasing is ReleaseReason.HandOver or ReleaseReason.Standby or ReleaseReason.Leave && !ProveWritable())", "Releasing == ReleaseReason.None)")),
        new("seize-unconfirmed", "R3", "A group is seized from a peer that is only silent.",
            new Edit(Ownership, "if (!now.PeerConfirmedDown || now.IsStandby || !CanRunHere || !IsCurrent)", "if (now.IsStandby || !CanRunHere || !IsCurrent)")) { Scope = "core" },
        new("no-merge", "R4", "A higher term of the peer's is not adopted: after a hand-over nobody owns the group.",
            new Edit(Ownership, "if (peer.Term > Record.Current.Term)\n", "if (peer.Term > Record.Current.Term && peer.Term < 0)\n")) { Scope = "core" },
        new("no-bootstrap-placement", "R5", "At the first start the preferred node does not get its group.",
            new Edit(Placement, ": PrefersPeer && PeerGroup.Readiness == Readiness;", ": PrefersPeer && PeerGroup.Readiness > Readiness.Ready;"),
            new Edit(Placement, "PrefersPeer && _peer.View.State == MemberState.Joining", "PrefersPeer && _peer.View.State == MemberState.Unknown")),
        new("currency-ignored", "R6", "A copy that may be old is taken over a peer that is confirmed down.",
            new Edit(Ownership, "!Configuration.ReplicatedData || Record.Current.Sole || OperatorAcceptsDataLoss", "Configuration.Name.Value.Length > 0")),
        new("unprobed-is-free", "P", "A node that has not looked says NotHeld.",
            new Edit(Frames, "frame.Hold = group.ShownHold;", "frame.Hold = group.ShownHold == HoldState.Unknown ? HoldState.NotHeld : group.ShownHold;")) { Scope = "hunt" },
        new("residue-is-free", "P", "What is found active at start does not count as held.",
            new Edit(Results, "anyActive |= slot.State != ResourceState.Stopped;", "anyActive |= slot.State == ResourceState.Unknown;")) { Scope = "hunt" },
        new("h-off", "H", "While a verdict is carried out a newer incarnation is admitted and frames are merged.",
            new Edit(Machine, "_fencing.IsInFlight || (_peer.IsConfirmedDown && Array.Exists(_groups, static g => g.IsPending));", "false;")),
        new("h-ends-before-the-write", "H", "The verdict ends with the fence's result; the writes that follow it are not covered.",
            new Edit(Machine, "_fencing.IsInFlight || (_peer.IsConfirmedDown && Array.Exists(_groups, static g => g.IsPending));", "_fencing.IsInFlight;")),
        new("h-never-ends", "H", "The device's answer does not end the verdict: nothing is taken over, and no later start of the peer is admitted.",
            new Edit(Fencing, "        _inFlight = 0;\n        context.Changed();", "        context.Changed();")) { Scope = "core" },
        new("residue-never-adopted", "P", "What a dead program left active is never taken by its next start, and so nobody may take it.",
            new Edit(Ownership, "if (!IsPending && LocalOwns && peer.Hold == HoldState.NotHeld && peer.Term == Record.Current.Term)", "if (!IsPending && LocalOwns && peer.Hold == HoldState.NotHeld && peer.Term < 0)")) { Scope = "core" },
        new("late-fence-result", "F", "The result of an attempt that timed out is credited to the next one.",
            new Edit(Fencing, "if (completed.Attempt != _inFlight)", "if (_inFlight == 0)")) { Scope = "hunt-late" },
        new("fence-at-start", "F", "A node that never met the peer fences it: two nodes that cannot hear each other shoot at each start.",
            new Edit(Fencing, "if (!peer.HadSession && !context.Configuration.FenceAtStart)", "if (context.Now.Ticks < 0)")),
        new("fence-storm", "F", "A device that fails is asked again at once, and for ever.",
            new Edit(Fencing, "_nextOrder = context.Now + (context.DeadTime * (1 << Math.Min(_failedAttempts - 1, BackoffDoublingsMax)));", "_nextOrder = context.Now;")),
        new("unverified-fence", "F", "A fence whose device does not know what it did counts as confirmed.",
            new Edit(Fencing, "if (completed.Result.Outcome == FenceOutcome.Confirmed && _targetIncarnation == store.PeerIncarnation)", "if (completed.Result.Outcome != FenceOutcome.Failed && _targetIncarnation == store.PeerIncarnation)")) { Scope = "hunt-late" },
        new("confirmed-down-persisted", "F", "A verdict survives the program that heard it.",
            new Edit("Engine/PersistentState.cs", "    public bool LocalStandby { get; init; }", "    public bool LocalStandby { get; init; }\n    public bool PeerIsDown { get; init; }"),
            new Edit("State/StateDocument.cs", "    public bool LocalStandby { get; init; }", "    public bool LocalStandby { get; init; }\n    public bool PeerIsDown { get; init; }"),
            new Edit("State/StateFile.cs", "LocalStandby = state.LocalStandby,", "LocalStandby = state.LocalStandby, PeerIsDown = state.PeerIsDown,"),
            new Edit("State/StateFile.cs", "LocalStandby = document.LocalStandby,", "LocalStandby = document.LocalStandby, PeerIsDown = document.PeerIsDown,"),
            new Edit(Store, "        LocalStandby = state.LocalStandby;", "        LocalStandby = state.LocalStandby;\n        PeerIsDown = state.PeerIsDown;"),
            new Edit(Store, "    public bool LocalStandby { get; set; }", "    public bool LocalStandby { get; set; }\n    public bool PeerIsDown { get; set; }"),
            new Edit(Store, "            LocalStandby = LocalStandby,", "            LocalStandby = LocalStandby,\n            PeerIsDown = PeerIsDown,"),
            new Edit(Peer, "        _store = store;", "        _store = store;\n        Verdict = store.PeerIsDown ? VerdictKind.Fenced : VerdictKind.None;"),
            new Edit(Peer, "        Verdict = kind;", "        Verdict = kind;\n        _store.PeerIsDown = true;\n        _store.Touch();")),
        new("nobody-loses", "C", "Two holders meet and neither stops.",
            new Edit(Conflict, "        if (loses)\n", "        if (loses && peer.Term < 0)\n")),
        new("deaf-winner", "C", "The winner of a conflict goes on although the loser cannot hear that it lost.",
            new Edit(Conflict, "_deafWinner = _context.Configuration.StopWhenLoserIsDeaf;", "_deafWinner = false;")),
        new("sleeper-keeps", "L", "A node that was away beyond the dead time goes on as if nothing had happened.",
            new Edit(Frames, "var isSerious = lateness > _context.DeadTime || isReplaced;", "var isSerious = lateness > TimeSpan.MaxValue - _context.DeadTime;")),
        new("failed-stop-is-a-stop", "S", "A stop that failed counts as done.",
            new Edit(Results, "if (result.Outcome == OperationOutcome.Succeeded)\n        {\n            slot.State = ResourceState.Stopped;", "if (result.Outcome >= OperationOutcome.Unknown)\n        {\n            slot.State = ResourceState.Stopped;"),
            new Edit(Results, "slot.StopUnconfirmed = Releasing != ReleaseReason.None;", "slot.StopUnconfirmed = false;")),
        new("left-too-early", "V", "Left is said before everything is stopped.",
            new Edit(Leave, "if (!isLost && (group.ShownHold != HoldState.NotHeld || group.IsPending || !group.IsSeen))", "if (!isLost && group.IsPending)")) { Scope = "hunt-leave" },
        new("superseded-goes-on", "N", "A node goes on although a later start of it is known to the peer.",
            new Edit(Peer, "if (IsSuperseded(frame))", "if (IsSuperseded(frame) && frame.Incarnation == 0)")),
        new("duplicates-admitted", "N", "Two programs send in one node's name and both are believed in turn.",
            new Edit(Peer, "if (!IsDuplicate && EchoesMe(frame)", "if (!IsDuplicate && frame.Incarnation == 0 && EchoesMe(frame)")),
        new("stale-token", "O", "The operator's word counts although the peer was heard after he looked.",
            new Edit(Commands, "if (command.Token != ConfirmDownToken)", "if (command.Token is null)")) { Scope = "hunt-operator" },
        new("confirm-in-session", "O", "The operator may declare a peer dead that is in session.",
            new Edit(Commands, "return (false, $\"{_configuration.Peer} is in session: it lives\");", ""),
            new Edit(Commands, "if (command.Token != ConfirmDownToken)", "if (command.Token is null)")),
        new("standby-seizes", "W", "A node on standby takes groups over.",
            new Edit(Ownership, "if (!now.PeerConfirmedDown || now.IsStandby || !CanRunHere || !IsCurrent)", "if (!now.PeerConfirmedDown || !CanRunHere || !IsCurrent)")),
        new("verdicts-in-maintenance", "W", "Someone works on the peer, and this node fences it.",
            new Edit(Machine, "!IsLeaving && !IsMaintenance && !_isSuperseded", "!IsLeaving && !_isSuperseded")),
    ];
}
