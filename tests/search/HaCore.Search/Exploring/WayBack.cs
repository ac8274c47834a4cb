using HaCore.Search.Worlds;

namespace HaCore.Search.Exploring;

/// <summary>
/// Liveness, as far as a graph can show it: from every state with both programs up there must be a way to a hold by nothing but time, frames, writes and answers;
/// no crash, no fence order, no operator. Walked backwards over the benign edges from the states in which something is active.
/// </summary>
internal sealed class WayBack
{
    private readonly List<Edges> _all = [];

    public Edges NewEdges()
    {
        lock (_all)
        {
            var edges = new Edges();
            _all.Add(edges);
            return edges;
        }
    }

    /// <summary>States without a way, in the order in which they were found.</summary>
    public List<int> Stuck(int states)
    {
        var degree = new int[states + 1];
        foreach (var edges in _all)
        {
            foreach (var (_, to) in edges.Pairs)
            {
                degree[to + 1]++;
            }
        }

        for (var i = 0; i < states; i++)
        {
            degree[i + 1] += degree[i];
        }

        var sources = new int[degree[states]];
        var fill = degree.ToArray();
        foreach (var edges in _all)
        {
            foreach (var (from, to) in edges.Pairs)
            {
                sources[fill[to]++] = from;
            }
        }

        var good = new bool[states];
        var queue = new Queue<int>(_all.SelectMany(e => e.Goals));
        foreach (var goal in queue)
        {
            good[goal] = true;
        }

        while (queue.TryDequeue(out var to))
        {
            for (var i = degree[to]; i < degree[to + 1]; i++)
            {
                if (!good[sources[i]])
                {
                    good[sources[i]] = true;
                    queue.Enqueue(sources[i]);
                }
            }
        }

        return [.. _all.SelectMany(e => e.Judged).Where(s => !good[s]).Order()];
    }

    /// <summary>What one worker saw of the graph.</summary>
    internal sealed class Edges
    {
        public List<(int From, int To)> Pairs { get; } = [];

        /// <summary>Something is active, or the scope ends here.</summary>
        public List<int> Goals { get; } = [];

        /// <summary>Both programs run, no fence is about to hit, nobody leaves: a hold must be within reach.</summary>
        public List<int> Judged { get; } = [];

        public void Add(int from, int to)
        {
            if (from != to)
            {
                Pairs.Add((from, to));
            }
        }

        public void AddState(int index, World world)
        {
            if (world.A.Active != 0 || world.B.Active != 0 || world.IsBeyond)
            {
                Goals.Add(index);
            }
            else if (world.A.Machine is not null && world.B.Machine is not null && Array.TrueForAll(world.Fences, static f => f.IsHit))
            {
                Judged.Add(index);
            }
        }
    }
}
