using System.Globalization;
using HaCore.Testing.Simulation;

namespace HaCore.SimulationTests;

public sealed class SoakTests(ITestOutputHelper output)
{
    private const int SeedsByDefault = 150;
    private const int StepsPerSeed = 150;

    /// <summary>HACORE_SEED=n runs one seed, with HACORE_SEEDS=m that many from there on; by default always the same ones, so that a failure is the change's.</summary>
    [Fact]
    public void Whatever_happens_a_group_has_one_holder_and_runs_again_when_the_trouble_ends()
    {
        var one = Number("HACORE_SEED");
        var first = one ?? 1;
        var count = Number("HACORE_SEEDS") ?? (one is null ? SeedsByDefault : 1);
        long steps = 0;
        for (var i = first; i < first + count; i++)
        {
            steps += Run(i);
        }

        output.WriteLine($"{count} seeds, {steps} engine steps");
    }

    private static long Run(int seed)
    {
        try
        {
            var soak = new Soak(seed);
            soak.Run(StepsPerSeed);
            return soak.World.Steps;
        }
        catch (StoryFailedException e)
        {
            throw new StoryFailedException(
                $"SEED {seed}. Repeat: HACORE_SEED={seed} dotnet test --project tests/HaCore.SimulationTests --filter-class HaCore.SimulationTests.SoakTests\n{e.Message}");
        }
    }

    private static int? Number(string variable) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out var value) ? value : null;
}
