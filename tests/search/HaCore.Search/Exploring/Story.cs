using System.Globalization;
using HaCore.Engine;
using HaCore.Search.Worlds;

namespace HaCore.Search.Exploring;

/// <summary>A trace for a reader: one line per choice, then both nodes as they are after it.</summary>
internal static class Story
{
    public static (List<string> Lines, World End) Tell(Scope scope, IEnumerable<Choice> choices)
    {
        var successors = new Successors(scope);
        var world = successors.First();
        var lines = new List<string>();
        foreach (var wanted in choices)
        {
            World? next = null;
            successors.Of(world, (choice, found) => next = choice == wanted ? found : next);
            world = next ?? throw new InvalidOperationException($"the trace cannot be told again: no '{wanted}' after\n{string.Join('\n', lines)}");
            lines.Add(string.Create(CultureInfo.InvariantCulture, $"{lines.Count + 1,3} {wanted,-38} {Describe(world)}"));
        }

        return (lines, world);
    }

    public static string Describe(World world) => $"a{Describe(world.A, world.ToA.Length)} b{Describe(world.B, world.ToB.Length)}"
        + string.Concat(world.Fences.Select(f => $" fence by {"ab"[f.By]}{(f.IsHit ? " hit" : "")}{(f.IsAnswered ? " late" : "")}{(f.IsOrphan ? " orphan" : "")}"));

    private static string Describe(NodeState node, int waiting)
    {
        var wire = waiting == 0 ? "" : $" <{waiting}";
        if (node.Machine is not { } machine)
        {
            return $"[{(node.IsOn ? "no program" : "off")}{(node.Active != 0 ? " ACTIVE" : "")}{wire}]";
        }

        var peer = machine.Peer();
        var groups = string.Join("; ", machine.Groups().Select(g =>
            $"t{g.Record.Durable.Term}{(g.IsPending ? $"(→{g.Record.Current.Term})" : "")} {g.ShownHold}{(g.IsResidue ? " residue" : "")}{(g.Releasing == ReleaseReason.None ? "" : " releasing")}"));
        var session = peer.HasSession ? " session" : "";
        var verdict = peer.IsConfirmedDown ? $" down:{peer.Verdict}" : "";
        return $"[i{machine.Store().Incarnation} knows {machine.Store().PeerIncarnation} {groups}{(node.Active != 0 ? " ACTIVE" : "")}{session}{verdict}{(machine.IsLate() ? " late" : "")}{wire}]";
    }
}
