namespace HaCore.Testing.Simulation;

/// <summary>
/// SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014): a seed of 64 bits costs nothing to begin with, and the
/// numbers are the same on every release of .NET.
/// </summary>
internal sealed class SimRandom(ulong seed) : Random
{
    private ulong _state = seed;

    public ulong NextUInt64()
    {
        _state += 0x9E3779B97F4A7C15;
        var z = _state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    public override int Next() => (int)(NextUInt64() >> 33);

    public override int Next(int maxValue) => Next(0, maxValue);

    public override int Next(int minValue, int maxValue)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(minValue, maxValue);
        return (int)(minValue + (long)(((UInt128)NextUInt64() * (ulong)((long)maxValue - minValue)) >> 64));
    }

    public override double NextDouble() => (NextUInt64() >> 11) * (1.0 / (1UL << 53));

    public override void NextBytes(Span<byte> buffer)
    {
        foreach (ref var each in buffer)
        {
            each = (byte)NextUInt64();
        }
    }

    public override void NextBytes(byte[] buffer) => NextBytes(buffer.AsSpan());

    protected override double Sample() => NextDouble();

    /// <summary>True in one of <paramref name="of"/> cases.</summary>
    public bool OneIn(int of) => Next(of) == 0;

    public bool Chance(double probability) => NextDouble() < probability;

    public TimeSpan Time(TimeSpan min, TimeSpan max) => min + ((max - min) * NextDouble());

    public T Of<T>(params ReadOnlySpan<T> choices) => choices[Next(choices.Length)];
}
