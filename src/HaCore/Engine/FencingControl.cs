namespace HaCore.Engine;

/// <summary>
/// Verdicts about the peer: asks the policy, orders fences one at a time (rule F), accepts confirmations, and says while one is being carried
/// out (rule H).
/// </summary>
internal sealed class FencingControl(EngineContext context, DurableStore store, PeerTracker peer, ConditionBoard conditions)
{
    private const int BackoffDoublingsMax = 5; // 32 dead times at most between two orders: a device that fails all night is not hammered

    private readonly FencingContext _question = new();
    private long _lastAttempt;
    private long _inFlight;
    private uint _targetIncarnation;
    private int _failedAttempts;
    private Instant _nextOrder;
    private Instant _delayedUntil = Instant.Never;
    private Instant _networkBack;  // from here on the peer had one dead time to be heard over a network that was dead

    public bool IsInFlight => _inFlight != 0;

    /// <summary>When an unverifiable frame that claims to be the peer's came last.</summary>
    public Instant UnverifiedAt { get; set; } = new(-1);

    /// <summary>What the ping targets last said about this node's own network.</summary>
    public NetworkReach Network { get; private set; }

    /// <summary>Ask the policy, if a verdict is wanted. Returns what it wants done about this node's own groups.</summary>
    public FencingAction Advance(in VerdictNeed need)
    {
        if (!need.IsWanted)
        {
            _delayedUntil = Instant.Never;
            if (peer.HasSession)
            {
                _failedAttempts = 0;
                _nextOrder = Instant.Min(_nextOrder, context.Now + context.DeadTime); // the back-off of one incident does not hold up the next
            }

            conditions.End(NoticeKind.TakeoverBlocked, 0);
            conditions.End(NoticeKind.SelfFenced, 0, "the peer is heard again, or no verdict about it is wanted");
            conditions.End(NoticeKind.FencingFails, 0, "the peer is heard again, confirmed down, or nothing is to be taken over");
            return FencingAction.Wait;
        }

        var notBefore = Instant.Max(need.NotBefore, _networkBack);
        if (IsInFlight || context.Now < notBefore)
        {
            context.Due(notBefore);
            return FencingAction.Wait;
        }

        if (ResetIsCertainAt is { } certain)
        {
            context.Due(certain);
        }

        var decision = Ask(need);
        if (!need.Takes && decision.Action is FencingAction.Wait or FencingAction.ProceedUnfenced || (need.PeerUnclean && decision.Action != FencingAction.Fence))
        {
            return FencingAction.Wait; // a holder wants nothing that the peer may have; and a peer in session is never assumed down (rule S)
        }

        switch (decision.Action)
        {
            case FencingAction.Wait:
                conditions.Begin(NoticeKind.TakeoverBlocked, 0, NoticeLevel.Error, context.Configuration.Peer.Value, decision.Reason ?? "the fencing policy says wait");
                break;
            case FencingAction.StepDown:
                break;
            case FencingAction.AwaitSelfFencing:
                AwaitReset(decision, need.Takes);
                break;
            case FencingAction.ProceedUnfenced:
                conditions.End(NoticeKind.TakeoverBlocked, 0);
                Accept(VerdictKind.Unfenced, NoticeLevel.Warning, decision.Reason ?? "the fencing policy proceeds unfenced");
                break;
            case FencingAction.Fence:
                Order(decision);
                break;
            default:
                throw new InvalidOperationException($"fencing policy answered {decision.Action}");
        }

        return decision.Action;
    }

    public void OnCompleted(ClusterEvent.FenceCompleted completed)
    {
        if (completed.Attempt != _inFlight)
        {
            return; // F: only the result of the attempt in flight counts
        }

        _inFlight = 0;
        context.Changed();
        var level = completed.Result.Outcome == FenceOutcome.Confirmed ? NoticeLevel.Information : NoticeLevel.Error;
        context.Notice(NoticeKind.FenceResult, level, context.Configuration.Peer.Value, $"fencing {completed.Result.Outcome}: {completed.Result.Detail}");
        if (completed.Result.Outcome == FenceOutcome.Confirmed && _targetIncarnation == store.PeerIncarnation)
        {
            Accept(VerdictKind.Fenced, NoticeLevel.Information, completed.Result.Detail ?? "fenced");
            return;
        }

        _failedAttempts++;
        _nextOrder = context.Now + (context.DeadTime * (1 << Math.Min(_failedAttempts - 1, BackoffDoublingsMax)));
        conditions.Begin(NoticeKind.FencingFails, 0, NoticeLevel.Error, context.Configuration.Peer.Value,
            $"could not be cut off ({_failedAttempts} in a row; {completed.Result.Detail ?? "no detail"}): it is tried again and again; make sure that the node is off, then confirm it down");
    }

    /// <summary>
    /// When the peer has certainly reset itself, if it goes on being silent (rule F); null = it is not known to be armed. It measures its own right from the newest
    /// frame of its own that was echoed, which cannot be newer than the newest one that was heard.
    /// </summary>
    private Instant? ResetIsCertainAt => peer.SelfFencingTime is { } time ? peer.LastAuthentic + time : null;

    public void OnNetworkChanged(ClusterEvent.NetworkChanged network)
    {
        if (Network == NetworkReach.Unreachable && network.Reach != NetworkReach.Unreachable)
        {
            _networkBack = context.Now + context.DeadTime;
        }

        Network = network.Reach;
        context.Changed();
        if (network.Reach == NetworkReach.Unreachable)
        {
            conditions.Begin(NoticeKind.NetworkDead, 0, NoticeLevel.Error, context.Configuration.LocalNode.Value,
                $"this node's own network is dead: {network.Detail ?? "too few ping targets answer"}. It takes nothing over on its own judgement");
        }
        else
        {
            conditions.End(NoticeKind.NetworkDead, 0, "the ping targets answer again");
        }
    }

