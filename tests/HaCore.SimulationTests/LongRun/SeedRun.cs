using System.Globalization;
using HaCore.Testing;
using HaCore.Testing.Simulation;

namespace HaCore.SimulationTests.LongRun;

/// <summary>Many seeds on several threads, and what they came to.</summary>
internal sealed class SeedRun
{
    private const int ViolationsShown = 10;   // beyond it one more tells nothing, and each costs seconds to shorten
    private static readonly TimeSpan ProgressInterval = TimeSpan.FromSeconds(10);

    private readonly DisasterSimulation _simulation;
    private readonly DisasterSimulation _unshrunk;
    private readonly ulong _first;
    private readonly long _count;
    private readonly int _workers;
    private readonly TimeProvider _time = TimeProvider.System;
    private readonly long _began;
    private long _next;
    private long _done;
    private long _steps;
    private long _simulated;
    private long _violations;
    private long _attacks;
    private readonly long[] _faults = new long[Enum.GetValues<Fault>().Length];
    private volatile bool _stop;

    public SeedRun(DisasterSimulation simulation, ulong first, long count, int workers, TimesProfile? profile)
    {
        _simulation = simulation;
        _unshrunk = new DisasterSimulation(new DisasterSimulationOptions { ShrinkSteps = 0, Profile = profile });
        (_first, _count, _workers) = (first, count, workers);
        _began = _time.GetTimestamp();
    }

    public int Run()
    {
        Console.Error.WriteLine($"seeds {_first} to {_first + (ulong)_count - 1}, {_workers} workers");
        ConsoleCancelEventHandler cancel = (_, e) => (e.Cancel, _stop) = (true, true);
        Console.CancelKeyPress += cancel;
        try
        {
            using var progress = _time.CreateTimer(_ => Console.Error.WriteLine(Line()), null, ProgressInterval, ProgressInterval);
            var threads = Enumerable.Range(0, _workers).Select(_ => new Thread(Work) { IsBackground = true }).ToArray();
            Array.ForEach(threads, static t => t.Start());
            Array.ForEach(threads, static t => t.Join());
        }
        finally
        {
            Console.CancelKeyPress -= cancel;
        }

        Console.WriteLine(Line());
        Console.WriteLine("faults: " + string.Join(", ", Enum.GetValues<Fault>().Where(f => f != Fault.None).Select(f => $"{f} {Interlocked.Read(ref _faults[(int)f])}")));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"attacker's frames that had to change nothing: {_attacks}"));
        return _violations > 0 ? 1 : _stop ? 130 : 0;
    }

    private void Work()
    {
        var faults = new long[_faults.Length];
        while (!_stop)
        {
            var index = Interlocked.Increment(ref _next) - 1;
            if (index >= _count)
            {
                break;
            }

            var seed = unchecked(_first + (ulong)index);
            var report = _unshrunk.Run(seed);
            Interlocked.Increment(ref _done);
            Interlocked.Add(ref _steps, report.Steps);
            Interlocked.Add(ref _simulated, report.SimulatedTime.Ticks);
            Interlocked.Add(ref _attacks, report.JudgedAttacks);
            for (var i = 0; i < faults.Length; i++)
            {
                faults[i] += report.Faults[i];
            }

            if (!report.Passed)
            {
                Tell(seed, report);
            }
        }

        for (var i = 0; i < faults.Length; i++)
        {
            Interlocked.Add(ref _faults[i], faults[i]);
        }
    }

    private void Tell(ulong seed, SimulationReport report)
    {
        var text = Interlocked.Increment(ref _violations) <= ViolationsShown ? _simulation.Run(seed).Text : $"SEED {seed} breaks {report.Violation}";
        lock (_faults)   // two workers must not print into each other's trace
        {
            Console.WriteLine(text);
            Console.WriteLine();
        }
    }

    private string Line()
    {
        var seconds = Math.Max(_time.GetElapsedTime(_began).TotalSeconds, 0.001);
        var processor = Math.Max(Environment.CpuUsage.TotalTime.TotalSeconds, 0.001);   // on a machine that does other things too, time says little
        var hours = new TimeSpan(Interlocked.Read(ref _simulated)).TotalHours;
        var done = Interlocked.Read(ref _done);
        return string.Create(CultureInfo.InvariantCulture,
            $"{done} of {_count} seeds from {_first}, {Interlocked.Read(ref _violations)} violations; {Interlocked.Read(ref _steps):N0} engine steps, {hours:N1} cluster-hours in {seconds:N0} s ({hours / seconds:N2} a second) and {processor:N0} s of processor: {hours * 3600 / processor:N0} times real time per core, {processor * 1000 / Math.Max(done, 1):N2} ms a seed");
    }
}
