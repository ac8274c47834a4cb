using HaCore.Netns.Lab;

namespace HaCore.Netns.Cases;

/// <param name="Name">What is typed to run it alone.</param>
/// <param name="Shows">What it proves, in words.</param>
/// <param name="Body">Does it; throws <see cref="CaseFailedException"/> when it is not so.</param>
internal sealed record Case(string Name, string Shows, Action<CaseRun> Body)
{
    public static IReadOnlyList<Case> All { get; } =
    [
        .. StartCases.All,
        .. CrashCases.All,
        .. LeaseCases.All,
        .. FreezeCases.All,
        .. CableCases.All,
        .. FaultyLinkCases.All,
        .. SerialCases.All,
        .. BondCases.All,
        .. FenceCases.All,
        .. UpgradeCases.All,
        .. StopCases.All,
        .. StrangerCases.All,
    ];
}

/// <summary>The cluster did not do what it must.</summary>
internal sealed class CaseFailedException(string message) : Exception(message);

/// <summary>A span in which both kernels had the address.</summary>
internal readonly record struct BothHeld(TimeSpan From, TimeSpan To);

/// <summary>Words for what a case does to the lab and demands of it.</summary>
internal sealed class CaseRun(TwoNodeLab lab)
{
    private const int BoundDeadTimes = 3;   // the only bound that may fail a run: a shared machine stalls, a takeover does not take that long
    private static readonly TimeSpan JudgedDeadTime = TimeSpan.FromSeconds(2);   // shorter ones are reported, never judged
    private static readonly TimeSpan ProgramStart = TimeSpan.FromSeconds(15);   // a .NET host on a machine where every processor is busy

    private readonly List<BothHeld> _allowed = [];
    private readonly List<string> _notes = [];

    public TwoNodeLab Lab { get; } = lab;

    public TimeSpan Dead => Lab.Options.DeadTime;

    public TimeSpan Bound => BoundDeadTimes * (Dead > JudgedDeadTime ? Dead : JudgedDeadTime);

    public IReadOnlyList<string> Notes => _notes;

    public void Note(string what, TimeSpan time) => _notes.Add($"{what} {time.TotalSeconds:0.00} s");

    public void Note(string what) => _notes.Add(what);

    public bool OnlyHolder(Node node) => Lab.Watch.Holds(node) && !Lab.Watch.Holds(node.Peer());

    public bool Nobody() => !Lab.Watch.Holds(Node.A) && !Lab.Watch.Holds(Node.B);

    /// <summary>Starts both, the preferred one first, and waits until it holds, the client hears it, and each node has a session and hears every link.</summary>
    public void StartBoth()
    {
        var from = LabClock.Now;
        Lab.Start(Node.A);
        WaitFirstWord(Node.A);   // or a busy machine gives node-b its initial dead time before node-a is there
        Lab.Start(Node.B);
        WaitSession(Node.A);
        WaitSession(Node.B);
        foreach (var link in Lab.Options.Links)
        {
            WaitFor($"node-a hears {link.Name}", () => LogEvents.HasHeard(Lab.LogOf(Node.A), link.Name), Bound);
            WaitFor($"node-b hears {link.Name}", () => LogEvents.HasHeard(Lab.LogOf(Node.B), link.Name), Bound);
        }

        WaitHolder(Node.A, Bound);
        WaitLog(Node.A, LogEvents.GroupActive, "", Bound);   // its start has ended: what is broken next breaks no half-done start
        WaitClient(Node.A);
        Demand(Lab.Watch.First(Node.B, holds: true, from) is null, "node-b took the address although node-a is preferred");
    }

    /// <summary>The node's newest process has said that its peer and it hear each other, and that it listens to its operator, which a busy machine may do later.</summary>
    public void WaitSession(Node node)
    {
        WaitFor($"{node.Name()} has a session", () => LogEvents.Has(Lab.LogOf(node), LogEvents.SessionBegan), ProgramStart + Lab.Options.InitialDeadTime);
        WaitLog(node, LogEvents.ControlListening, "", ProgramStart);
    }

