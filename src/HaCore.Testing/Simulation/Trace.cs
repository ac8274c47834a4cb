using System.Globalization;
using System.Text;
using HaCore.Engine;

namespace HaCore.Testing.Simulation;

/// <summary>What happened, for the reader of a failed story. Kept as objects: text is made only when someone reads it.</summary>
internal sealed class Trace
{
    private const int EntriesMax = 20_000;   // a soak of an hour must not eat the machine
    private readonly List<(long Time, string Node, object What)> _entries = [];

    public IReadOnlyList<(long Time, string Node, object What)> Entries => _entries;

    /// <summary>Nothing is kept: a run of a million that nobody will read.</summary>
    public bool IsOff { get; init; }

    public void Add(long time, string node, object what)
    {
        if (IsOff)
        {
            return;
        }

        if (_entries.Count >= EntriesMax)
        {
            _entries.RemoveRange(0, EntriesMax / 2);
        }

        _entries.Add((time, node, what));
    }

    public string Print(int last)
    {
        var text = new StringBuilder();
        foreach (var (time, node, what) in _entries.Skip(Math.Max(0, _entries.Count - last)))
        {
            text.Append(CultureInfo.InvariantCulture, $"{new TimeSpan(time).TotalSeconds,10:F4} {node,-3} {Describe(what)}").AppendLine();
        }

        return text.ToString();
    }

    public static string Describe(object what) => what switch
    {
        string text => text,
        Decision.Persist p => $"PERSIST #{p.Write} {Describe(p.State)}",
        Decision.Operate o => $"{o.Kind.ToString().ToUpperInvariant()} #{o.Operation} group {o.Group} resource {o.Resource} term {o.Term} {o.Reason} peer {o.PeerStatus}",
        Decision.Cancel c => $"CANCEL #{c.Operation}",
        Decision.Fence f => $"FENCE #{f.Attempt} {f.Target}: {f.Reason}",
        Decision.Answer a => $"ANSWER #{a.Request} {(a.Accepted ? "accepted" : "refused")}: {a.Detail}",
        Decision.Notice n => $"{n.Level} {n.Kind} {n.Subject}: {n.Detail}",
        Decision.SelfFence f => $"SELF-FENCE {f.Reason}",
        Decision.Exit e => $"EXIT clean={e.Clean} {e.Detail}",
        ClusterEvent.Persisted p => $"  persisted #{p.Write} {p.Error}",
        ClusterEvent.OperationCompleted c => $"  done #{c.Operation} {c.Result.Outcome} {c.Result.Detail} {c.Probe.State}",
        ClusterEvent.FenceCompleted f => $"  fenced #{f.Attempt} {f.Result.Outcome} {f.Result.Detail}",
        ClusterEvent.Command c => $"  command #{c.Request} {c.Kind} node {c.Node} group {c.Group} flag {c.Flag} term {c.Term} {c.Token}",
        ClusterEvent.LinkChanged l => $"  link {l.Link} {(l.IsOpen ? "open" : "closed")} {l.Detail}",
        ClusterEvent.Leave => "  leave",
        _ => what.ToString() ?? "",
    };

    private static string Describe(PersistentState state) =>
        $"inc {state.Incarnation} peer {state.PeerIncarnation}{(state.LocalStandby ? " standby" : "")}{(state.Maintenance ? " maintenance" : "")} "
        + string.Join("; ", state.Groups.Select(g =>
            $"{g.Name} term {g.Term} mark {g.HoldBootId ?? "-"}{(g.Diverged ? " diverged" : "")}{(g.Pinned is null ? "" : " pinned " + g.Pinned)}{(g.Sole ? " sole" : "")}"));
}

/// <summary>A story that did not go as it must. Its message ends with what happened.</summary>
#pragma warning disable CA1032, CA1064 // only the world throws it, and only the test runner reads it
internal sealed class StoryFailedException(string message) : Exception(message)
{
    public Invariant Invariant { get; init; }

    /// <summary>The first line of the message.</summary>
    public string What { get; init; } = "";

    /// <summary>On the world's clock.</summary>
    public long Time { get; init; }
}
#pragma warning restore CA1032, CA1064
