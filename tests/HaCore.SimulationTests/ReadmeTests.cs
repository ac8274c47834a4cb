using HaCore.Testing;

namespace HaCore.SimulationTests;

public sealed class ReadmeTests
{
    [Fact]
    public void The_policy_of_the_readme_is_proved_as_the_readme_says()
    {
        var report = Prove(seeds: 200);
        Assert.True(report is null, report?.Text);
    }

    [Fact]
    public void The_readme_shows_this_very_code()
    {
        var root = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(root, "HaCore.sln")))
        {
            root = Path.GetDirectoryName(root) ?? throw new InvalidOperationException("not in a clone of the repository");
        }

        var source = File.ReadAllText(Path.Combine(root, "tests", "HaCore.SimulationTests", "ReadmeTests.cs"));
        var readme = File.ReadAllText(Path.Combine(root, "src", "HaCore.Testing", "README.md"));
        foreach (var part in source.Split("// readme\n")[1..])
        {
            Assert.Contains(part.Split("// end\n")[0].TrimEnd(), readme, StringComparison.Ordinal);
        }
    }

    // readme
    private static SimulationReport? Prove(int seeds)
    {
        var simulation = new DisasterSimulation(new DisasterSimulationOptions
        {
            Policy = static () => new PatientPolicy(),
            Fencing = FencingSite.Faulty,
        });
        for (ulong seed = 1; seed <= (ulong)seeds; seed++)
        {
            var report = simulation.Run(seed);
            if (!report.Passed)
            {
                return report;   // Text begins with the seed and ends with the trace
            }
        }

        return null;
    }

    // end
    // readme
    /// <summary>Fences a silent peer, and gives it twice as long while this node holds nothing.</summary>
    private sealed class PatientPolicy : IFencingPolicy
    {
        public FencingDecision Decide(FencingContext context) => context.FencingDeviceCount == 0
            ? FencingDecision.Wait("there is nothing to fence with")
            : FencingDecision.Fence("silent for the dead time", context.LocalHolds ? TimeSpan.Zero : context.DeadTime);
    }

    // end
}
