using HaCore.Wire;

namespace HaCore.Engine;

/// <summary>Two holders at once (rule C), marks that travel with the group, and outdated copies (rule R6).</summary>
internal sealed partial class GroupMachine
{
    /// <summary>Rule C: both hold. The loser is computed from both frames alone, so both nodes name the same one.</summary>
    private void ResolveConflict(PeerGroup peer, bool localLate)
    {
        var loses = LosesConflict(peer, localLate);
        var bothRan = peer.Hold == HoldState.Held && !IsResidue && !peer.Has(FrameGroupFlags.Residue);
        if (bothRan || (Configuration.ReplicatedData && (loses || peer.Hold == HoldState.Held)))
        {
            MarkDiverged("both nodes held it at the same time");
        }

        if (loses)
        {
            MarkConflictLost();
            Release(ReleaseReason.Conflict, $"the peer holds it with {(peer.Term > Record.Durable.Term ? "a higher term" : "the better claim")} (term {peer.Term}, here {Record.Durable.Term}): stopping at once");
        }
        else if (bothRan)
        {
            _deafWinner = _context.Configuration.StopWhenLoserIsDeaf;
            _conditions.Begin(NoticeKind.Conflict, _index, NoticeLevel.Critical, Name, "the peer holds it too; it must stop, this node goes on");
        }
    }

    private bool LosesConflict(PeerGroup peer, bool localLate)
    {
        if (localLate != _peer.View.IsLate)
        {
            return localLate;
        }

        return peer.Term != Record.Durable.Term
            ? peer.Term > Record.Durable.Term
            : !Terms.IsOwnedBy(Record.Durable.Term, _context.Configuration.LocalIsFirst);
    }

    private void MarkDiverged(string why)
    {
        if (Record.Current.Diverged || _divergenceCleared)
        {
            return;
        }

        Record.Current = Record.Current with { Diverged = true };
        _store.Touch(Record);
        _conditions.Begin(NoticeKind.Diverged, _index, NoticeLevel.Critical, Name,
            $"{why}: the data may differ. No failback and no automatic failover until an operator has looked at it and clears the mark, naming the term that the status shows");
    }

    /// <summary>
    /// The peer was taken for down and lives. What this node took from it meanwhile both have run, whatever the peer says of it now: it may have stopped it a moment
    /// before its frame could tell of the conflict.
    /// </summary>
    public void OnPeerAlive()
    {
        if (_takenFromHolder)
        {
            _takenFromHolder = false;
            MarkDiverged("the peer held it, was taken for down, and lives");
        }
    }

    /// <summary>The side that stopped is the proposed victim: its data is kept until an operator agrees, or the policy says so by name.</summary>
    private void MarkConflictLost()
    {
        if (Record.Current is { Diverged: true, ConflictLost: false })
        {
            Record.Current = Record.Current with { ConflictLost = true };
            _store.Touch(Record);
        }
    }

    /// <summary>
    /// <see cref="SplitBrainPolicy.DiscardLoser"/>: the node that kept the group clears the mark, once the other one says that it has stopped everything. Its
    /// frames carry the clearing until the other has it too. With replicated data only if the other says that it is the side that stopped, and not before both copies
    /// are the same again: until then the mark keeps the group from moving onto the losing copy.
    /// </summary>
    private void ClearDivergenceOfLoser(in OwnershipConditions now)
    {
        if (Configuration.SplitBrain == SplitBrainPolicy.DiscardLoser && Record.Current.Diverged && !IsPending && Record.Durable.Term == PeerGroup.Term
            && IsHeld && !IsResidue && Releasing == ReleaseReason.None && now.HasSession && DigestsAgree && PeerGroup.Hold == HoldState.NotHeld
            && (!Configuration.ReplicatedData || (PeerGroup.Has(FrameGroupFlags.ConflictLost) && Array.Exists(_slots, static s => s.Replica == ReplicaStatus.InSync))))
        {
            ClearDivergence(Record.Durable.Term, "the other side has stopped it and its writes are given up, as the split-brain policy says");
        }
    }

    private void MergeOperatorMarks(PeerGroup peer)
    {
        if (_conditions.IsActive(NoticeKind.Conflict, _index) && peer.Hold == HoldState.NotHeld)
        {
            _deafWinner = false;
            _conditions.End(NoticeKind.Conflict, _index, "the peer stopped it");
            AnnounceAgain(); // what this node announced while they were apart, the neighbours of the peer never heard
        }

        if (peer.Has(FrameGroupFlags.DivergenceCleared) && peer.Term == Record.Durable.Term)
        {
            ClearDivergence(peer.Term, "cleared on the peer");
            _divergenceCleared = false;
        }

        if (_divergenceCleared && !peer.Has(FrameGroupFlags.Diverged))
        {
            _divergenceCleared = false;
        }
        else if (peer.Has(FrameGroupFlags.Diverged))
        {
            MarkDiverged("the peer says that both nodes held it at the same time");
        }

        var peerOwns = Terms.IsOwnedBy(peer.Term, !_context.Configuration.LocalIsFirst);
        if (peer.Hold != HoldState.Unknown && (peer.Term > Record.Current.Term || (peerOwns && peer.Term == Record.Current.Term)))
        {
            var pinned = PinnedName(peer.Pinned);
            if (Record.Current.Pinned != pinned)
            {
                Record.Current = Record.Current with { Pinned = pinned };
                _store.Touch(Record);
            }
        }
    }

    private void MergeOutdated(PeerGroup peer)
    {
        if (peer.Has(FrameGroupFlags.PeerOutdated) && !IsHeld && Record.Current.OutdatedEpoch != peer.OutdatedEpoch)
        {
            Record.Current = Record.Current with { OutdatedEpoch = peer.OutdatedEpoch };
            _store.Touch(Record);
        }
        else if (Record.Current.OutdatedEpoch != 0 && peer.Hold == HoldState.Held && !peer.Has(FrameGroupFlags.PeerOutdated))
        {
            Record.Current = Record.Current with { OutdatedEpoch = 0 };
            _store.Touch(Record);
        }

        if (Record.Current.Sole && !IsWritingAlone && !peer.Has(FrameGroupFlags.Outdated))
        {
            Record.Current = Record.Current with { Sole = false };
            _store.Touch(Record);
        }
    }

    /// <summary>Some resource of a held group writes without its replica (rule R6).</summary>
    public bool IsWritingAlone
    {
        get
        {
            var alone = Record.Current.Sole;
            foreach (var slot in _slots)
            {
                if (slot.Replica == ReplicaStatus.PeerOutdated && IsHeld)
                {
                    return true;
                }

                alone &= slot.Replica != ReplicaStatus.InSync;
            }

            return alone;
        }
    }

    private void AdvanceReplica()
    {
        if (IsHeld && !Record.Current.Sole && IsWritingAlone)
        {
            Record.Current = Record.Current with { Sole = true, PeerOutdatedEpoch = Record.Current.PeerOutdatedEpoch + 1 };
            _store.Touch(Record);
        }
    }
}
