namespace HaCore.Transports;

/// <summary>
/// Frames of all members on their way to the bond's receive thread: a few places for each member, the newest kept, taken from the members in turn. So a member
/// that is flooded with noise cannot push out the frames of another, and nothing is allocated.
/// </summary>
internal sealed class BondedInbox
{
    private const int Places = 4;   // for each member: a late taker wants the newest; an older frame is worth its sequence number in the statistics

    private readonly object _gate = new();   // between the members' receive threads and the bond's; held for a copy. An object, because it is waited on
    private readonly Lane[] _lanes;
    private int _last;
    private bool _isClosed;

    public BondedInbox(int members, int frameBytes) => _lanes = [.. Enumerable.Range(0, members).Select(_ => new Lane(frameBytes))];

    /// <summary>Never blocks. The oldest frame of this member makes room.</summary>
    public void Put(int member, ReadOnlySpan<byte> frame)
    {
        lock (_gate)
        {
            _lanes[member].Put(frame);
            Monitor.Pulse(_gate);
        }
    }

    /// <summary>Blocks until there is a frame, the token is cancelled (after <see cref="Wake"/>), or the inbox is closed.</summary>
    /// <returns>Length of the frame; -1 when the inbox is closed.</returns>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public int Take(Span<byte> buffer, out int member, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            while (!_isClosed)
            {
                cancellationToken.ThrowIfCancellationRequested();
                for (var i = 1; i <= _lanes.Length; i++)
                {
                    member = (_last + i) % _lanes.Length;
                    if (_lanes[member].TryTake(buffer, out var length))
                    {
                        _last = member;
                        return length;
                    }
                }

                Monitor.Wait(_gate);
            }
        }

        member = 0;
        return -1;
    }

    /// <summary>Makes the taker look at its token.</summary>
    public void Wake()
    {
        lock (_gate)
        {
            Monitor.Pulse(_gate);
        }
    }

    public void Close()
    {
        lock (_gate)
        {
            _isClosed = true;
            Monitor.Pulse(_gate);
        }
    }

    private sealed class Lane
    {
        private readonly byte[][] _frames;
        private readonly int[] _lengths = new int[Places];
        private int _head;
        private int _count;

        public Lane(int frameBytes) => _frames = [.. Enumerable.Range(0, Places).Select(_ => new byte[frameBytes])];

        public void Put(ReadOnlySpan<byte> frame)
        {
            if (_count == Places)
            {
                Drop();
            }

            var place = (_head + _count++) % Places;
            frame.CopyTo(_frames[place]);
            _lengths[place] = frame.Length;
        }

        public bool TryTake(Span<byte> buffer, out int length)
        {
            length = 0;
            if (_count == 0)
            {
                return false;
            }

            // A frame that does not fit fills the buffer: the caller sees that it is too long.
            length = Math.Min(_lengths[_head], buffer.Length);
            _frames[_head].AsSpan(0, length).CopyTo(buffer);
            Drop();
            return true;
        }

        private void Drop()
        {
            _head = (_head + 1) % Places;
            _count--;
        }
    }
}
