using HaCore.Engine;

namespace HaCore.Testing.Simulation;

/// <content>Who may take a group, as the world sees it: by what a program was told, and whether that was true.</content>
internal sealed partial class World
{
    /// <summary>Groups (bits) that two nodes held at the same time.</summary>
    public uint Overlaps { get; set; }

    /// <summary>Called after every step: a test's own invariant. Throws through <see cref="Expect"/>.</summary>
    public Action<World>? Observe { get; set; }

    /// <summary>What comes in now and may prove that the peer is down.</summary>
    private static void Proves(SimProcess process, ClusterEvent input)
    {
        switch (input)
        {
            case ClusterEvent.FenceCompleted { Result.Outcome: FenceOutcome.Confirmed }:
                process.Offered = Proof.Fenced;
                break;
            case ClusterEvent.Command { Kind: CommandKind.ConfirmDown }:
                process.Offered = Proof.Operator;
                break;
            case ClusterEvent.FrameReceived { Frame.State: MemberState.Left }:
                process.Offered = Proof.Left;
                break;
            default:
                process.Offered = Proof.None;
                break;
        }
    }

    /// <summary>The engine takes its peer for down: was it told so, and is it?</summary>
    private void JudgeVerdict(SimProcess process, Decision.Notice notice)
    {
        if (notice.Kind != NoticeKind.PeerConfirmedDown)
        {
            return;
        }

        var end = notice.Detail.IndexOf(')', StringComparison.Ordinal);
        var begin = notice.Detail.IndexOf('(', StringComparison.Ordinal) + 1;
        if (end < begin || !Enum.TryParse<Proof>(notice.Detail.AsSpan(begin, end - begin), out var claimed))
        {
            throw Failed("a verdict of a kind that the world does not know: " + notice.Detail);
        }

        var isGiven = claimed switch
        {
            Proof.None => false,
            Proof.Left or Proof.Fenced or Proof.Operator => process.Offered == claimed,
            Proof.Unfenced => _settings.UnfencedAllowed,
            Proof.SelfFenced => _settings.SelfFencing is not null,
        };
        if (!isGiven)
        {
            throw Failed(Invariant.TakeoverNeedsProof, $"{process.Node.Key}: takes its peer for down ({claimed}) and nothing says so");
        }

        process.Proof = claimed;
        if (claimed is Proof.Left or Proof.Unfenced || _settings.FalseVerdictAllowed || _settings.TwoHoldersAllowed || AnyStateLost)
        {
            return;
        }

        if (claimed == Proof.SelfFenced)
        {
            JudgeReset(process);
            return;
        }

        foreach (var peer in _nodes)
        {
            if (peer.Name != process.Node.Name && peer.IsOn && peer.Process is { } alive
                && alive.Machine.Snapshot.Nodes[0].Incarnation <= process.Machine.Snapshot.Nodes[1].Incarnation)
            {
                throw Failed(Invariant.VerdictIsTrue, $"{process.Node.Key}: takes {peer.Key} for down ({claimed}), and it runs");
            }
        }
    }

    /// <summary>Self-fencing resets only who holds (ADR 12): whoever holds nothing may run on, and then nothing of his may be active.</summary>
    private void JudgeReset(SimProcess process)
    {
        foreach (var peer in _nodes)
        {
            for (var group = 0; peer.Name != process.Node.Name && group < peer.Resources.Length; group++)
            {
                if (peer.Holds(group))
                {
                    throw Failed(Invariant.VerdictIsTrue, $"{process.Node.Key}: takes {peer.Key} for reset, and it holds group {group}");
                }
            }
        }
    }

    /// <summary>Rule R1: a hold is taken in a session, or with the peer confirmed down.</summary>
    private void JudgeTaking(SimProcess process, Decision.Notice notice)
    {
        var isTaken = notice.Kind == NoticeKind.HoldTaken
            || (notice.Kind == NoticeKind.Adopted && notice.Detail.Contains("adopted without", StringComparison.Ordinal));
        if (isTaken && !process.Machine.Snapshot.HasSession && process.Proof == Proof.None)
        {
            throw Failed(Invariant.TakeoverNeedsProof, $"{process.Node.Key}: takes {notice.Subject} without a session and without proof");
        }
    }

    /// <summary>What was proof is none any more, and what was imagined is forgotten.</summary>
    private static void JudgeProof(SimProcess process, ClusterSnapshot? before, ClusterSnapshot now)
    {
        if (now.HasSession)
        {
            process.HadSession = true;
        }

        if (now.HasSession || before?.Nodes[1].Incarnation != now.Nodes[1].Incarnation)
        {
            process.Proof = Proof.None;
        }

        for (var i = 0; i < now.Groups.Count; i++)
        {
            if (now.Groups[i].LocalHold == HoldState.NotHeld && process.Node.IsImagined(i))
            {
                process.Node.Disillusion(i);
            }
        }
    }
}
