using CsCheck;
using HaCore.Engine;
using HaCore.Wire;

namespace HaCore.Tests.Wire;

public sealed class FrameCodecTests
{
    // Wire version 1, kept for ever: a release that reads version 1 must read these bytes.
    private const string GoldenSmall =
        "4843010100887766554433221143040302011817161514131211282726252423222134333231484746454443424158575655545352516261767574737271020300" +
        "8483828198979695949392910502060124A8A7A6A5A4A3A2A1B8B7B6B5B4B3B2B1C8C7C6C5C4C3C241020300070108020903000000A841C820D3783AC02DC75FEE" +
        "27C4A1995FC24D09443BCBD984DC2EB9385EBDB5";

    private const string GoldenEverything =
        "4843010100887766554433221143040302011817161514131211282726252423222134333231484746454443424158575655545352516261767574737271020300" +
        "8483828198979695949392910502060137A8A7A6A5A4A3A2A1B8B7B6B5B4B3B2B1C8C7C6C5C4C3C241020307070108020903D4D3D2D1E4E3E2E10003F3F2F1087F" +
        "6F5F4F3F2F1F0F7D09EA029F2DAD79F062C8C07D185504F9D3E8E3245D9C269909F42D0269BA20";

    [Fact]
    public void Golden_frames_of_version_1_are_written_and_read_unchanged()
    {
        using var sender = Frames.First();
        using var receiver = Frames.Second();
        foreach (var (golden, frame) in new[] { (GoldenSmall, Frames.Small()), (GoldenEverything, Frames.SmallWithEverything()) })
        {
            Assert.Equal(golden, Convert.ToHexString(Frames.Encode(sender, frame)));
            var heard = new Frame();
            Assert.Equal(FrameVerdict.Accepted, receiver.Decode(Convert.FromHexString(golden), heard));
            Assert.Equal(Frames.Describe(frame), Frames.Describe(heard));
        }
    }

    [Fact]
    public void A_frame_without_a_self_fencing_time_says_not_armed_also_into_a_used_carrier()
    {
        using var sender = Frames.First();
        using var receiver = Frames.Second();
        var armed = Frames.Small();
        armed.SelfFencingTime = 9_000;
        var carrier = new Frame();
        Assert.Equal(FrameVerdict.Accepted, receiver.Decode(Frames.Encode(sender, armed), carrier));
        Assert.Equal(9_000u, carrier.SelfFencingTime);
        Assert.Equal(FrameVerdict.Accepted, receiver.Decode(Convert.FromHexString(GoldenSmall), carrier));
        Assert.Equal(0u, carrier.SelfFencingTime);
    }

    [Fact]
    public void Any_frame_survives_the_round_trip_into_a_used_carrier()
    {
        Gen.Select(Gen.Int, Gen.Int).Sample(
            (seed, before) =>
            {
                using var sender = Frames.First();
                using var receiver = Frames.Second();
                var frame = Frames.Make(seed);
                var carrier = Frames.Make(before);
                return receiver.Decode(Frames.Encode(sender, frame), carrier) == FrameVerdict.Accepted
                    && Frames.Describe(carrier) == Frames.Describe(frame);
            },
            iter: 1_000);
    }

    [Fact]
    public void Small_cluster_has_frames_of_at_most_162_bytes()
    {
        using var codec = Frames.First();
        var frame = Frames.Small();
        Assert.Equal(150, Frames.Encode(codec, frame).Length);
        frame.Groups[0].Flags = FrameGroupFlags.PeerOutdated | FrameGroupFlags.Outdated;
        Assert.Equal(158, Frames.Encode(codec, frame).Length);
        frame.SelfFencingTime = 9_000;
        Assert.Equal(162, Frames.Encode(codec, frame).Length);
    }

    [Fact]
    public void Largest_frame_has_exactly_the_computed_bytes()
    {
        using var codec = Frames.First();
        var frame = new Frame { GroupCount = EngineConfiguration.GroupsMax, SelfFencingTime = 1 };
        foreach (var group in frame.Groups)
        {
            group.Flags = FrameLayout.KnownGroupFlags;
            group.TwinCount = EngineConfiguration.ResourcesMax;
            Array.Fill(group.TwinLength, (byte)FrameLayout.TwinBytesMax);
        }

        var resources = Enumerable.Repeat(EngineConfiguration.ResourcesMax, EngineConfiguration.GroupsMax).ToArray();
        Assert.Equal(FrameCodec.MaxBytes(resources), Frames.Encode(codec, frame).Length);
        Assert.Equal(FrameLayout.FrameBytesMax, FrameCodec.MaxBytes(resources));
    }

    [Fact]
    public void Destination_too_small_is_an_error_of_the_sender()
    {
        using var codec = Frames.First();
        Assert.Throws<ArgumentException>(() => codec.Encode(Frames.Small(), new byte[149]));
        Assert.Equal(150, codec.Encode(Frames.Small(), new byte[150]));
    }

