using HaCore.Wire;

namespace HaCore.Engine;

/// <summary>Who may run the group: rules T, R1 to R6, P, C and L of the ownership page.</summary>
internal sealed partial class GroupMachine
{
    private long _handOverProof;   // version of the write that proves the disk takes the new term (R2); 0 = none asked
    private bool _handOver;
    private bool _deafWinner;
    private bool _divergenceCleared;
    private bool _everTaken;
    private bool _peerWasUnknown;
    private bool _takenFromHolder; // taken under a verdict about a peer that held it when it was last heard, or could have taken it since

    /// <summary>Tells the peer that an operator cleared the divergence, until it says so too.</summary>
    public bool TellsDivergenceCleared => _divergenceCleared;

    /// <summary>The peer may hold it, as far as this node knows.</summary>
    public bool PeerMayHold => !IsHeld && !_peer.IsConfirmedDown && PeerGroup.Hold != HoldState.NotHeld;

    /// <summary>This node would take it if the peer were confirmed down.</summary>
    public bool WouldTakeOver => Hold == HoldState.NotHeld && IsSeen && CanRunHere && IsCurrent && (LocalOwns || !Record.Current.Diverged);

    /// <summary>Found active at start, waiting to be adopted: a verdict would let it be (rule P).</summary>
    public bool WaitsForAdoption => IsHeld && IsResidue && Releasing == ReleaseReason.None;

    /// <summary>Rule R6: may this copy be the newest?</summary>
    public bool IsCurrent =>
        !Configuration.ReplicatedData || Record.Current.Sole || OperatorAcceptsDataLoss
        || (_peer.HadSession && Record.Current.OutdatedEpoch == 0 && !PeerGroup.Has(FrameGroupFlags.PeerOutdated)) || Configuration.ColdStart == ColdStartPolicy.TakeOver;

    /// <summary>One accepted frame said this of the group (rules R2, R4, R6, C, L).</summary>
    public void Merge(bool localLate)
    {
        var peer = PeerGroup;
        if (!peer.IsKnown)
        {
            return;
        }

        MergeOperatorMarks(peer);
        MergeOutdated(peer);
        if (!IsProbed)
        {
            return;
        }

        if (Hold == HoldState.NotHeld)
        {
            if (peer.Term > Record.Current.Term)
            {
                SetTerm(peer.Term, "adopted from the peer");
            }

            return;
        }

        if (peer.Hold == HoldState.NotHeld)
        {
            MergeWhileHolding(peer);
        }
        else if (!((localLate || IsResidue) && peer.Hold == HoldState.Unknown) && (IsResidue || _peer.NewestEcho > HoldSequence))
        {
            ResolveConflict(peer, localLate);
        }
    }

    /// <summary>R1: takes the hold if that is allowed at this very step.</summary>
    public void Advance(in OwnershipConditions now)
    {
        _deafWinner &= IsHeld;
        OperatorAcceptsDataLoss &= _peer.IsConfirmedDown; // consent to lose data ends with the verdict that it was given for
        if (_deafWinner && _context.Now - _peer.LastEchoed > _context.DeadTime)
        {
            _deafWinner = false;
            MarkConflictLost();
            Release(ReleaseReason.Conflict, "the peer also holds it, should stop and does not hear this node (deaf): stopping here instead");
        }

        if (now.IsMaintenance || !IsProbed || IsUnclean || (IsLooking && !IsHeld))
        {
            return;
        }

        ClearDivergenceOfLoser(now);
        if (WaitsForAdoption)
        {
            AdvanceResidue(now);
        }
        else if (Hold == HoldState.NotHeld && now.MayTake && !IsPending && !_store.IsFailing)
        {
            AdvanceNotHeld(now);
        }
    }

    /// <summary>R2: everything is confirmed stopped; say so, and give the term away if the peer can still take it.</summary>
    private void Released()
    {
        var reason = Releasing;
        Releasing = ReleaseReason.None;
        IsResidue = false;
        SetHold(HoldState.NotHeld);
        foreach (var slot in _slots)
        {
            slot.IsLooked = true; // confirmed stopped, one by one
        }

        Record.Current = Record.Current with { HoldBootId = null };
        var give = _handOver && LocalOwns && IsPeerEligible;
        if (give)
        {
            Record.Current = Record.Current with { Term = Terms.Next(Record.Current.Term, !_context.Configuration.LocalIsFirst) };
        }

        _handOver = false;
        _moveNow = false;
        _store.Touch(Record);
        _context.Notice(NoticeKind.HoldReleased, NoticeLevel.Information, Name,
            give ? $"stopped here ({reason}); handed to {_context.Configuration.Peer}, term {Record.Current.Term}" : $"stopped here ({reason})");
    }

