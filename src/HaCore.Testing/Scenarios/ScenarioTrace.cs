using System.Globalization;
using System.Text;
using HaCore.Engine;

namespace HaCore.Testing.Scenarios;

/// <summary>
/// The story as it went, for a reader: lines of the file, log events from information on, operations, fences, what is written to disk. Without numbers that
/// only programs need (operations, writes, requests, nonces), so that a change of them is no change of the story.
/// </summary>
internal sealed class ScenarioTrace
{
    private const int EventIds = 1000;   // the log's event id = this + NoticeKind

    private readonly StringBuilder _text = new();
    private readonly Dictionary<string, PersistentState> _written = [];
    private readonly Dictionary<(string Node, long Operation), string> _operations = [];
    private readonly Dictionary<string, string> _failing = [];   // node, error: told once, however often it is tried
    private readonly IReadOnlyList<(string Group, IReadOnlyList<string> Resources)> _names;

    private bool _isHidden;

    private ScenarioTrace(IReadOnlyList<(string Group, IReadOnlyList<string> Resources)> names) => _names = names;

    public static string Print(
        IReadOnlyList<(long Time, string Node, object What)> entries, IReadOnlyList<(string Group, IReadOnlyList<string> Resources)> names, string? failure)
    {
        var trace = new ScenarioTrace(names);
        foreach (var (time, node, what) in entries)
        {
            trace.Add(time, node, what);
        }

        if (failure is not null)
        {
            trace._text.Append("FAILED ").Append(failure).Append('\n');
        }

        return trace._text.ToString();
    }

    private void Add(long time, string node, object what)
    {
        if (what is ScenarioBoot boot)
        {
            _isHidden = !boot.IsOver;
            return;
        }

        if (what is Statement statement)
        {
            _text.Append(statement.Text.StartsWith("expect", StringComparison.Ordinal) ? "  = " : "> ").Append(statement.Text).Append('\n');
            return;
        }

        foreach (var line in Describe(node, what).Where(_ => !_isHidden))
        {
            _text.Append(CultureInfo.InvariantCulture, $"{new TimeSpan(time).TotalSeconds,10:0.000} {node,-2} {line}").Append('\n');
        }
    }

    private IEnumerable<string> Describe(string node, object what)
    {
        switch (what)
        {
            case string text when text.StartsWith("* started", StringComparison.Ordinal):
                yield return text[2..text.IndexOf(',', StringComparison.Ordinal)];
                break;
            case string fires when fires.StartsWith("* the watchdog fires", StringComparison.Ordinal):
                yield return fires[2..];
                break;
            case "* power off" or "* killed" or "* goes on":
                yield return ((string)what).TrimStart('*', ' ');
                break;
            case Decision.Notice { Level: not NoticeLevel.Debug } notice:
                yield return $"{EventIds + (int)notice.Kind} {notice.Kind}{Loudness(notice.Level)} {notice.Subject}: {notice.Detail}";
                break;
            case Decision.Operate { Kind: not OperationKind.Probe } operate:
                var name = $"{Word(operate.Kind)} {_names[operate.Group].Resources[operate.Resource]}";
                _operations[(node, operate.Operation)] = name;
                yield return $"{name} ({operate.Reason}, term {operate.Term})";
                break;
            case ClusterEvent.OperationCompleted { Result.Outcome: not OperationOutcome.Succeeded } done when _operations.TryGetValue((node, done.Operation), out var ended):
                yield return $"{ended} ended {done.Result.Outcome}: {done.Result.Detail}";
                break;
            case Decision.Cancel cancel when _operations.TryGetValue((node, cancel.Operation), out var cancelled):
                yield return $"{cancelled} is cancelled";
                break;
            case Decision.Fence fence:
                yield return $"orders the device to cut off {fence.Target}";
                break;
            case Decision.SelfFence self:
                yield return $"resets its machine: {self.Reason}";
                break;
            case Decision.Persist persist when Changes(node, persist.State) is var changes && (changes.Length > 0 || !_failing.ContainsKey(node)):
                yield return "writes " + (changes.Length > 0 ? changes : "its state again");
                break;
            case ClusterEvent.Persisted { Error: null }:
                _failing.Remove(node);
                break;
            case ClusterEvent.Persisted { Error: { } error } when _failing.GetValueOrDefault(node) != error:
                _failing[node] = error;
                yield return $"could not write: {error}";
                break;
            case ClusterSnapshot status:
                foreach (var line in Describe(status))
                {
                    yield return line;
                }

                break;
        }
    }

