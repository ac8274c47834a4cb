using System.Globalization;
using System.Text;
using HaCore.Testing.Simulation;
using HaCore.Testing.Simulation.Disasters;

namespace HaCore.Testing;

/// <summary>
/// Two real engines with the real wire format and the real state file, in a simulated world of networks, disks, clocks, agents, fencing devices
/// and operators that all fail. One seed draws everything, so that a failure can be repeated; nothing waits, so that a minute costs milliseconds.
/// </summary>
/// <remarks>
/// A run has two phases. First the trouble: after every step of an engine the invariants are checked, above all that a group is held by at most one
/// node. Then everything is repaired, and every group must be active on exactly one node within a stated time, and the cluster must come to rest.
/// Safe for use by several threads: a run shares nothing with another, unless the policies do.
/// </remarks>
/// <param name="options">What is fixed; null = everything is drawn. Read at each run.</param>
public sealed class DisasterSimulation(DisasterSimulationOptions? options = null)
{
    private readonly DisasterSimulationOptions _options = options ?? new DisasterSimulationOptions();

    /// <summary>The same seed with the same options on the same release runs the same disaster.</summary>
    /// <returns>Whether the invariants held. Never throws because of one.</returns>
    public SimulationReport Run(ulong seed) => Run(seed, observe: null);

    /// <param name="seed">What everything is drawn from.</param>
    /// <param name="observe">A test's own invariant, called after every step.</param>
    internal SimulationReport Run(ulong seed, Action<World>? observe)
    {
        var plan = Swarm.Draw(seed, _options);
        var result = DisasterRun.Play(plan, observe: observe);
        return new SimulationReport(seed)
        {
            Violation = result.Failure?.Invariant.ToString(),
            Text = result.Failure is null ? "" : Explain(plan, result.Failure, observe),
            SimulatedTime = new TimeSpan(result.Simulated),
            Steps = result.Steps,
            Faults = result.World.Faults,
            Fingerprint = result.World.Fingerprint,
            JudgedAttacks = result.World.JudgedAttacks,
        };
    }

    private string Explain(DisasterPlan plan, StoryFailedException failure, Action<World>? observe)
    {
        var drawn = plan.Actions.Count;
        plan = _options.ShrinkSteps > 0 ? Shrinker.Shrink(plan, failure, _options.ShrinkSteps, observe) : plan;
        var traced = DisasterRun.Play(plan, tracing: true, observe).Failure ?? failure;
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"SEED {plan.Seed} breaks {failure.Invariant}: {failure.What}").AppendLine()
            .Append(CultureInfo.InvariantCulture, $"Repeat: dotnet run --project tests/HaCore.SimulationTests -- --seed {plan.Seed}").AppendLine()
            .Append(plan.Describe())
            .Append(CultureInfo.InvariantCulture, $"{plan.Actions.Count} of {drawn} actions are needed, then everything is repaired at {plan.Length.TotalSeconds:0.###} s:").AppendLine();
        foreach (var action in plan.Actions)
        {
            text.Append(action.ToString()).AppendLine();
        }

        return text.Append("What happened:").AppendLine().Append(traced.Message).ToString();
    }
}