    private void Release(ReleaseReason reason, string why, bool handOver = false)
    {
        if (!IsHeld)
        {
            return;
        }

        if (Releasing != ReleaseReason.None)
        {
            // Already on its way down: the reason can only get graver, and a grave one never hands over.
            _context.SnapshotStale |= reason > Releasing;
            Releasing = reason > Releasing ? reason : Releasing;
            _handOver &= Releasing < ReleaseReason.HeldByPeer;
            return;
        }

        Releasing = reason;
        _handOver = handOver;
        _handOverProof = 0;
        foreach (var slot in _slots)
        {
            slot.StopUnconfirmed |= slot.IsStopUnseen && slot.State == ResourceState.Stopped; // stopped by a restart in place that ends here
        }

        _context.Changed();
        _context.Notice(handOver ? NoticeKind.HandOver : NoticeKind.StepDown,
            reason is ReleaseReason.HandOver or ReleaseReason.Leave or ReleaseReason.Standby or ReleaseReason.Residue ? NoticeLevel.Information : NoticeLevel.Warning, Name, why);
    }

    public void StepDown(ReleaseReason reason, string why) => Release(reason, why);

    /// <summary>The disk refused the hold mark before anything was started: the hold never began.</summary>
    public void OnPersistFailed()
    {
        if (IsHeld && !IsResidue && Record.Durable.HoldBootId != _context.BootId && Array.TrueForAll(_slots, static s => s.State == ResourceState.Stopped && !s.IsBusy))
        {
            Releasing = ReleaseReason.None;
            SetHold(HoldState.NotHeld);
            Record.Current = Record.Current with { HoldBootId = null };
            _store.Touch(Record);
        }
    }

    /// <summary>Rule L: the peer did not take it meanwhile; say again where it is.</summary>
    public void AnnounceAgain()
    {
        if (!IsHeld || Releasing != ReleaseReason.None)
        {
            return;
        }

        foreach (var slot in _slots)
        {
            slot.StartAgain = slot.State == ResourceState.Running || !slot.IsLooked; // if the look finds it running
        }

        Reason = OperationReason.Recovery;
        _context.Changed();
    }

    /// <summary>Both nodes say that their own copy is outdated, so neither may take the group and neither is down: an operator must choose (rule R6).</summary>
    public bool AreBothCopiesOutdated =>
        Hold == HoldState.NotHeld && Record.Current.OutdatedEpoch != 0 && PeerGroup.Hold == HoldState.NotHeld && PeerGroup.Has(FrameGroupFlags.Outdated);

    /// <summary>The operator chooses this node's copy of two that are both outdated.</summary>
    public void KeepThisCopy()
    {
        Record.Current = Record.Current with { OutdatedEpoch = 0 };
        _store.Touch(Record);
        _context.Changed();
    }

    /// <summary>The operator takes what is here, old or not (rule R6).</summary>
    public void AcceptDataLoss()
    {
        OperatorAcceptsDataLoss = true;
        _context.Changed();
    }

    /// <summary>After a pause: the peer may have taken it meanwhile, and has not said yet (rule L).</summary>
    public bool IsPeerInDoubt => IsHeld && PeerGroup.IsKnown && PeerGroup.Hold == HoldState.Unknown && !_peerWasUnknown;

    /// <summary>What was Unknown on the peer before the pause is not made doubtful by it: a node that has not looked cannot have taken.</summary>
    public void RememberDoubt(bool isAlreadyLate) => _peerWasUnknown = (!isAlreadyLate || _peerWasUnknown) && PeerGroup.IsKnown && PeerGroup.Hold == HoldState.Unknown;

    public bool ClearDivergence(long term, string why)
    {
        if (!Record.Current.Diverged || term != Record.Durable.Term)
        {
            return false;
        }

        Record.Current = Record.Current with { Diverged = false, ConflictLost = false };
        _store.Touch(Record);
        _divergenceCleared = true;
        _conditions.End(NoticeKind.Diverged, _index, why);
        _context.Changed();
        return true;
    }

    private void AdvanceResidue(in OwnershipConditions now)
    {
        var peer = PeerGroup;
        if (now.HasSession)
        {
            if (!IsPending && LocalOwns && peer.Hold == HoldState.NotHeld && peer.Term == Record.Current.Term)
            {
                Take(OperationReason.Recovery, "found active here, owned, and free on the peer: adopted without a restart", NoticeKind.Adopted);
            }
            else if (peer.Hold == HoldState.Held || (peer.Hold == HoldState.NotHeld && !LocalOwns && !IsPending))
            {
                Release(ReleaseReason.Residue, "found active here although it is not this node's: stopping it");
            }
        }
        else if (now.PeerConfirmedDown && !now.IsStandby && !IsPending)
        {
            if (LocalOwns)
            {
                Take(OperationReason.Recovery, "found active here, owned, peer confirmed down: adopted without a restart", NoticeKind.Adopted);
            }
            else
            {
                Release(ReleaseReason.Residue, "found active here although the peer owned it: stopping it before it is taken over");
            }
        }
    }