    [Fact]
    public void Impossible_frame_is_an_error_of_the_sender()
    {
        using var codec = Frames.First();
        var buffer = new byte[FrameLayout.FrameBytesMax];
        foreach (var spoil in new Action<Frame>[]
        {
            f => f.GroupCount = 17,
            f => f.GroupCount = -1,
            f => f.Groups[0].Term = -1,
            f => f.Groups[0].TwinCount = 17,
            f => f.Groups[0].TwinLength[0] = 9,
        })
        {
            var frame = Frames.Small();
            spoil(frame);
            Assert.Throws<ArgumentOutOfRangeException>(() => codec.Encode(frame, buffer));
        }
    }

    [Fact]
    public void Uptime_beyond_six_bytes_saturates()
    {
        using var sender = Frames.First();
        using var receiver = Frames.Second();
        var heard = new Frame();
        receiver.Decode(Frames.Encode(sender, new Frame { Uptime = ulong.MaxValue }), heard);
        Assert.Equal(FrameLayout.UptimeMax, heard.Uptime);
    }

    [Fact]
    public void Own_broadcast_heard_again_is_not_the_peer_and_shows_its_nonce()
    {
        using var codec = Frames.First();
        var heard = new Frame();
        Assert.Equal(FrameVerdict.OwnFrame, codec.Decode(Frames.Encode(codec, Frames.Small()), heard));
        Assert.Equal(Frames.Small().Nonce, heard.Nonce);
    }

    [Fact]
    public void Own_frame_with_the_sender_turned_round_is_not_the_peers()
    {
        using var codec = Frames.First();
        var bytes = Frames.Encode(codec, Frames.Small());
        bytes[FrameLayout.SenderAt] ^= FrameLayout.SenderIsSecond;
        AssertUntouched(FrameVerdict.BadSignature, codec, bytes);
    }

    [Fact]
    public void Other_cluster_on_the_same_wire_is_told_apart_even_with_the_same_key()
    {
        using var sender = Frames.First();
        using var receiver = new FrameCodec(Frames.Ring(1), Frames.Cluster + 1, localIsFirst: false);
        AssertUntouched(FrameVerdict.OtherCluster, receiver, Frames.Encode(sender, Frames.Small()));
    }

    [Fact]
    public void Unknown_key_and_wrong_key_are_told_apart()
    {
        using var sender = Frames.First(1);
        using var stranger = Frames.Second(2);
        using var impostor = new FrameCodec(new KeyRing([new KeyRing.Key(1, Frames.Secret(2))]), Frames.Cluster, localIsFirst: false);
        var bytes = Frames.Encode(sender, Frames.Small());
        AssertUntouched(FrameVerdict.UnknownKey, stranger, bytes);
        AssertUntouched(FrameVerdict.BadSignature, impostor, bytes);
    }

    [Fact]
    public void Later_version_is_named_as_such()
    {
        using var sender = Frames.First();
        using var receiver = Frames.Second();
        var bytes = Frames.Encode(sender, Frames.Small());
        bytes[FrameLayout.VersionAt] = 2;
        AssertUntouched(FrameVerdict.UnsupportedVersion, receiver, Frames.Sign(bytes.AsSpan(..^FrameLayout.MacBytes)));
    }

    [Fact]
    public void Keys_rotate_in_three_steps_without_an_outage()
    {
        byte[][] steps = [[1], [1, 2], [2, 1], [2]];
        for (var step = 1; step < steps.Length; step++)
        {
            // One node is a step ahead of the other, either way round.
            AssertHear(steps[step], steps[step - 1]);
            AssertHear(steps[step - 1], steps[step]);
        }
    }

    [Fact]
    public void Steady_state_allocates_nothing()
    {
        using var sender = Frames.First();
        using var receiver = Frames.Second();
        var frame = Frames.SmallWithEverything();
        var carrier = new Frame();
        var buffer = new byte[FrameLayout.FrameBytesMax];
        var noise = new byte[200];
        var accepted = 0;
        var allocated = 0L;
        for (var round = 0; round < 2; round++)   // the first round warms up
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 2_000; i++)
            {
                frame.Sequence++;
                var length = sender.Encode(frame, buffer);
                accepted += receiver.Decode(buffer.AsSpan(0, length), carrier) == FrameVerdict.Accepted ? 1 : 0;
                buffer[length - 1] ^= 1;
                accepted += receiver.Decode(buffer.AsSpan(0, length), carrier) == FrameVerdict.Accepted ? 1 : 0;
                accepted += receiver.Decode(noise, carrier) == FrameVerdict.Accepted ? 1 : 0;
            }

            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Assert.Equal(4_000, accepted);
        Assert.Equal(0, allocated);
    }

    private static void AssertHear(byte[] senderKeys, byte[] receiverKeys)
    {
        using var sender = Frames.First(senderKeys);
        using var receiver = Frames.Second(receiverKeys);
        Assert.Equal(FrameVerdict.Accepted, receiver.Decode(Frames.Encode(sender, Frames.Small()), new Frame()));
    }

    private static void AssertUntouched(FrameVerdict expected, FrameCodec codec, byte[] bytes)
    {
        var frame = Frames.Make(1);
        var before = Frames.Describe(frame);
        Assert.Equal(expected, codec.Decode(bytes, frame));
        Assert.Equal(before, Frames.Describe(frame));
    }
}
