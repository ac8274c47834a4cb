using HaCore.Search.Forking;
using HaCore.Search.Worlds;

namespace HaCore.Search.Exploring;

/// <summary>What one exploration found.</summary>
internal sealed record Outcome
{
    public required Scope Scope { get; init; }
    public required int States { get; init; }
    public required long Transitions { get; init; }
    public required int Depth { get; init; }

    /// <summary>Every state within the scope's bounds was seen and gone into.</summary>
    public required bool IsExhausted { get; init; }

    /// <summary>States beyond the scope's terms: seen, checked, not gone into.</summary>
    public required int Beyond { get; init; }

    /// <summary>Pairs of different concrete states with one canonical form whose successors were compared.</summary>
    public required int Compared { get; init; }
    public required TimeSpan Took { get; init; }
    public string? Violation { get; init; }

    /// <summary>The search itself is wrong: its canonical form, or its grid.</summary>
    public string? Fault { get; init; }
    public IReadOnlyList<string> Trace { get; init; } = [];

    /// <summary>States with both programs up from which a hold was reached; null = the scope does not ask.</summary>
    public int? WithWay { get; init; }
}

/// <summary>
/// Breadth-first, level by level, so that the first violation has a shortest trace. Two workers share a level: each takes some states at a time, and what they
/// find is the next level. A state is its hash; the worlds of one level are kept as they are, because copying a machine is cheaper than stepping it again from the start.
/// </summary>
internal sealed class Explorer(Scope scope, int workers, TimeSpan limit)
{
    private const int Portion = 64;      // states a worker takes at a time
    private const int SampleMask = 1023; // one state in a thousand keeps its world, to compare with others of the same form

    private readonly Scope _scope = scope;
    private readonly StateTable _table = new();
    private readonly List<string> _faults = [];
    private readonly Dictionary<StateHash, World> _samples = [];
    private readonly Lock _gate = new();
    private readonly long _began = TimeProvider.System.GetTimestamp();
    private readonly WayToHold.KnownStates _known = new();
    private List<(World World, int Index)> _level = [];
    private int _next;
    private long _transitions;
    private int _beyond;
    private int _compared;
    private int _violating = -1;
    private string? _violation;
    private bool _isStuck;
    private bool _outOfTime;

    private TimeSpan Elapsed => TimeProvider.System.GetElapsedTime(_began);

    public Outcome Run(Action<string> progress)
    {
        var first = new Successors(_scope).First();
        _table.Add(new Canon(_scope).Of(first), -1, 0, out _);
        _level.Add((first, 0));
        var depth = 0;
        var told = TimeSpan.Zero;
        while (_level.Count > 0 && _violating < 0 && _faults.Count == 0 && depth < _scope.DepthMax && _table.Count < _scope.StatesMax && !_outOfTime)
        {
            RunLevel();
            depth++;
            if (Elapsed - told > TimeSpan.FromSeconds(5))
            {
                told = Elapsed;
                progress($"{_scope.Name}: depth {depth}, {_table.Count:N0} states, {_transitions:N0} transitions, {_level.Count:N0} to go into, {Elapsed.TotalSeconds:F0} s");
            }
        }

        var exhausted = _level.Count == 0 && _violating < 0 && _faults.Count == 0 && !_outOfTime;
        return new Outcome
        {
            Scope = _scope,
            States = _table.Count,
            Transitions = _transitions,
            Depth = depth,
            IsExhausted = exhausted,
            Beyond = _beyond,
            Compared = _compared,
            Took = Elapsed,
            Violation = _violation,
            Fault = _faults.Count > 0 ? _faults[0] : null,
            Trace = _violating < 0 ? [] : Trace(),
            WithWay = _scope.Liveness ? _known.Judged : null,
        };
    }

    private List<string> Trace()
    {
        var (lines, end) = Story.Tell(_scope, ChoicesTo(_violating));
        return _isStuck ? [.. lines, .. new WayToHold(_scope, _known).Tell(end)] : lines;
    }