    public void Accept(VerdictKind kind, NoticeLevel level, string why)
    {
        peer.Confirm(kind);
        context.Notice(NoticeKind.PeerConfirmedDown, level, context.Configuration.Peer.Value, $"confirmed down ({kind}): {why}");
    }

    private FencingDecision Ask(in VerdictNeed need)
    {
        _question.LocalNode = context.Configuration.LocalNode;
        _question.Peer = context.Configuration.Peer;
        _question.SilentFor = context.Now - peer.SilentSince;
        _question.DeadTime = context.DeadTime;
        _question.HadSession = peer.HadSession;
        _question.Contact = peer.Contact(UnverifiedAt);
        _question.PeerUnclean = need.PeerUnclean;
        _question.LocalHolds = need.LocalHolds;
        _question.PeerMayHold = need.PeerMayHold;
        _question.LocalLate = need.LocalLate;
        _question.FencingDeviceCount = context.Configuration.FencingDeviceCount;
        _question.FailedAttempts = _failedAttempts;
        _question.PeerSelfFences = peer.SelfFencingTime is not null;
        _question.PeerResetCertain = ResetIsCertainAt is { } certain && context.Now >= certain;
        _question.Jitter = (EngineContext.Scramble(context.Nonce + (uint)peer.Sessions) >> 11) * (1.0 / (1UL << 53));
        _question.LocalSelfFences = context.Configuration.SelfFencing is not null;
        _question.Network = Network;
        try
        {
            return context.Configuration.FencingPolicy.Decide(_question);
        }
#pragma warning disable CA1031 // A policy is user code: whatever it throws means Wait, said loudly
        catch (Exception exception)
#pragma warning restore CA1031
        {
            return FencingDecision.Wait($"the fencing policy threw {exception.GetType().Name}: {exception.Message}");
        }
    }

    /// <summary>A holder that wants nothing gets the verdict, too: it keeps its right by it. It only waits without a word.</summary>
    private void AwaitReset(in FencingDecision decision, bool takes)
    {
        var node = context.Configuration.Peer.Value;
        if (ResetIsCertainAt is not { } certain)
        {
            conditions.End(NoticeKind.SelfFenced, 0, "the peer does not say any more that it resets itself");
            if (!takes)
            {
                return;
            }

            conditions.Begin(NoticeKind.TakeoverBlocked, 0, NoticeLevel.Error, node,
                "its last frames do not say that it resets itself (self-fencing is not armed there): start it, or confirm that it is down");
            return;
        }

        if (context.Now < certain)
        {
            conditions.End(NoticeKind.TakeoverBlocked, 0);
            if (!takes || conditions.IsActive(NoticeKind.SelfFenced))
            {
                return; // the text is not made again at every step
            }

            conditions.Begin(NoticeKind.SelfFenced, 0, NoticeLevel.Warning, node,
                $"is silent: its own self-fencing has certainly reset it {peer.SelfFencingTime!.Value.TotalSeconds:0.##} s after the last frame heard");
            return;
        }

        conditions.End(NoticeKind.SelfFenced, 0, "the time is over");
        conditions.End(NoticeKind.TakeoverBlocked, 0);
        Accept(VerdictKind.SelfFenced, NoticeLevel.Warning, decision.Reason ?? "its self-fencing has certainly reset it");
    }

    private void Order(in FencingDecision decision)
    {
        var node = context.Configuration.Peer.Value;
        if (context.Configuration.FencingDeviceCount == 0)
        {
            conditions.Begin(NoticeKind.TakeoverBlocked, 0, NoticeLevel.Error, node, "the fencing policy wants it fenced and no fencing device is configured");
            return;
        }

        if (!peer.HadSession && !context.Configuration.FenceAtStart)
        {
            conditions.Begin(NoticeKind.TakeoverBlocked, 0, NoticeLevel.Error, node,
                "never met since this node started, so it is not fenced (FenceAtStart is off): start it, or confirm that it is down");
            return;
        }

        if (_delayedUntil == Instant.Never)
        {
            _delayedUntil = context.Now + decision.Delay;
        }

        var when = Instant.Max(_delayedUntil, _nextOrder);
        if (context.Now < when)
        {
            context.Due(when);
            return;
        }

        conditions.End(NoticeKind.TakeoverBlocked, 0);
        _delayedUntil = Instant.Never;
        _inFlight = ++_lastAttempt;
        _targetIncarnation = store.PeerIncarnation;
        context.Changed();
        context.Notice(NoticeKind.FenceOrdered, NoticeLevel.Warning, node, decision.Reason ?? "the fencing policy wants it");
        context.Out.Add(new Decision.Fence(_inFlight, context.Configuration.Peer, decision.Reason ?? ""));
    }
}

/// <summary>Why and since when a verdict about the peer is wanted.</summary>
internal readonly record struct VerdictNeed
{
    public required bool IsWanted { get; init; }

    /// <summary>Not before the dead time, or the initial dead time when the peer was never met, and one dead time after own lateness.</summary>
    public required Instant NotBefore { get; init; }
    /// <summary>This node would take something over.</summary>
    public required bool Takes { get; init; }

    /// <summary>The peer is in session and says that it could not stop a group (rule S): only a fence helps.</summary>
    public required bool PeerUnclean { get; init; }
    public required bool LocalHolds { get; init; }
    public required bool PeerMayHold { get; init; }
    public required bool LocalLate { get; init; }
}
