using System.Buffers.Binary;
using System.Security.Cryptography;
using HaCore.Wire;

namespace HaCore.Tests.Wire;

public sealed class HostileBytesTests
{
    private const int Tries = 500_000;   // of each kind

    [Fact]
    public void Half_a_million_random_frames_are_refused_without_an_exception()
    {
        var (random, seed) = NewRandom();
        using var codec = Frames.Second();
        var frame = new Frame();
        var buffer = new byte[256];
        for (var i = 0; i < Tries; i++)
        {
            var length = random.Next(buffer.Length + 1);
            random.NextBytes(buffer.AsSpan(0, length));
            if (length >= FrameLayout.PrefixBytes && i % 2 == 0)
            {
                WritePrefix(buffer);   // noise that gets as far as the signature
            }

            AssertRefused(codec.Decode(buffer.AsSpan(0, length), frame), seed, i);
        }
    }

    [Fact]
    public void Half_a_million_mutated_frames_are_refused_without_an_exception()
    {
        var (random, seed) = NewRandom();
        using var sender = Frames.First();
        using var codec = Frames.Second();
        var good = Enumerable.Range(0, 64).Select(i => Frames.Encode(sender, i == 0 ? Frames.Small() : Few(seed + i))).ToArray();
        var frame = new Frame();
        var buffer = new byte[FrameLayout.FrameBytesMax + 64];
        for (var i = 0; i < Tries; i++)
        {
            var original = good[random.Next(good.Length)];
            var length = Mutate(original, good[random.Next(good.Length)], buffer, random);
            if (!Array.Exists(good, g => buffer.AsSpan(0, length).SequenceEqual(g)))
            {
                AssertRefused(codec.Decode(buffer.AsSpan(0, length), frame), seed, i);
            }
        }
    }

    [Fact]
    public void Random_content_under_a_right_signature_is_judged_without_an_exception()
    {
        var (random, seed) = NewRandom();
        using var codec = Frames.Second();
        var frame = new Frame();
        for (var i = 0; i < 20_000; i++)
        {
            var body = Frames.Encode(codec, Few(random.Next())).AsSpan(..^FrameLayout.MacBytes).ToArray();
            for (var n = random.Next(1, 4); n > 0; n--)
            {
                body[random.Next(FrameLayout.PrefixBytes, body.Length)] = (byte)random.Next();
            }

            body[FrameLayout.SenderAt] = 0;
            var cut = i % 3 == 0 ? random.Next(FrameLayout.PrefixBytes, body.Length) : body.Length;
            var verdict = codec.Decode(Frames.Sign(body.AsSpan(0, cut)), frame);
            Assert.True(verdict is FrameVerdict.Accepted or FrameVerdict.Malformed, $"{verdict}, seed {seed}, try {i}");
        }
    }

    [Fact]
    public void Frame_cut_short_anywhere_is_refused()
    {
        using var sender = Frames.First();
        using var codec = Frames.Second();
        var bytes = Frames.Encode(sender, Frames.SmallWithEverything());
        for (var length = 0; length < bytes.Length; length++)
        {
            Assert.NotEqual(FrameVerdict.Accepted, codec.Decode(bytes.AsSpan(0, length), new Frame()));
        }
    }

    [Fact]
    public void Content_cut_short_anywhere_is_malformed_even_under_a_right_signature()
    {
        using var sender = Frames.First();
        using var codec = Frames.Second();
        var signed = Frames.Encode(sender, Frames.SmallWithEverything()).AsSpan(..^FrameLayout.MacBytes);
        for (var length = FrameLayout.PrefixBytes; length < signed.Length; length++)
        {
            Assert.Equal(FrameVerdict.Malformed, codec.Decode(Frames.Sign(signed[..length]), new Frame()));
        }
    }

    [Fact]
    public void Unknown_fields_at_the_end_of_each_part_are_skipped()
    {
        using var sender = Frames.First();
        using var codec = Frames.Second();
        var frame = Frames.SmallWithEverything();
        frame.GroupCount = 2;
        var bytes = Frames.Encode(sender, frame).AsSpan(..^FrameLayout.MacBytes).ToArray().ToList();
        byte[] news = [0xDE, 0xAD, 0xBE, 0xEF];
        var header = FrameLayout.PrefixBytes;
        var group1 = header + 1 + bytes[header];
        var group2 = group1 + 1 + bytes[group1];
        bytes.AddRange(news);                      // after the last group
        foreach (var part in new[] { group2, group1, header })
        {
            bytes.InsertRange(part + 1 + bytes[part], news);
            bytes[part] += (byte)news.Length;
        }

        var heard = new Frame();
        Assert.Equal(FrameVerdict.Accepted, codec.Decode(Frames.Sign(bytes.ToArray()), heard));
        Assert.Equal(Frames.Describe(frame), Frames.Describe(heard));
    }

