using System.Collections.Concurrent;
using HaCore.Engine;
using HaCore.Search.Forking;
using HaCore.Search.Worlds;

namespace HaCore.Search.Exploring;

/// <summary>
/// Liveness: from every judged state a node comes to hold once nothing goes wrong any more. Shown by doing it: writes end, agents answer, frames arrive and time
/// passes on both clocks in turn; no crash, no fence, no loss, no operator. One way is enough, so a run that ends in a hold is a proof; one that comes back to
/// where it was is reported, although another order might have helped. The limits of the scope do not bind this run: what is left of them says how much trouble
/// may still come, not how much time passes after it.
/// </summary>
internal sealed class WayToHold(Scope scope, WayToHold.KnownStates known)
{
    private const int StepsMax = 400; // a run comes back to where it was long before; more is a form that grows for ever

    private const int ToldMax = 24;

    private readonly Successors _calm = new(scope with { Ticks = Scope.Unlimited, Fences = false });
    private readonly Canon _canon = new(scope);
    private readonly List<StateHash> _path = [];
    private readonly HashSet<(StateHash, int)> _seen = [];

    /// <summary>States from which a hold was reached, without what is left of the limits; shared by the workers.</summary>
    internal sealed class KnownStates
    {
        private readonly ConcurrentDictionary<StateHash, bool> _good = new();
        private int _judged;

        /// <summary>States that had to have a way, and had one.</summary>
        public int Judged => Volatile.Read(ref _judged);

        public bool Contains(StateHash hash) => _good.ContainsKey(hash);

        public void Add(List<StateHash> path) => path.ForEach(h => _good.TryAdd(h, true));

        public void Count() => Interlocked.Increment(ref _judged);
    }

    /// <summary>
    /// Both programs run, neither leaves, and no fence is in flight that only its device can end (rule H: until it hits or its time is up, the node that ordered it
    /// takes nothing and admits no newer start). The fence of a dead program binds nobody, and neither does one that has hit: its answer is on its way.
    /// </summary>
    public static bool IsJudged(World world) =>
        world is { Violation: null, A.Machine: { } a, B.Machine: { } b } && !a.IsLeaving() && !b.IsLeaving()
        && !Array.Exists(world.Fences, static f => f is { IsHit: false, IsOrphan: false, IsAnswered: false });

    /// <summary>False: the calm run from here comes to no hold.</summary>
    public bool Exists(World world)
    {
        _path.Clear();
        _seen.Clear();
        var (turn, now) = (0, world.WithoutLimits());
        for (var step = 0; step < StepsMax; step++)
        {
            if (Holds(now))
            {
                return Good();
            }

            var hash = _canon.Of(now);
            if (known.Contains(hash))
            {
                return Good();
            }

            if (!_seen.Add((hash, turn)) || _calm.Calm(now, ref turn) is not { World: { Violation: null } next })
            {
                return false;
            }

            _path.Add(hash);
            now = next;
        }

        return false;
    }

    /// <summary>The calm run that comes to no hold, for a reader.</summary>
    public IEnumerable<string> Tell(World world)
    {
        _seen.Clear();
        var (turn, now) = (0, world.WithoutLimits());
        yield return "    from here on nothing goes wrong:";
        while (_seen.Count < ToldMax && _seen.Add((_canon.Of(now), turn)))
        {
            if (_calm.Calm(now, ref turn) is not { } next)
            {
                yield return "    and nothing more can happen";
                yield break;
            }

            now = next.World;
            yield return $"    {next.Choice,-38} {Story.Describe(now)}{(now.Violation is { } violation ? $" {violation}" : "")}";
        }

        yield return "    and so on";
    }

    private bool Good()
    {
        known.Count();
        known.Add(_path);
        return true;
    }

    /// <summary>Every group is held by a program that says so, found or started, and does not give it up. What a dead program left active is no hold.</summary>
    private bool Holds(World world)
    {
        for (var group = 0; group < scope.Groups; group++)
        {
            if (!Holds(world.A, group) && !Holds(world.B, group))
            {
                return false;
            }
        }

        return true;
    }

    private static bool Holds(NodeState node, int group) =>
        (node.Active & (1u << group)) != 0 && node.Machine is { } machine
        && machine.Groups()[group] is { ShownHold: HoldState.Held, IsResidue: false, Releasing: ReleaseReason.None };
}
