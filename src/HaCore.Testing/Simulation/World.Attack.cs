using HaCore.Engine;
using HaCore.Wire;

namespace HaCore.Testing.Simulation;

/// <content>
/// An attacker who hears every frame, may send what he heard on any wire at any time, and has no key. What he sends must change nothing that a
/// machine decides: a run with his frames and a run with nothing in their place (the same steps, as plain ticks) must have the same fingerprint.
/// </content>
internal sealed partial class World
{
    private readonly byte[] _corrupt = new byte[2048];

    /// <summary>Null unless <see cref="WorldSettings.Recording"/>.</summary>
    public FrameRecorder? Recorder { get; }

    /// <summary>The twin of a run: where the attacker's frames would come nothing comes.</summary>
    public bool AttackerIsSilent { get; set; }

    /// <summary>Frames of the attacker that had to change nothing.</summary>
    public int JudgedAttacks { get; private set; }

    /// <summary>A number over every decision, when it was made and in which order. Link statistics and their notices are not in it.</summary>
    public ulong Fingerprint { get; private set; } = 14695981039346656037;

    /// <summary>Plays a recorded frame again. Old news must change nothing; a frame that was lost on the wire is only late.</summary>
    public void Replay(FrameRecorder.Recorded recorded, int link, bool reflect)
    {
        var target = reflect ? recorded.Sender : _nodes[0] == recorded.Sender ? _nodes[1] : _nodes[0];
        if (target.Process is not { } process || !process.LinkOpen[link])
        {
            return;
        }

        var carrier = _carriers.TryPop(out var free) ? free : new ClusterEvent.FrameReceived();
        carrier.Link = link;
        var verdict = target.Codec.Decode(recorded.Bytes, carrier.Frame);
        var isJudged = !AnyStateLost && (reflect || IsOldNews(process, recorded));
        Happened(reflect ? Fault.ReflectedFrame : isJudged ? Fault.ReplayOfOldNews : Fault.ReplayOfLostFrame);
        Attack(process, $"plays frame {recorded.Incarnation}/{recorded.Sequence} of {recorded.Sender.Key} again", isJudged, () => Arrive(target, carrier, verdict));
        if (isJudged && AttackerIsSilent)
        {
            _carriers.Push(carrier);
        }
    }

    /// <summary>A frame that somebody without the key signs in the peer's name.</summary>
    public void Forge(FrameRecorder.Recorded recorded, int link)
    {
        var target = _nodes[0] == recorded.Sender ? _nodes[1] : _nodes[0];
        if (target.Process is not { } process || !process.LinkOpen[link])
        {
            return;
        }

        var carrier = _carriers.TryPop(out var free) ? free : new ClusterEvent.FrameReceived();
        carrier.Link = link;
        using var forger = recorded.Sender.CoderWithAnotherKey();
        forger.Decode(recorded.Bytes, carrier.Frame);   // refused; only the layout of its own frame matters
        FrameCopy.Copy(process.LastSent, carrier.Frame);
        carrier.Frame.Sequence = ulong.MaxValue / 2;
        var bytes = forger.Encode(carrier.Frame, _corrupt);
        var verdict = target.Codec.Decode(_corrupt.AsSpan(0, bytes), carrier.Frame);
        if (verdict == FrameVerdict.Accepted)
        {
            throw Failed(Invariant.AttackerChangesNothing, $"{target.Key}: a frame signed with another key was accepted");
        }

        // Documented: a node that never met its peer waits while somebody claims to be it, where it would proceed unfenced.
        var isJudged = process.HadSession || !_settings.UnfencedAllowed;
        Happened(Fault.ForgedFrame);
        Attack(process, $"signs a frame in the name of {recorded.Sender.Key} with a key of his own", isJudged, () => Arrive(target, carrier, verdict));
        if (isJudged && AttackerIsSilent)
        {
            _carriers.Push(carrier);
        }
    }

    private void Attack(SimProcess process, string what, bool isJudged, Action arrives)
    {
        Trace.Add(Now, process.Node.Key, $"* the attacker {what}{(isJudged ? "" : " (late news, not judged)")}");
        if (!isJudged)
        {
            arrives();
            return;
        }

        JudgedAttacks++;
        if (process.Frozen)
        {
            var waiting = process.Inbox.Count;
            if (!AttackerIsSilent)
            {
                arrives();
            }

            if (process.FramesWait && process.Inbox.Count == waiting)
            {
                process.Inbox.Enqueue(ClusterEvent.Tick.Instance);
            }

            return;
        }

        // What is due at this moment is done first, so that whatever follows is the attacker's work.
        Step(process, ClusterEvent.Tick.Instance);
        if (process.Exit is not null || process.Node.Process != process)
        {
            return;
        }

        if (AttackerIsSilent)
        {
            Step(process, ClusterEvent.Tick.Instance);
            return;
        }

        var steps = Steps;
        process.Decisions.Clear();
        arrives();
        if (Steps == steps)
        {
            Step(process, ClusterEvent.Tick.Instance);   // the shell kept it from the engine
        }

        foreach (var decision in process.Decisions)
        {
            if (decision is not Decision.Notice { Kind: NoticeKind.LinkUp or NoticeKind.LinkLost or NoticeKind.LinkLate or NoticeKind.LinkMemberLost or NoticeKind.LinkMemberActive or NoticeKind.PeerUnverified })
            {
                throw Failed(Invariant.AttackerChangesNothing, $"{process.Node.Key}: the attacker {what}, and it decides {Trace.Describe(decision)}");
            }
        }
    }

    /// <summary>
    /// Nothing newer is in it than this very start of the program took notice of. "Left" is no news either, but it is answered at once each time it is heard,
    /// because the node that leaves waits for the answer.
    /// </summary>
    private static bool IsOldNews(SimProcess process, FrameRecorder.Recorded recorded) =>
        recorded.State != MemberState.Left
        && (recorded.Incarnation < process.Newest.Incarnation
            || (recorded.Incarnation == process.Newest.Incarnation && recorded.Sequence <= process.Newest.Sequence));

    private void Note(SimProcess process, Decision.Send send) =>
        Mix(process, ((ulong)send.Links << 48) ^ (send.Frame.Sequence << 8) ^ (ulong)send.Frame.State);

    private void Note(SimProcess process, Decision decision)
    {
        switch (decision)
        {
            case Decision.Notice { Kind: NoticeKind.LinkUp or NoticeKind.LinkLost or NoticeKind.LinkLate or NoticeKind.LinkMemberLost or NoticeKind.LinkMemberActive or NoticeKind.PeerUnverified }:
                break;
            case Decision.Notice notice:
                Mix(process, 1000 + (ulong)notice.Kind);
                break;
            case Decision.Operate operate:
                Mix(process, ((ulong)operate.Operation << 16) ^ ((ulong)operate.Kind << 12) ^ ((ulong)operate.Group << 8) ^ (ulong)operate.Resource ^ ((ulong)operate.Term << 40));
                break;
            case Decision.Persist persist:
                Mix(process, 2000 + (ulong)persist.Write);
                break;
            case Decision.Fence fence:
                Mix(process, 3000 + (ulong)fence.Attempt);
                break;
            case Decision.Exit:
                Mix(process, 4000);
                break;
            default:
                Mix(process, 5000);
                break;
        }
    }

    private void Mix(SimProcess process, ulong value)
    {
        var mixed = (Fingerprint ^ value ^ ((ulong)Now << 1) ^ (process.Node == _nodes[0] ? 0UL : 0x8000_0000_0000_0000UL)) * 1099511628211;
        Fingerprint = mixed ^ (mixed >> 29);
    }
}
