namespace HaCore.Testing.Simulation.Disasters;

/// <summary>
/// Makes a failing disaster short: delta debugging (Zeller, Hildebrandt: Simplifying and isolating failure-inducing input, 2002) on the list of its
/// actions, then on its length and on single faults of the site. Whatever is left out, the run must break the same invariant.
/// </summary>
internal sealed class Shrinker
{
    private readonly Invariant _invariant;
    private readonly Action<World>? _observe;
    private long _stepsLeft;

    private Shrinker(Invariant invariant, long steps, Action<World>? observe)
    {
        _invariant = invariant;
        _stepsLeft = steps;
        _observe = observe;
    }

    /// <param name="plan">It fails.</param>
    /// <param name="failure">How.</param>
    /// <param name="steps">Engine steps that may be spent: the bound of its time, the same on every machine.</param>
    /// <param name="observe">The test's own invariant that the run was played with.</param>
    public static DisasterPlan Shrink(DisasterPlan plan, StoryFailedException failure, long steps, Action<World>? observe = null)
    {
        var shrinker = new Shrinker(failure.Invariant, steps, observe);
        plan = shrinker.EndAt(plan, failure);
        plan = shrinker.DropActions(plan);
        plan = shrinker.Shorten(plan);
        plan = shrinker.Calm(plan);
        return shrinker.DropActions(plan);
    }

    private bool Fails(DisasterPlan plan) => Fails(plan, out _);

    private bool Fails(DisasterPlan plan, out StoryFailedException? failure)
    {
        failure = null;
        if (_stepsLeft <= 0)
        {
            return false;
        }

        var result = DisasterRun.Play(plan, observe: _observe);
        _stepsLeft -= result.Steps;
        failure = result.Failure;
        return failure?.Invariant == _invariant;
    }

    /// <summary>What was to happen after the failure did not cause it.</summary>
    private DisasterPlan EndAt(DisasterPlan plan, StoryFailedException failure)
    {
        var shorter = plan with { Actions = [.. plan.Actions.Where(a => a.At.Ticks <= failure.Time)] };
        return Fails(shorter) ? shorter : plan;
    }

    private DisasterPlan DropActions(DisasterPlan plan)
    {
        for (var chunk = Math.Max(1, plan.Actions.Count / 2); ; chunk = Math.Max(1, chunk / 2))
        {
            var dropped = false;
            for (var at = 0; at < plan.Actions.Count && _stepsLeft > 0;)
            {
                var without = plan with { Actions = [.. plan.Actions.Take(at), .. plan.Actions.Skip(at + chunk)] };
                if (Fails(without))
                {
                    plan = without;
                    dropped = true;
                }
                else
                {
                    at += chunk;
                }
            }

            if (_stepsLeft <= 0 || (chunk == 1 && !dropped))
            {
                return plan;
            }
        }
    }

    /// <summary>Heals earlier, and lets what is left happen sooner.</summary>
    private DisasterPlan Shorten(DisasterPlan plan)
    {
        for (var i = 0; i < 8; i++)
        {
            var last = plan.Actions.Count == 0 ? TimeSpan.Zero : plan.Actions[^1].At;
            var shorter = plan with { Length = last + ((plan.Length - last) / 2) };
            if (!Fails(shorter))
            {
                break;
            }

            plan = shorter;
        }

        return plan;
    }

    /// <summary>What the site need not have: drift, a slow disk, further groups' faults, a real signature.</summary>
    private DisasterPlan Calm(DisasterPlan plan)
    {
        ReadOnlySpan<Func<DisasterPlan, DisasterPlan>> calmer =
        [
            static p => p with { DriftOfA = 0, DriftOfB = 0 },
            static p => p with { DiskLatency = TimeSpan.FromMilliseconds(1) },
            static p => p with { RealSignature = false },
            static p => p with { BothStart = true },
            static p => p.Links.Count > 1 ? p with { Links = [p.Links[0]] } : p,
            static p => p.Groups.Count > 1 && p.Actions.All(a => a.Choice / 8 == 0) ? p with { Groups = [p.Groups[0]] } : p,
        ];
        foreach (var calm in calmer)
        {
            var candidate = calm(plan);
            if (!ReferenceEquals(candidate, plan) && Fails(candidate))
            {
                plan = candidate;
            }
        }

        return plan;
    }
}
