using System.Collections.Concurrent;
using HaCore.Testing;
using HaCore.Testing.Simulation;

namespace HaCore.SimulationTests;

public sealed class DisasterTests(ITestOutputHelper output)
{
    private const int Seeds = 2000;
    private const ulong First = 1;

    /// <summary>Always the same seeds, so that a failure is the change's; the long run takes others (CONTRIBUTING.md).</summary>
    [Fact]
    public void Whatever_happens_a_group_has_one_holder_and_runs_again_when_the_trouble_ends()
    {
        var simulation = new DisasterSimulation();
        var failures = new ConcurrentBag<SimulationReport>();
        var faults = new long[Enum.GetValues<Fault>().Length];
        long steps = 0, simulated = 0, attacks = 0;
        Parallel.For(0, Seeds, i =>
        {
            var report = simulation.Run(First + (ulong)i);
            Interlocked.Add(ref steps, report.Steps);
            Interlocked.Add(ref simulated, report.SimulatedTime.Ticks);
            Interlocked.Add(ref attacks, report.JudgedAttacks);
            for (var fault = 0; fault < faults.Length; fault++)
            {
                Interlocked.Add(ref faults[fault], report.Faults[fault]);
            }

            if (!report.Passed)
            {
                failures.Add(report);
            }
        });
        output.WriteLine($"{Seeds} seeds, {steps} engine steps, {new TimeSpan(simulated).TotalHours:0.0} cluster-hours, {attacks} frames of the attacker");
        Assert.True(failures.IsEmpty, string.Join("\n\n", failures.OrderBy(f => f.Seed).Take(3)));

        // A fault that never happens proves nothing about it.
        var never = Enum.GetValues<Fault>().Where(f => f != Fault.None && faults[(int)f] == 0);
        Assert.Empty(never);
        Assert.True(attacks > 0);
    }
}