    private void AdvanceNotHeld(in OwnershipConditions now)
    {
        if (now.HasSession)
        {
            AdvanceFreeInSession(now);
            return;
        }

        if (!now.PeerConfirmedDown || now.IsStandby || !CanRunHere || !IsCurrent)
        {
            return;
        }

        if (LocalOwns && PeerGroup.Term <= Record.Current.Term)
        {
            Take(OperationReason.Takeover, $"owned (term {Record.Current.Term}) and the peer is confirmed down ({_peer.Verdict})");
        }
        else if (!Record.Current.Diverged || _peer.Verdict == VerdictKind.Operator)
        {
            _takenFromHolder |= !LocalOwns; // the owner of a term may have taken the hold since it was last heard
            var highest = Math.Max(Record.Current.Term, PeerGroup.Term);
            SetTerm(Terms.Next(highest, _context.Configuration.LocalIsFirst), $"seized: the peer is confirmed down ({_peer.Verdict})", NoticeKind.Seize);
        }
    }

    /// <summary>Both nodes are there and this one does not hold: the owner places (R2, R5).</summary>
    private void AdvanceFreeInSession(in OwnershipConditions now)
    {
        var peer = PeerGroup;
        if (!LocalOwns || peer.Hold != HoldState.NotHeld || peer.Term != Record.Current.Term)
        {
            return;
        }

        if (!DigestsAgree || Blocked is not null)
        {
            return; // M3: nothing is taken in a session with a different configuration; the condition board says so
        }

        if (IsPeerEligible && (IsBetterOnPeer || now.IsStandby || !CanRunHere))
        {
            SetTerm(Terms.Next(Record.Current.Term, !_context.Configuration.LocalIsFirst), $"placed on {_context.Configuration.Peer}", NoticeKind.HandOver);
        }
        else if (CanRunHere && !now.IsStandby && !MayStillBeBetterOnPeer)
        {
            var reason = Record.Current.Pinned == _context.Configuration.LocalNode.Value ? OperationReason.Move : Record.Current.Term <= 1 ? OperationReason.Bootstrap : PrefersLocal ? OperationReason.Failback : OperationReason.Move;
            Take(reason, $"owned (term {Record.Current.Term}) and free on the peer");
        }
    }

    private void Take(OperationReason reason, string why, NoticeKind kind = NoticeKind.HoldTaken)
    {
        Reason = reason;
        IsResidue = false;
        _takenFromHolder |= _peer.IsConfirmedDown && (PeerGroup.Hold == HoldState.Held || (Configuration.ReplicatedData && PeerGroup.Hold != HoldState.NotHeld));
        _everTaken = true;
        HoldSequence = _context.Sequence;
        SetHold(HoldState.Held);
        Record.Current = Record.Current with
        {
            HoldBootId = _context.BootId,
            ConflictLost = false,
            OutdatedEpoch = OperatorAcceptsDataLoss ? 0 : Record.Current.OutdatedEpoch, // from now on this copy is the newest; not before, the consent may end unused
        };
        _store.Touch(Record);
        _wasActive = false;
        _context.Notice(kind, NoticeLevel.Information, Name, why);
    }

    private void SetTerm(long term, string why, NoticeKind kind = NoticeKind.TermRaised)
    {
        if (term < Record.Current.Term)
        {
            throw new InvalidOperationException($"term of {Name} would fall from {Record.Current.Term} to {term}");
        }

        if (term > long.MaxValue - 4)
        {
            throw new InvalidOperationException($"terms of {Name} are used up");
        }

        Record.Current = Record.Current with { Term = term };
        _store.Touch(Record);
        _context.Changed();
        _context.Notice(kind, kind == NoticeKind.TermRaised ? NoticeLevel.Debug : NoticeLevel.Information, Name, $"{why}, term {term}");
    }

    private void MergeWhileHolding(PeerGroup peer)
    {
        if (peer.Term <= Record.Current.Term)
        {
            return;
        }

        if (Terms.IsOwnedBy(peer.Term, _context.Configuration.LocalIsFirst))
        {
            SetTerm(peer.Term, "a higher term of this node's own, heard from the peer");
        }
        else
        {
            SetTerm(Terms.Next(peer.Term, _context.Configuration.LocalIsFirst), "the peer raised its term while this node holds");
        }
    }
}

/// <summary>What holds for the whole node at this step.</summary>
internal readonly record struct OwnershipConditions
{
    /// <summary>Joined, not leaving, not late, no verdict being carried out.</summary>
    public required bool MayTake { get; init; }
    public required bool HasSession { get; init; }
    public required bool PeerConfirmedDown { get; init; }

    /// <summary>Standby by an operator or by flap damping.</summary>
    public required bool IsStandby { get; init; }
    public required bool IsMaintenance { get; init; }
}
