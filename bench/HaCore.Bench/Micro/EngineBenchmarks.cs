using BenchmarkDotNet.Attributes;

namespace HaCore.Bench.Micro;

/// <summary>What the engine costs while nothing happens, which is nearly always: both nodes of a cluster, two links, one group that is active.</summary>
[MemoryDiagnoser]
public class EngineBenchmarks
{
    private readonly EnginePair _pair = new();

    /// <summary>One heartbeat interval of both nodes: two frames decided, four received, each in a step of its own.</summary>
    [Benchmark(Description = "one interval, both nodes", OperationsPerInvoke = EnginePair.StepsPerInterval)]
    public long Interval() => _pair.AdvanceInterval();
}
