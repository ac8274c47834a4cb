using System.Collections.Concurrent;
using TwoNodeCluster.NullModem;

namespace HaCore.Netns.Lab;

/// <summary>A frame that a node wrote to its serial port.</summary>
/// <param name="Bytes">Between its two delimiters: framed, so equal bytes are the same frame.</param>
/// <param name="WrittenAt">When it was whole in the port.</param>
internal sealed record LineFrame(byte[] Bytes, TimeSpan WrittenAt)
{
    /// <summary>When it had come out whole at the other end; null if it never did.</summary>
    public TimeSpan? DeliveredAt { get; set; }
}

/// <summary>
/// Hears both directions of the null-modem at both of its ends, and tells frames by the zero bytes around them. What comes out and is none of the frames that went in is
/// half a frame, or spoiled.
/// </summary>
internal sealed class LineWatch
{
    private const byte Delimiter = 0;

    private readonly object _gate = new();   // between readers; the cable's thread never waits for it, or the line would stand still
    private readonly ConcurrentQueue<Seen> _seen = [];
    private readonly Direction[] _directions = [new(), new()];

    /// <summary>On the cable's thread.</summary>
    public void See(int fromEnd, LineMoment moment, ReadOnlySpan<byte> bytes, TimeSpan at) => _seen.Enqueue(new(fromEnd, moment, bytes.ToArray(), LabClock.Now));

    /// <summary>The frames that a node wrote since then, in their order.</summary>
    public IReadOnlyList<LineFrame> Written(Node by, TimeSpan since) => Read(by, direction => direction.Frames.Where(frame => frame.WrittenAt >= since).ToList());

    /// <summary>Of the frames that a node wrote, those that came out at the other end since then, in their order.</summary>
    public IReadOnlyList<LineFrame> Delivered(Node by, TimeSpan since) =>
        Read(by, direction => direction.Frames.Where(frame => frame.DeliveredAt >= since).OrderBy(frame => frame.DeliveredAt).ToList());

    /// <summary>How much came out since then that is not a frame.</summary>
    public int Spoiled(Node by, TimeSpan since) => Read(by, direction => direction.Spoiled.Count(at => at >= since));

    private T Read<T>(Node by, Func<Direction, T> read)
    {
        lock (_gate)
        {
            while (_seen.TryDequeue(out var seen))
            {
                _directions[seen.FromEnd].See(seen.Moment, seen.Bytes, seen.At);
            }

            return read(_directions[(int)by]);
        }
    }

    private sealed record Seen(int FromEnd, LineMoment Moment, byte[] Bytes, TimeSpan At);

    private sealed class Direction
    {
        private readonly List<byte> _written = [];
        private readonly List<byte> _delivered = [];

        public List<LineFrame> Frames { get; } = [];

        public List<TimeSpan> Spoiled { get; } = [];

        public void See(LineMoment moment, byte[] bytes, TimeSpan at)
        {
            switch (moment)
            {
                case LineMoment.Taken: Collect(_written, bytes, frame => Frames.Add(new(frame, at))); break;
                case LineMoment.Delivered: Collect(_delivered, bytes, frame => Deliver(frame, at)); break;
                case LineMoment.Flushed: break;   // what is left of a frame comes out as half a frame
            }
        }

        private static void Collect(List<byte> begun, byte[] bytes, Action<byte[]> whole)
        {
            foreach (var one in bytes)
            {
                if (one != Delimiter)
                {
                    begun.Add(one);
                }
                else if (begun.Count > 0)
                {
                    whole([.. begun]);
                    begun.Clear();
                }
            }
        }

        private void Deliver(byte[] bytes, TimeSpan at)
        {
            if (Frames.FindLast(frame => frame.DeliveredAt is null && frame.Bytes.AsSpan().SequenceEqual(bytes)) is { } written)
            {
                written.DeliveredAt = at;
            }
            else
            {
                Spoiled.Add(at);
            }
        }
    }
}
