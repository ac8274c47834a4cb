using BenchmarkDotNet.Attributes;
using HaCore.Wire;

namespace HaCore.Bench.Micro;

/// <summary>What one frame costs: signing and encoding, verifying and decoding, and refusing what is not the peer's.</summary>
[MemoryDiagnoser]
public class CodecBenchmarks : IDisposable
{
    private const ulong Cluster = 0x1122_3344_5566_7788;
    private const int Seed = 20040701;

    private readonly byte[] _buffer = new byte[512];
    private readonly byte[] _frameOfPeer;
    private readonly byte[] _badSignature;
    private readonly byte[] _otherCluster;
    private readonly byte[] _noise;
    private readonly Frame _sent = EnginePair.SampleFrame();
    private readonly Frame _received = new();
    private readonly FrameCodec _local;

    public CodecBenchmarks()
    {
        var keys = new KeyRing([new KeyRing.Key(1, new byte[KeyRing.KeyBytesMin])]);
        _local = new FrameCodec(keys, Cluster, localIsFirst: true);
        using var peer = new FrameCodec(keys, Cluster, localIsFirst: false);
        _frameOfPeer = _buffer[..peer.Encode(_sent, _buffer)];
        _badSignature = [.. _frameOfPeer];
        _badSignature[^1] ^= 1;
        using var other = new FrameCodec(keys, ~Cluster, localIsFirst: false);
        _otherCluster = _buffer[..other.Encode(_sent, _buffer)];
        _noise = new byte[_frameOfPeer.Length];
        new Random(Seed).NextBytes(_noise);
    }

    /// <summary>Length of the frame that is measured, in bytes.</summary>
    public int FrameBytes => _frameOfPeer.Length;

    [GlobalCleanup]
    public void Dispose()
    {
        _local.Dispose();
        GC.SuppressFinalize(this);   // CA1816; BenchmarkDotNet derives from this class
    }

    [Benchmark(Baseline = true, Description = "sign and encode")]
    public int Encode() => _local.Encode(_sent, _buffer);

    [Benchmark(Description = "verify and decode")]
    public int Decode() => (int)_local.Decode(_frameOfPeer, _received);

    [Benchmark(Description = "refuse a bad signature")]
    public int BadSignature() => (int)_local.Decode(_badSignature, _received);

    [Benchmark(Description = "refuse another cluster's frame")]
    public int OtherCluster() => (int)_local.Decode(_otherCluster, _received);

    [Benchmark(Description = "refuse noise")]
    public int Noise() => (int)_local.Decode(_noise, _received);
}
