namespace HaCore.Search.Worlds;

/// <content>A run in which nothing goes wrong.</content>
internal sealed partial class Successors
{
    private readonly Action<Choice, World> _takeFirst;
    private (Choice Choice, World World)? _first;

    /// <summary>
    /// The one next thing of a calm run: a fence that has hit is confirmed, a write ends, an agent answers, the oldest frame arrives; if nothing of that is under way,
    /// time passes on the clock whose turn it is. The policy waits. Null = no program runs.
    /// </summary>
    public (Choice Choice, World World)? Calm(World world, ref int turn)
    {
        _first = null;
        _world = world;
        _emit = _takeFirst;
        for (var i = 0; i < world.Fences.Length && _first is null; i++)
        {
            if (world.Fences[i].IsHit)
            {
                OfFence(i, world.Fences[i]);
            }
        }

        for (var node = 0; node < 2 && _first is null; node++)
        {
            EndWhatIsUnderWay(world.Node(node));
        }

        for (var tries = 0; tries < 2 && _first is null; tries++)
        {
            var node = world.Node(turn);
            turn = 1 - turn;
            if (node.Machine is { } machine)
            {
                Ticks(node, machine);
            }
        }

        return _first;
    }

    private void EndWhatIsUnderWay(NodeState node)
    {
        if (node.Machine is not { } machine)
        {
            return;
        }

        if (node.Write is not null)
        {
            Take(new(ChoiceKind.Written, node.Index), node, static d => d.EndWrite(null));
        }

        for (var i = 0; i < node.Operations.Length && _first is null; i++)
        {
            if (node.Operations[i] is not null)
            {
                var resource = i;
                Take(new(ChoiceKind.Done, node.Index, i), node, d => d.EndOperation(resource, 0));
            }
        }

        if (_first is null && _world.To(node.Index).Length > 0)
        {
            Deliver(node, machine, 0);
        }
    }
}