    private static string Loudness(NoticeLevel level) => level switch
    {
        NoticeLevel.Debug or NoticeLevel.Information => "",
        NoticeLevel.Warning => " (warning)",
        NoticeLevel.Error => " (error)",
        NoticeLevel.Critical => " (critical)",
    };

    private static string Word(OperationKind kind) => kind switch
    {
        OperationKind.Unknown => "unknown",
        OperationKind.Probe => "probe",
        OperationKind.Prepare => "prepare",
        OperationKind.Start => "start",
        OperationKind.Stop => "stop",
    };

    private static IEnumerable<string> Describe(ClusterSnapshot status)
    {
        var peer = status.Nodes[1];
        yield return $"status: {status.Nodes[0].Node} {status.Nodes[0].State}, {peer.Node} {peer.State}{(status.HasSession ? "" : ", no session")}{(status.Maintenance ? ", maintenance" : "")}";
        foreach (var group in status.Groups)
        {
            var marks = (group.Diverged ? ", diverged" : "") + (group.Pinned is { } pin ? $", pinned to {pin}" : "");
            yield return $"status: {group.Group} here {group.LocalHold}, {group.Activity}, there {group.PeerHold}, term {group.Term}{marks}: {group.Why}";
        }

        foreach (var condition in status.Conditions)
        {
            yield return "status: condition " + condition;
        }
    }

    private string Changes(string node, PersistentState now)
    {
        var before = _written.GetValueOrDefault(node) ?? new PersistentState { Incarnation = now.Incarnation, Groups = [] };
        _written[node] = now;
        var changes = new List<string>();
        void Note(bool changed, string what)
        {
            if (changed)
            {
                changes.Add(what);
            }
        }

        Note(before.PeerIncarnation != now.PeerIncarnation, $"peer's incarnation {now.PeerIncarnation}");
        Note(before.LocalStandby != now.LocalStandby, now.LocalStandby ? "standby" : "no standby");
        Note(before.Maintenance != now.Maintenance, now.Maintenance ? "maintenance" : "no maintenance");
        foreach (var group in now.Groups)
        {
            var was = before.Groups.FirstOrDefault(g => g.Name == group.Name) ?? new PersistentGroup { Name = group.Name };
            Note(was.Term != group.Term, $"{group.Name} term {group.Term}");
            Note(was.HoldBootId != group.HoldBootId, $"{group.Name} {(group.HoldBootId is null ? "not held" : "held")}");
            Note(was.Diverged != group.Diverged, $"{group.Name} {(group.Diverged ? "diverged" : "not diverged")}");
            Note(was.ConflictLost != group.ConflictLost && group.ConflictLost, $"{group.Name} lost the conflict");
            Note(was.Pinned != group.Pinned, $"{group.Name} {(group.Pinned is null ? "not pinned" : "pinned to " + group.Pinned)}");
            Note(was.Sole != group.Sole, $"{group.Name} {(group.Sole ? "only copy" : "two copies")}");
            Note(was.PeerOutdatedEpoch != group.PeerOutdatedEpoch, $"{group.Name} peer's copy outdated, epoch {group.PeerOutdatedEpoch}");
            Note(was.OutdatedEpoch != group.OutdatedEpoch, $"{group.Name} {(group.OutdatedEpoch == 0 ? "own copy current" : $"own copy outdated, epoch {group.OutdatedEpoch}")}");
        }

        return string.Join(", ", changes);
    }
}

/// <summary>Between two of these both nodes start: the same in every story, and shown in full by one of them.</summary>
internal sealed record ScenarioBoot(bool IsOver);
