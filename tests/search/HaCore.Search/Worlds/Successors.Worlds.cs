using HaCore.Engine;
using HaCore.Wire;

namespace HaCore.Search.Worlds;

/// <content>How a node that has taken its step becomes part of a world again.</content>
internal sealed partial class Successors
{
    /// <summary>Puts the drafted node back into the world, once for each way the window of frames may lose one.</summary>
    private void Finish(Choice choice, FenceInFlight[] fences, int? consumed, Limited? limited, string? violation = null)
    {
        var node = _draft.End();
        violation ??= _draft.Violation;
        var (index, peer) = (node.Index, 1 - node.Index);
        if (_draft.Fenced.Count > 0)
        {
            fences = [.. fences, .. _draft.Fenced.Select(a => new FenceInFlight(index, a, false, false, false))];
        }

        if (node.Machine is null)
        {
            fences = Orphaned(fences, index);
        }

        var here = Useful(node, _world.To(index), consumed);
        var there = Useful(_world.Node(peer), _world.To(peer), null);
        if (_draft.Sent is not { } sent)
        {
            Add(choice, node, here, there, fences, limited, violation);
            return;
        }

        if (there.Length < _scope.Window)
        {
            Add(choice, node, here, [.. there, sent], fences, limited, violation);
            return;
        }

        Add(choice with { Variant = 0 }, node, here, [.. there.Skip(1), sent], fences, limited, violation);
        Add(choice with { Variant = 1 }, node, here, there, fences, limited, violation);
        if (there.Length > 1)
        {
            Add(choice with { Variant = 2 }, node, here, [.. there.SkipLast(1), sent], fences, limited, violation);
        }
    }

    private void Add(Choice choice, NodeState node, Frame[] here, Frame[] there, FenceInFlight[] fences, Limited? limited, string? violation)
    {
        var first = node.Index == 0;
        var world = new World
        {
            A = first ? node : _world.A,
            B = first ? _world.B : node,
            ToA = first ? here : there,
            ToB = first ? there : here,
            Fences = fences,
            Limits = limited is { } what && _scope.IsCounted(what) ? _world.Limits - (1UL << (4 * (int)what)) : _world.Limits,
            Violation = violation ?? TwoHolders(first ? node : _world.A, first ? _world.B : node),
            IsBeyond = IsBeyond(node),
        };
        _emit(choice, world);
    }

    /// <summary>The node changes without a step of its machine.</summary>
    private void Emit(Choice choice, NodeState node, FenceInFlight[]? fences = null, Limited? limited = null) =>
        Add(choice, node, Useful(node, _world.To(node.Index), null), _world.To(1 - node.Index), fences ?? _world.Fences, limited, null);

    private void End(Choice choice, NodeState node) => Emit(choice, node, Orphaned(_world.Fences, node.Index), Limited.Death);

    /// <summary>The program that ordered them is dead: what was ordered still happens, and what has happened is over.</summary>
    private static FenceInFlight[] Orphaned(IEnumerable<FenceInFlight> fences, int by) =>
        [.. fences.Select(f => f.By == by ? f with { IsOrphan = true } : f).Where(static f => !(f.IsOrphan && f.IsHit))];

    private static NodeState Dead(NodeState node, PersistentState? disk) => node with
    {
        Machine = null,
        Disk = disk,
        Write = null,
        Operations = new Decision.Operate?[node.Operations.Length],
        Cancelled = 0,
        Token = null,
        IsTokenStale = false,
        Words = null,
    };

    private static NodeState Off(NodeState node, PersistentState? disk) => Dead(node, disk) with { IsOn = false, Active = 0 };

    /// <summary>Drops the frames that nobody can take for anything any more.</summary>
    private static Frame[] Useful(NodeState receiver, Frame[] frames, int? consumed)
    {
        var known = receiver.Machine is { } machine ? machine.Store().PeerIncarnation : receiver.Disk?.PeerIncarnation ?? 0;
        var highest = receiver.Machine?.Peer().EchoSequence ?? 0;
        bool IsUseful(Frame f) => f.Incarnation > known || (f.Incarnation == known && f.Sequence > highest);
        if (consumed is null && Array.TrueForAll(frames, IsUseful))
        {
            return frames;
        }

        return [.. frames.Where((f, i) => i != consumed && IsUseful(f))];
    }

    private static string? TwoHolders(NodeState a, NodeState b) =>
        (a.Active & b.Active) != 0 ? $"TWO HOLDERS: resources of one group are active on both machines" : null;

    private bool IsBeyond(NodeState node)
    {
        var lowest = long.MaxValue;
        var highest = 0L;
        foreach (var disk in new[] { node.Disk, _world.Node(1 - node.Index).Disk })
        {
            for (var i = 0; i < _scope.Groups; i++)
            {
                var term = disk is not null && i < disk.Groups.Count ? disk.Groups[i].Term : 0;
                (lowest, highest) = (Math.Min(lowest, term), Math.Max(highest, term));
            }
        }

        return highest - lowest > _scope.TermSpan;
    }
}