    [Fact]
    public void Unknown_numbers_of_a_later_release_become_doubt()
    {
        using var sender = Frames.First();
        using var codec = Frames.Second();
        var frame = Frames.Small();
        frame.State = (MemberState)200;
        frame.Flags = (FrameFlags)0xFFFF;
        frame.NodeRequestKind = (NodeRequestKind)200;
        var group = frame.Groups[0];
        group.Hold = (HoldState)200;
        group.Readiness = (Readiness)200;
        group.Flags = (FrameGroupFlags)0xFF & ~FrameLayout.KnownGroupFlags;
        group.Pinned = 200;
        group.WantedTarget = 200;
        var heard = new Frame();
        Assert.Equal(FrameVerdict.Accepted, codec.Decode(Frames.Encode(sender, frame), heard));
        Assert.Equal(MemberState.Unknown, heard.State);
        Assert.Equal(FrameLayout.KnownFlags, heard.Flags);
        Assert.Equal((0, NodeRequestKind.None), (heard.NodeRequest, heard.NodeRequestKind));
        group = heard.Groups[0];
        Assert.Equal((HoldState.Unknown, Readiness.Unknown, FrameGroupFlags.None), (group.Hold, group.Readiness, group.Flags));
        Assert.Equal((0, 0, 0), (group.Pinned, group.WantedRequest, group.WantedTarget));
    }

    [Theory]
    [InlineData(MemberState.Unclean)]
    [InlineData(MemberState.Lost)]
    public void Node_that_calls_itself_down_is_not_believed(MemberState state)
    {
        using var sender = Frames.First();
        using var codec = Frames.Second();
        var heard = new Frame();
        Assert.Equal(FrameVerdict.Accepted, codec.Decode(Frames.Encode(sender, new Frame { State = state }), heard));
        Assert.Equal(MemberState.Unknown, heard.State);
    }

    private static Frame Few(int seed)
    {
        var frame = Frames.Make(seed);
        frame.GroupCount = Math.Min(frame.GroupCount, 2);
        return frame;
    }

    private static int Mutate(byte[] original, byte[] other, byte[] buffer, Random random)
    {
        original.CopyTo(buffer, 0);
        switch (random.Next(5))
        {
            case 0:
                buffer[random.Next(original.Length)] ^= (byte)(1 << random.Next(8));
                return original.Length;
            case 1:
                for (var n = random.Next(1, 8); n > 0; n--)
                {
                    buffer[random.Next(original.Length)] = (byte)random.Next();
                }

                return original.Length;
            case 2:
                return random.Next(original.Length);
            case 3:
                var more = random.Next(1, 64);
                random.NextBytes(buffer.AsSpan(original.Length, more));
                return original.Length + more;
            default:
                // The head of one right frame and the tail of another.
                var at = random.Next(1, Math.Min(original.Length, other.Length));
                other.AsSpan(at).CopyTo(buffer.AsSpan(at));
                return other.Length;
        }
    }

    private static void WritePrefix(byte[] buffer)
    {
        buffer[0] = FrameLayout.Magic0;
        buffer[1] = FrameLayout.Magic1;
        buffer[FrameLayout.VersionAt] = FrameLayout.Version;
        buffer[FrameLayout.KeyIdAt] = 1;
        BinaryPrimitives.WriteUInt64LittleEndian(buffer.AsSpan(FrameLayout.ClusterHashAt), Frames.Cluster);
    }

    private static void AssertRefused(FrameVerdict verdict, int seed, int attempt)
    {
        if (verdict is FrameVerdict.Accepted or FrameVerdict.OwnFrame or FrameVerdict.Unknown)
        {
            Assert.Fail($"{verdict}, seed {seed}, try {attempt}");
        }
    }

    private static (Random Random, int Seed) NewRandom()
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable("HACORE_SEED"), out var given) ? given : RandomNumberGenerator.GetInt32(int.MaxValue / 2);
        TestContext.Current.TestOutputHelper?.WriteLine($"HACORE_SEED={seed}");
        return (new Random(seed), seed);
    }
}
