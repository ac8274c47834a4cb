namespace HaCore.Engine;

/// <summary>Where the group should be, and whether the peer can have it (R2, R5, M3, W).</summary>
internal sealed partial class GroupMachine
{
    private Instant _peerReadySince = Instant.Never;
    private bool _moveNow;
    private byte _wantedRequest;
    private byte _wantedTarget;
    private byte _wantedAnswer;

    /// <summary>The non-owner's open wish: number and target; number 0 = none.</summary>
    public (byte Request, byte Target) Wanted => (_wantedRequest, _wantedTarget);

    /// <summary>The owner's answer to the peer's last wish.</summary>
    public byte WantedAnswer => _wantedAnswer;

    /// <summary>An operator's placement, else the configured one; null = no wish.</summary>
    public string? PreferredName => Record.Current.Pinned ?? Configuration.PreferredNode?.Value;

    public bool PrefersPeer => PreferredName == _context.Configuration.Peer.Value;

    public bool PrefersLocal => PreferredName == _context.Configuration.LocalNode.Value;

    public bool DigestsAgree =>
        _peer.View.ClusterDigest == _context.Configuration.ClusterDigest && PeerGroup.IsKnown && PeerGroup.Digest == Configuration.Digest;

    /// <summary>R2: may it be handed to the peer now?</summary>
    public bool IsPeerEligible =>
        Blocked is null && !_peer.IsDampable && _peer.HasSession && DigestsAgree && _peer.View.State == MemberState.Online && !_peer.View.IsLate
        && PeerGroup.Hold == HoldState.NotHeld && PeerGroup.Readiness >= Readiness.Usable
        && PeerGroup.FailCount <= Configuration.RestartLimit && (!Record.Current.Diverged || _moveNow);

    private bool IsBetterOnPeer =>
        PeerGroup.Readiness > Readiness ? PeerGroup.Readiness >= Readiness.Usable && (PrefersPeer || Readiness < Readiness.Usable || Configuration.ReplicatedData)
        : PrefersPeer && PeerGroup.Readiness == Readiness;

    /// <summary>At the first start of both the preferred peer may need a moment longer; it is not waited for beyond the initial dead time.</summary>
    private bool MayStillBeBetterOnPeer =>
        PrefersPeer && _peer.View.State == MemberState.Joining && _context.Now < _context.Started + _context.Configuration.Times.InitialDeadTime;

    /// <summary>The peer's accepted frame carries a wish or the answer to mine.</summary>
    public void MergeWanted()
    {
        var peer = PeerGroup;
        if (_wantedRequest != 0 && peer.WantedAnswer == _wantedRequest)
        {
            _wantedRequest = 0;
        }

        if (LocalOwns && peer.WantedRequest != 0 && peer.WantedRequest != _wantedAnswer)
        {
            _wantedAnswer = peer.WantedRequest;
            _context.Notice(NoticeKind.OperatorCommand, NoticeLevel.Information, Name, $"the peer's operator asked for {PinnedName(peer.WantedTarget) ?? "its configured placement"}");
            Pin(PinnedName(peer.WantedTarget) is { } name ? new NodeId(name) : null);
        }
    }

    /// <summary>A new incarnation of the peer begins its numbers anew.</summary>
    public void OnPeerHello()
    {
        _wantedAnswer = 0;
        _peerWasUnknown = false;
        _takenFromHolder = false;
    }

    /// <summary>The non-owner asks the owner (R2).</summary>
    public void Want(NodeId? target, byte request)
    {
        _wantedRequest = request;
        _wantedTarget = PinnedNumber(target?.Value);
        _context.Changed();
    }

    /// <summary>A held group that should be elsewhere starts on its way there.</summary>
    public void Place(bool isStandby, bool standbyIsForced, bool isMaintenance)
    {
        TrackPeerReadiness();
        if (!IsHeld || IsResidue || Releasing != ReleaseReason.None || isMaintenance || IsUnclean || _store.IsFailing)
        {
            return;
        }

        if (isStandby)
        {
            if (IsPeerEligible)
            {
                Release(ReleaseReason.Standby, $"this node is on standby: handing over to {_context.Configuration.Peer}", handOver: true);
            }
            else if (standbyIsForced)
            {
                Release(ReleaseReason.Standby, "this node is on standby, by force: stopping although the peer cannot take it");
            }
        }
        else if (PrefersPeer && _moveNow && IsPeerEligible)
        {
            Release(ReleaseReason.HandOver, $"an operator moves it to {_context.Configuration.Peer}", handOver: true);
        }
        else if (IsFailbackDue())
        {
            Release(ReleaseReason.HandOver, $"its preferred node {_context.Configuration.Peer} is ready: failback", handOver: true);
        }
    }

    /// <summary>V: this node leaves; the peer gets what it may have.</summary>
    public void LeaveGroup()
    {
        if (IsHeld)
        {
            Release(ReleaseReason.Leave, "this node leaves", handOver: IsPeerEligible);
        }
        else if (LocalOwns && !IsPending && Hold == HoldState.NotHeld && IsPeerEligible && PeerGroup.Term == Record.Current.Term && !_store.IsFailing)
        {
            SetTerm(Terms.Next(Record.Current.Term, !_context.Configuration.LocalIsFirst), "this node leaves: given to the peer", NoticeKind.HandOver);
        }
    }

    public byte PinnedNumber(string? node) =>
        node is null ? (byte)0 : node == _context.Configuration.LocalNode.Value == _context.Configuration.LocalIsFirst ? (byte)1 : (byte)2;

    private string? PinnedName(byte number) =>
        number is not (1 or 2) ? null
        : (number == 1) == _context.Configuration.LocalIsFirst ? _context.Configuration.LocalNode.Value : _context.Configuration.Peer.Value;

    private void TrackPeerReadiness()
    {
        var isReady = IsPeerEligible && PeerGroup.Readiness == Readiness.Ready;
        _peerReadySince = !isReady ? Instant.Never : _peerReadySince == Instant.Never ? _context.Now : _peerReadySince;
    }

    private bool IsFailbackDue()
    {
        if (!PrefersPeer || _peerReadySince == Instant.Never || Record.Current.Diverged || PeerGroup.Has(Wire.FrameGroupFlags.Diverged) || Activity != GroupActivity.Active)
        {
            return false;
        }

        var delay = Configuration.Failback switch
        {
            FailbackPolicy.Never => TimeSpan.MaxValue,
            FailbackPolicy.WhenReady => TimeSpan.Zero,
            FailbackPolicy.AfterDelay => Configuration.FailbackDelay,
        };
        if (delay == TimeSpan.MaxValue)
        {
            return false;
        }

        var due = _peerReadySince + delay;
        _context.Due(due);
        return _context.Now >= due;
    }
}