    private void RunLevel()
    {
        _next = 0;
        var found = new List<(World, int)>[workers];
        var threads = new Thread[workers - 1];
        for (var i = 0; i < threads.Length; i++)
        {
            var worker = i + 1;
            threads[i] = new Thread(() => found[worker] = Work()) { IsBackground = true };
            threads[i].Start();
        }

        found[0] = Work();
        foreach (var thread in threads)
        {
            thread.Join();
        }

        _level = found.Length == 1 ? found[0] : [.. found.SelectMany(f => f)];
    }

    private List<(World World, int Index)> Work()
    {
        var mine = new Worker(this);
        try
        {
            while (_violating < 0 && !_outOfTime && Interlocked.Add(ref _next, Portion) is var end && end - Portion < _level.Count)
            {
                for (var i = end - Portion; i < Math.Min(end, _level.Count); i++)
                {
                    mine.GoInto(_level[i].World, _level[i].Index);
                    _level[i] = default; // its memory goes as soon as it is done
                }

                _outOfTime |= Elapsed > limit || _table.Count > _scope.StatesMax;
            }
        }
#pragma warning disable CA1031 // a worker's thread must not take the program down: the fault is the result
        catch (Exception e)
#pragma warning restore CA1031
        {
            lock (_gate)
            {
                _faults.Add(e.ToString());
            }
        }

        mine.End();
        return mine.Found;
    }

    private List<Choice> ChoicesTo(int index)
    {
        var choices = new List<Choice>();
        while (index > 0)
        {
            var (parent, choice) = _table.Origin(index);
            choices.Add(Choice.Unpack(choice));
            index = parent;
        }

        choices.Reverse();
        return choices;
    }

    private sealed class Worker
    {
        private readonly Explorer _explorer;
        private readonly Successors _successors;
        private readonly Canon _canon;
        private readonly Action<Choice, World> _take;
        private readonly WayToHold? _way;
        private int _parent;
        private long _transitions;

        public Worker(Explorer explorer)
        {
            _explorer = explorer;
            _successors = new Successors(explorer._scope);
            _canon = new Canon(explorer._scope);
            _take = Take;
            _way = explorer._scope.Liveness ? new WayToHold(explorer._scope, explorer._known) : null;
        }

        public List<(World World, int Index)> Found { get; } = [];

        public void GoInto(World world, int index)
        {
            _parent = index;
            _successors.Of(world, _take);
        }

        public void End() => Interlocked.Add(ref _explorer._transitions, _transitions);

        private void Take(Choice choice, World world)
        {
            _transitions++;
            var hash = _canon.Of(world);
            var isNew = _explorer._table.Add(hash, _parent, choice.Packed, out var index);
            var isSample = ((int)hash.Low & SampleMask) == 0 && !_explorer._scope.IsBroken;
            if (!isNew)
            {
                if (isSample)
                {
                    Compare(hash, world);
                }

                return;
            }

            Check(world, index);
            if (world.IsBeyond)
            {
                Interlocked.Increment(ref _explorer._beyond);
                return;
            }

            if (isSample)
            {
                lock (_explorer._gate)
                {
                    _explorer._samples.TryAdd(hash, world);
                }
            }

            Found.Add((world, index));
        }

        private void Check(World world, int index)
        {
            var isStuck = _way is not null && WayToHold.IsJudged(world) && !_way.Exists(world);
            if (world.Violation is null && !isStuck)
            {
                return;
            }

            lock (_explorer._gate)
            {
                if (_explorer._violating < 0)
                {
                    (_explorer._violating, _explorer._isStuck) = (index, isStuck);
                    _explorer._violation = world.Violation ?? "NO WAY TO A HOLD: both programs run, nothing goes wrong any more, and nobody comes to hold";
                }
            }
        }

        /// <summary>Two worlds with one canonical form must be able to do the same; else something that matters is not in the form.</summary>
        private void Compare(StateHash hash, World other)
        {
            World? sample;
            lock (_explorer._gate)
            {
                if (!_explorer._samples.Remove(hash, out sample))
                {
                    return; // compared before
                }
            }

            if (Bisimulation.Difference(_explorer._scope, sample, other) is { } difference)
            {
                throw new InvalidOperationException("two states with the same canonical form differ in what they can do: " + difference);
            }

            Interlocked.Increment(ref _explorer._compared);
        }
    }
}
