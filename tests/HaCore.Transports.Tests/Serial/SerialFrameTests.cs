using System.Buffers;
using System.Text;
using CsCheck;

namespace HaCore.Transports.Tests;

/// <summary>The framing alone: bytes in, frames out. A random test prints its seed and how to repeat it.</summary>
public sealed class SerialFrameTests
{
    private const int FrameBytesMax = 300;      // beyond the 254 bytes of one COBS block

    private static readonly Gen<byte[]> s_frame = Gen.Frequency(
        (3, Gen.Byte.Array[1, FrameBytesMax]),
        (1, Gen.Byte[0, 1].Array[1, FrameBytesMax]),
        (1, Gen.Byte[1, 255].Array[240, FrameBytesMax]));

    [Fact]
    public void The_checksum_is_the_castagnoli_polynomial()
    {
        Assert.Equal(0xE3069283u, SerialFrame.Checksum(Encoding.ASCII.GetBytes("123456789")));     // the check value of CRC-32C
        Assert.Equal(0x8A9136AAu, SerialFrame.Checksum(new byte[32]));                             // RFC 3720 §B.4
    }

    [Fact]
    public void A_frame_on_the_line_looks_as_documented()
    {
        var wire = SerialLinks.Wire(0x11, 0x00, 0x22);
        Assert.Equal(0, wire[0]);
        Assert.Equal([2, 0x11], wire[1..3]);
        Assert.Equal(0, wire[^1]);
        Assert.Equal(3 + 4 + 1 + 2, wire.Length);
        Assert.DoesNotContain((byte)0, wire[1..^1]);
    }

    [Fact]
    public void Any_frame_comes_out_as_it_went_in_however_it_is_cut_into_deliveries() =>
        Gen.Select(s_frame, Gen.Int[1, 40]).Sample((frame, delivery) =>
        {
            var wire = SerialLinks.Wire(frame);
            Assert.True(wire.Length <= SerialFrame.WireBytesMax(frame.Length));
            Assert.DoesNotContain((byte)0, wire[1..^1]);
            Assert.Equal([frame], Decode(wire, delivery));
        }, iter: 500);

    [Fact]
    public void A_frame_with_one_bit_flipped_is_lost_and_its_neighbours_are_not() =>
        s_frame.Sample(frame =>
        {
            byte[] before = [1, 2, 3], after = [4, 5];
            var wire = SerialLinks.Wire(frame);
            for (var bit = 0; bit < wire.Length * 8; bit++)
            {
                wire[bit / 8] ^= (byte)(1 << (bit % 8));
                var frames = Decode([.. SerialLinks.Wire(before), .. wire, .. SerialLinks.Wire(after)], 4096);
                // Behind a full COBS block, a delimiter that became 01 is an empty block: the next delimiter ends the frame, and nothing of it is lost.
                byte[][] expected = bit == (wire.Length - 1) * 8 && frames.Length == 3 ? [before, frame, after] : [before, after];
                Assert.Equal(expected, frames);
                wire[bit / 8] ^= (byte)(1 << (bit % 8));
            }
        }, iter: 4);

    [Fact]
    public void A_frame_cut_anywhere_is_lost_and_the_next_one_is_not() =>
        s_frame.Sample(frame =>
        {
            byte[] after = [4, 5];
            var wire = SerialLinks.Wire(frame);
            for (var bytes = 0; bytes < wire.Length - 1; bytes++)
            {
                Assert.Equal([after], Decode([.. wire[..bytes], .. SerialLinks.Wire(after)], 4096));
                // Without its last delimiter, the first one of the next frame ends it; without its first, the last one of the frame before began it.
                Assert.Equal([after, after], Decode([.. SerialLinks.Wire(after), .. wire[(bytes + 2)..], .. SerialLinks.Wire(after)], 4096));
            }

            Assert.Equal([frame, after], Decode([.. wire[..^1], .. SerialLinks.Wire(after)], 4096));
            Assert.Equal([frame, after], Decode([.. wire[1..], .. SerialLinks.Wire(after)], 4096));
        }, iter: 4);

