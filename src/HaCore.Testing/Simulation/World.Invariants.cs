using HaCore.Engine;
using HaCore.Wire;

namespace HaCore.Testing.Simulation;

/// <content>What must hold after every step, whatever the story.</content>
internal sealed partial class World
{
    private void CheckInvariants()
    {
        foreach (var node in _nodes)
        {
            if (node.Process is { } process && !ReferenceEquals(process.LastSnapshot, process.Machine.Snapshot))
            {
                JudgeChanges(process);
            }
        }

        CheckHolders();
    }

    /// <summary>Nobody holds more after a step that decided nothing and changed nothing that is shown, so most steps are not looked at.</summary>
    private void AfterStep(SimProcess process, bool acted)
    {
        if (!ReferenceEquals(process.LastSnapshot, process.Machine.Snapshot))
        {
            JudgeChanges(process);
            CheckHolders();
        }
        else if (acted)
        {
            CheckHolders();
        }

        Observe?.Invoke(this);
    }

    private void CheckHolders()
    {
        for (var group = 0; group < _nodes[0].Configuration.Groups.Count; group++)
        {
            CheckOneHolder(group);
        }
    }

    private void CheckOneHolder(int group)
    {
        for (var i = 0; i < _nodes.Count; i++)
        {
            for (var j = i + 1; j < _nodes.Count; j++)
            {
                var (one, other) = (_nodes[i], _nodes[j]);
                if (one.Holds(group) && other.Holds(group))
                {
                    if (!_settings.TwoHoldersAllowed)
                    {
                        throw Failed(Invariant.OneHolder, $"TWO HOLDERS of group {group}: {one.Key} and {other.Key}");
                    }

                    Overlaps |= 1u << group;
                }
            }
        }
    }

    /// <summary>Rules R1 and P: nothing is started before the hold mark and the own term are on disk.</summary>
    private void CheckStart(SimProcess process, Decision.Operate operate)
    {
        var node = process.Node;
        var name = node.Configuration.Groups[operate.Group].Name.Value;
        var durable = node.Disk.Group(name);
        if (node.SaysHold(operate.Group) != HoldState.Held)
        {
            throw Failed(Invariant.StartNeedsRecord, $"{node.Key}: starts {name} and says {node.SaysHold(operate.Group)}");
        }

        if (durable?.HoldBootId != node.BootId)
        {
            throw Failed(Invariant.StartNeedsRecord, $"{node.Key}: starts {name} before its hold mark is on disk");
        }

        if (durable.Term != operate.Term || !Owns(node, durable.Term))
        {
            throw Failed(Invariant.StartNeedsRecord, $"{node.Key}: starts {name} in term {operate.Term}; on disk is {durable.Term}");
        }
    }

    /// <summary>Rules M5, R1, T, P: a frame tells persisted terms, its own incarnation, and never a false NotHeld.</summary>
    private void CheckFrame(SimProcess process, Frame frame)
    {
        var node = process.Node;
        var isNext = frame.Sequence > process.LastSent.Sequence
            || (frame.Sequence == process.LastSent.Sequence && frame.Incarnation == process.LastSent.Incarnation && process.Decisions.Count > 1);
        if (process.LastSent.Incarnation == frame.Incarnation && !isNext)
        {
            throw Failed(Invariant.OnlyGrows, $"{node.Key}: sequence {frame.Sequence} after {process.LastSent.Sequence}");
        }

        var known = process.Acknowledged;
        if (frame.Incarnation != known.Incarnation)
        {
            throw Failed(Invariant.FramesTellTheTruth, $"{node.Key}: sends incarnation {frame.Incarnation}; on disk is {known.Incarnation}");
        }

        if (frame.SelfFencingTime != 0 && known.ArmedBootId != node.BootId)
        {
            throw Failed(Invariant.FramesTellTheTruth, $"{node.Key}: promises a reset, and a program that starts after it could not know");
        }

        for (var group = 0; group < frame.GroupCount; group++)
        {
            CheckFrame(node, known, group, frame.Groups[group]);
        }
    }

    private void CheckFrame(SimNode node, PersistentState known, int group, FrameGroup said)
    {
        var configured = node.Configuration.Groups[group];
        if (configured.Hash != said.Hash)
        {
            throw Failed(Invariant.FramesTellTheTruth, $"{node.Key}: says something of a group that is not configured");
        }

        var name = configured.Name.Value;
        long term = 0;
        foreach (var record in known.Groups)
        {
            term = record.Name == name ? record.Term : term;
        }

        if (said.Term != term)
        {
            throw Failed(Invariant.FramesTellTheTruth, $"{node.Key}: says term {said.Term} of {name}; on disk is {term}");
        }

        if (said.Hold == HoldState.NotHeld && node.AnyActive(group) && !_settings.FalseNotHeldAllowed)
        {
            throw Failed(Invariant.FramesTellTheTruth, $"{node.Key}: says NotHeld of {name}, and something of it is active there");
        }
    }

    private void CheckOnlyGrows(SimNode node, PersistentState? before, PersistentState after)
    {
        if (before is null)
        {
            return;
        }

        if (after.Incarnation < before.Incarnation || after.PeerIncarnation < before.PeerIncarnation)
        {
            throw Failed(Invariant.OnlyGrows, $"{node.Key}: an incarnation went down");
        }

        foreach (var group in before.Groups)
        {
            PersistentGroup? now = null;
            foreach (var candidate in after.Groups)
            {
                now = candidate.Name == group.Name ? candidate : now;
            }

            if (now is null)
            {
                throw Failed(Invariant.PersistedHolds, $"{node.Key}: forgot group {group.Name}");
            }

            if (now.Term < group.Term)
            {
                throw Failed(Invariant.OnlyGrows, $"{node.Key}: the term of {group.Name} went down from {group.Term} to {now.Term}");
            }
        }
    }

    /// <summary>Rule T: "a" comes first and owns the even terms.</summary>
    private static bool Owns(SimNode node, long term) => term % 2 == (node.Name == "a" ? 0 : 1);

    private void JudgeChanges(SimProcess process)
    {
        var (before, now) = (process.LastSnapshot, process.Machine.Snapshot);
        process.LastSnapshot = now;
        JudgeProof(process, before, now);
        if (Trace.IsOff)
        {
            return;
        }

        if (before?.HasSession != now.HasSession)
        {
            Trace.Add(Now, process.Node.Key, now.HasSession ? "= in a session" : "= without a session");
        }

        for (var i = 0; i < now.Groups.Count; i++)
        {
            var (was, group) = (before?.Groups[i], now.Groups[i]);
            if (was?.LocalHold != group.LocalHold || was.Activity != group.Activity || was.Why != group.Why)
            {
                Trace.Add(Now, process.Node.Key, $"= {group.Group} {group.LocalHold} {group.Activity} peer {group.PeerHold} term {group.Term}: {group.Why}");
            }
        }
    }
}
