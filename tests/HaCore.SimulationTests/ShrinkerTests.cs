using HaCore.Testing;
using HaCore.Testing.Simulation;
using HaCore.Testing.Simulation.Disasters;

namespace HaCore.SimulationTests;

/// <summary>With invariants that are wrong on purpose: they live here, no shipped assembly has a rule that can be switched off.</summary>
public sealed class ShrinkerTests
{
    /// <summary>Takes two actions to break, and the others must go.</summary>
    private static void NeverCutInMaintenance(World world) =>
        world.Judge(
            !(world.Links[0].From["a"].Cut && world.Nodes[1].Process?.Machine.Snapshot.Maintenance == true),
            Invariant.Story,
            "no link is cut while b is in maintenance");

    [Fact]
    public void A_long_disaster_becomes_the_two_actions_that_matter()
    {
        var (plan, failure) = FirstFailure(NeverCutInMaintenance);
        var shrunk = Shrinker.Shrink(plan, failure, 5_000_000, NeverCutInMaintenance);
        Assert.InRange(shrunk.Actions.Count, 1, 3);
        Assert.True(shrunk.Actions.Count < plan.Actions.Count, $"{plan.Actions.Count} actions stayed {shrunk.Actions.Count}");
        Assert.Equal(Invariant.Story, DisasterRun.Play(shrunk, observe: NeverCutInMaintenance).Failure?.Invariant);
    }

    [Fact]
    public void Without_steps_to_spend_the_disaster_stays_as_it_was_drawn()
    {
        var (plan, failure) = FirstFailure(NeverCutInMaintenance);
        Assert.Equal(plan.Actions, Shrinker.Shrink(plan, failure, 0, NeverCutInMaintenance).Actions);
    }

    [Fact]
    public void The_report_of_a_failure_begins_with_the_seed_and_how_to_repeat_it()
    {
        var (plan, _) = FirstFailure(NeverCutInMaintenance);
        var report = new DisasterSimulation().Run(plan.Seed, NeverCutInMaintenance);
        Assert.False(report.Passed);
        Assert.StartsWith($"SEED {plan.Seed} breaks Story", report.Text, StringComparison.Ordinal);
        Assert.Contains($"-- --seed {plan.Seed}", report.Text, StringComparison.Ordinal);
        Assert.Contains("What happened:", report.Text, StringComparison.Ordinal);
    }

    private static (DisasterPlan Plan, StoryFailedException Failure) FirstFailure(Action<World> observe)
    {
        for (ulong seed = 1; seed < 1000; seed++)
        {
            var plan = Swarm.Draw(seed);
            if (plan.Actions.Count > 8 && DisasterRun.Play(plan, observe: observe).Failure is { Invariant: Invariant.Story } failure)
            {
                return (plan, failure);
            }
        }

        throw new InvalidOperationException("no seed breaks the invariant of this test");
    }
}