    [Fact]
    public void Between_noise_half_frames_and_doubled_delimiters_exactly_the_frames_come_out()
    {
        var good = s_frame.Select(frame => (Frame: (byte[]?)frame, Wire: SerialLinks.Wire(frame)));
        var bad = Gen.Frequency(
            (2, Gen.Byte.Array[0, 50]),
            (1, Gen.Byte[1, 255].Array[FrameBytesMax * 2, 5000]),
            (1, Gen.Const(new byte[7])),
            (2, Gen.Select(s_frame, Gen.Int[0, FrameBytesMax], (frame, bytes) => SerialLinks.Wire(frame)[..Math.Min(bytes, frame.Length)])))
            .Select(bytes => (Frame: (byte[]?)null, Wire: bytes));
        Gen.Select(Gen.Frequency((1, good), (1, bad)).Array[1, 20], Gen.Int[1, 700]).Sample((pieces, delivery) =>
        {
            var expected = pieces.Where(piece => piece.Frame is not null).Select(piece => piece.Frame!).ToArray();
            Assert.Equal(expected, Decode([.. pieces.SelectMany(piece => piece.Wire)], delivery));
        }, iter: 500);
    }

    [Fact]
    public void Any_bytes_whatever_leave_the_decoder_ready_and_its_rest_bounded() =>
        Gen.Select(Gen.Frequency((1, Gen.Byte), (1, Gen.Byte[0, 3])).Array[0, 9000], Gen.Int[1, 5000]).Sample((noise, delivery) =>
        {
            var frames = Decode([.. noise, .. SerialLinks.Wire(7, 8, 9)], delivery);
            Assert.Equal([7, 8, 9], frames[^1]);
            Assert.Single(frames);
        }, iter: 500);

    [Fact]
    public void Damage_is_counted_but_for_the_frame_that_was_begun_before_anybody_listened()
    {
        var decoder = new SerialFrameDecoder();
        Decode([.. SerialLinks.Wire(1, 2, 3)[4..], .. SerialLinks.Wire(4)], 4096, decoder);
        Assert.Equal((1, 0, 0), (decoder.Frames, decoder.Damaged, decoder.Oversized));
        Decode([9, 9, .. SerialLinks.Wire(4), .. Enumerable.Repeat((byte)9, 2000), .. SerialLinks.Wire(5)], 100, decoder);
        Assert.Equal((3, 1, 1), (decoder.Frames, decoder.Damaged, decoder.Oversized));
    }

    [Fact]
    public void A_frame_longer_than_the_buffer_is_dropped()
    {
        var decoder = new SerialFrameDecoder();
        Assert.Equal([[1]], Decode([.. SerialLinks.Wire(new byte[FrameBytesMax + 1]), .. SerialLinks.Wire(1)], 4096, decoder));
        Assert.Equal((0, 1), (decoder.Damaged, decoder.Oversized));
        var longest = Enumerable.Repeat((byte)0xAA, SerialFrame.FrameBytesMax).ToArray();
        var wire = SerialLinks.Wire(longest);
        Assert.True(wire.Length <= 4095);
        var input = new ReadOnlySequence<byte>(wire);
        var frame = new byte[5000];
        Assert.True(decoder.TryRead(ref input, frame, out var length));
        Assert.Equal(longest, frame[..length]);
    }

    /// <summary>Feeds the bytes in deliveries of this length, as a pipe would: what was not taken comes again with the next.</summary>
    private static byte[][] Decode(byte[] bytes, int delivery, SerialFrameDecoder? decoder = null)
    {
        decoder ??= new SerialFrameDecoder();
        var frames = new List<byte[]>();
        var frame = new byte[FrameBytesMax];
        var segments = new List<ReadOnlyMemory<byte>>();
        for (var at = 0; at < bytes.Length; at += delivery)
        {
            segments.Add(bytes.AsMemory(at, Math.Min(delivery, bytes.Length - at)));
            var input = Segment.Chain(segments);
            while (decoder.TryRead(ref input, frame, out var length))
            {
                frames.Add(frame[..length]);
            }

            Assert.True(input.Length <= SerialFrame.EncodedBytesMax(FrameBytesMax));
            segments.Clear();
            foreach (var rest in input)
            {
                segments.Add(rest);
            }
        }

        return [.. frames];
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public static ReadOnlySequence<byte> Chain(List<ReadOnlyMemory<byte>> parts)
        {
            Segment? first = null, last = null;
            foreach (var part in parts)
            {
                var next = new Segment { Memory = part, RunningIndex = last is null ? 0 : last.RunningIndex + last.Memory.Length };
                first ??= next;
                _ = last is null ? null : last.Next = next;
                last = next;
            }

            return first is null ? ReadOnlySequence<byte>.Empty : new ReadOnlySequence<byte>(first, 0, last!, last!.Memory.Length);
        }
    }
}