    /// <summary>Waits for the address on the node's kernel, and returns when it came there.</summary>
    public void WaitHolder(Node node, TimeSpan within) => WaitFor($"{node.Name()} holds the address", () => Lab.Watch.Holds(node), within);

    /// <summary>Waits until the client, from now on, is answered by this node.</summary>
    public void WaitClient(Node node)
    {
        var since = LabClock.Now;
        WaitFor($"the client is answered by {node.Name()}", () => Lab.Client.Newest(since)?.TimeToLive == node.TimeToLive(), Bound);
    }

    public void WaitLog(Node node, int eventId, string containing, TimeSpan within) => WaitFor(
        $"{node.Name()} says event {eventId} about \"{containing}\"", () => LogEvents.Has(Lab.LogOf(node), eventId, containing), within);

    /// <summary>Waits until both nodes have warned of the loss of the link, by its name.</summary>
    public void WaitLinkLost(string link)
    {
        foreach (var node in NodeNames.Both)
        {
            WaitFor($"{node.Name()} warns of the loss of {link}", () => LogEvents.HasWarning(Lab.LogOf(node), LogEvents.LinkLost, $"{link}: "), Bound);
        }
    }

    /// <summary>Both nodes' status calls exactly these links and members of bonds lost, and tells each as a condition.</summary>
    public void StatusNamesLost(params string[] lost)
    {
        foreach (var node in NodeNames.Both)
        {
            var status = NodeStatus.Of(Lab, node);
            Demand(
                status.Lost.Order().SequenceEqual(lost.Order()) && lost.All(status.HasConditionOf),
                $"{node.Name()}'s status should name as lost \"{string.Join("\", \"", lost)}\" and names \"{string.Join("\", \"", status.Lost)}\": {status}");
        }
    }

    /// <summary>Waits until both nodes hear each other again on a link that they had lost.</summary>
    public void WaitLinkBack(string link)
    {
        foreach (var node in NodeNames.Both)
        {
            WaitLog(node, LogEvents.LinkLost, $"{link}: frames arrive again", Bound);
        }
    }

    public void WaitEnd(Node node)
    {
        WaitFor($"{node.Name()}'s program ends", () => Lab.Host(node).HasEnded, Bound);
        Demand(Lab.Host(node).ExitCode == 0, $"{node.Name()}'s program ended with {Lab.Host(node).ExitCode}, not with 0");
    }

    /// <summary>Waits for a program that was just started to write its first line.</summary>
    public void WaitFirstWord(Node node) => WaitFor($"{node.Name()}'s program speaks", () => Lab.LogOf(node).Length > 0, ProgramStart);

    public void WaitFor(string what, Func<bool> condition, TimeSpan within)
    {
        if (!Lab.Observations.WaitUntil(condition, within))
        {
            throw new CaseFailedException($"not within {within.TotalSeconds:0.0} s: {what}; now {Describe()}");
        }
    }

    /// <summary>Looks on for this long: nothing of it may stop being so.</summary>
    public void Stays(string what, Func<bool> condition, TimeSpan during)
    {
        var from = LabClock.Now;
        if (Lab.Observations.WaitUntil(() => !condition(), during))
        {
            throw new CaseFailedException($"after {(LabClock.Now - from).TotalSeconds:0.00} s no longer: {what}; now {Describe()}");
        }
    }

    /// <summary>Waits until one node alone has held the address for a dead time and the client hears it.</summary>
    public Node WaitSettled()
    {
        WaitFor("one node alone holds the address for a dead time", IsSettled, Bound + Dead);
        var holder = Lab.Watch.Holds(Node.A) ? Node.A : Node.B;
        WaitClient(holder);
        return holder;
    }

    /// <summary>Within this span both kernels may have the address.</summary>
    /// <param name="why">For the reader of the case; part of the report.</param>
    /// <param name="body">What is done in it; at its end one holder is left, or the next span has begun.</param>
    public void BothMayHold(string why, Action body)
    {
        var from = LabClock.Now;
        body();
        _allowed.Add(new(from, LabClock.Now));
        var longest = Overlaps().Where(overlap => overlap.From >= from).Select(overlap => overlap.To - overlap.From).DefaultIfEmpty().Max();
        if (longest > TimeSpan.Zero)
        {
            Note($"both, because {why}:", longest);
        }
    }

    /// <summary>
    /// Every echo request since then was answered, those on their way excepted for as long as a stalled machine may need for them, and those whose answer a node's kernel
    /// had and could not send: it counts them, and a machine that is short of buffers says nothing about who holds the address.
    /// </summary>
    public void NoPingLost(TimeSpan since)
    {
        var until = LabClock.Now;
        var asked = Lab.Client.Questions(since, until).Count;
        if (Lab.Observations.WaitUntil(() => Lab.Client.Questions(since, until).All(question => question.IsAnswered), JudgedDeadTime))
        {
            Note($"all {asked} pings answered");
            return;
        }

        var lost = Lab.Client.Questions(since, until).Where(question => !question.IsAnswered).ToList();
        var unsent = NodeNames.Both.Sum(Lab.Network.AnswersNotSent);
        Demand(lost.Count <= unsent, $"{lost.Count} pings have no answer, of {unsent} the kernels know; the first was sent after {(lost[0].At - since).TotalSeconds:0.000} s");
        Note($"all but {lost.Count} of {asked} pings answered, and these had an answer that the kernel could not send");
    }

    public void NeverHeld(Node node, TimeSpan since) =>
        Demand(Lab.Watch.First(node, holds: true, since) is null, $"{node.Name()} took the address");

    public void Demand(bool condition, string otherwise)
    {
        if (!condition)
        {
            throw new CaseFailedException($"{otherwise}; now {Describe()}");
        }
    }

    /// <summary>What every case has in common: no two holders but where it was allowed, and the kernels say now what the watch believes.</summary>
    public void JudgeWhole()
    {
        foreach (var overlap in Overlaps())
        {
            var isAllowed = _allowed.Exists(span => span.From <= overlap.From && overlap.To <= span.To);
            Demand(isAllowed, $"both nodes held the address for {(overlap.To - overlap.From).TotalMilliseconds:0.0} ms");
        }

        foreach (var node in NodeNames.Both)
        {
            Demand(Lab.Network.HasClusterAddress(node) == Lab.Watch.Holds(node), $"the watch missed a change of {node.Name()}");
        }
    }

    private bool IsSettled() =>
        Lab.Watch.Holds(Node.A) != Lab.Watch.Holds(Node.B) && Lab.Watch.LastChange is { } change && LabClock.Now - change >= Dead;

    private string Describe() =>
        $"held by {(Nobody() ? "nobody" : string.Join(" and ", NodeNames.Both.Where(Lab.Watch.Holds).Select(NodeNames.Name)))}"
        + $", client answered by {(Lab.Client.Newest(LabClock.Now - Dead) is { } answer ? $"time to live {answer.TimeToLive}" : "nobody for a dead time")}";

    private List<BothHeld> Overlaps()
    {
        var holds = new bool[2];
        var overlaps = new List<BothHeld>();
        TimeSpan? both = null;
        foreach (var change in Lab.Watch.Changes)
        {
            holds[(int)change.Node] = change.Holds;
            if (holds[0] && holds[1])
            {
                both ??= change.At;
            }
            else if (both is { } from)
            {
                overlaps.Add(new(from, change.At));
                both = null;
            }
        }

        if (both is { } still)
        {
            overlaps.Add(new(still, LabClock.Now));
        }

        return overlaps;
    }
}
