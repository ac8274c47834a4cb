namespace TwoNodeCluster.NullModem;

/// <summary>
/// One direction of the cable: the sending UART with its buffer, the wire, the receiving UART. A byte takes the time that it takes at the baud rate, and the next one
/// begins when it ends. Times are nanoseconds of the monotonic clock. Used by the cable's thread alone.
/// </summary>
internal sealed class Line
{
    public const int TransmitBytesMax = 4096;    // what Linux buffers for a UART: UART_XMIT_SIZE, one page
    private const int FifoBytes = 16;            // a 16550A has taken these already: no flush of the driver's buffer calls them back
    private const int TriggerBytes = 8;          // the receiving 16550A interrupts when 8 bytes are there (Linux' default), or when the line falls silent
    private const int BitsPerByte = 10;          // 8N1: a start bit, eight bits, a stop bit

    private readonly byte[] _transmit = new byte[TransmitBytesMax];
    private readonly byte[] _arriving = new byte[2 * TriggerBytes]; // noise at most doubles them
    private readonly long _bitRate;
    private readonly int _fromEnd;
    private readonly LineTap? _tap;
    private int _first;
    private int _count;
    private long _freeAt; // when the wire is free for the next byte
    private double _noise;
    private Random _dice = new(0);
    private bool _inFrame;
    private long _taken;
    private long _flushed;
    private long _sent;
    private long _lost;
    private long _spoiled;
    private long _frames;

    public Line(int fromEnd, int baudRate, LineTap? tap)
    {
        _fromEnd = fromEnd;
        _bitRate = baudRate;
        _tap = tap;
    }

    /// <summary>Where the bytes come out; null while nothing is plugged in there or no host has the port open.</summary>
    public PseudoTerminal? Receiver { get; set; }

    /// <summary>The wire carries nothing; nobody is told.</summary>
    public bool IsCut { get; set; }

    /// <summary>The other side asks for silence (flow control): what is to be sent waits.</summary>
    public bool IsBlocked { get; private set; }

    /// <summary>How many bytes the sending host may still write before its driver makes it wait.</summary>
    public int Room => TransmitBytesMax - _count;

    /// <summary>When there is something to deliver; null while there is not.</summary>
    public long? NextDelivery => IsBlocked || _count == 0 ? null : _freeAt + TimeOf(Math.Min(_count, TriggerBytes));

    /// <summary>The sending host wrote these; not more than there is room for.</summary>
    public void Take(ReadOnlySpan<byte> bytes, long now)
    {
        if (_count == 0)
        {
            _freeAt = Math.Max(_freeAt, now);
        }

        _taken += bytes.Length;
        _tap?.Invoke(_fromEnd, LineMoment.Taken, bytes, At(now));
        foreach (byte next in bytes)
        {
            _transmit[(_first + _count++) % TransmitBytesMax] = next;
        }
    }

    /// <summary>The sending host takes back what its driver has; what the chip has is sent.</summary>
    public void Flush(long now)
    {
        Deliver(now);
        int kept = Math.Min(_count, FifoBytes);
        _flushed += _count - kept;
        _count = kept;
        _tap?.Invoke(_fromEnd, LineMoment.Flushed, [], At(now));
    }

    /// <summary>The sending port is gone, and with it what it had.</summary>
    public void Clear()
    {
        _flushed += _count;
        _count = 0;
    }

    public void Block(long now)
    {
        Deliver(now);
        IsBlocked = true;
    }

    public void Open(long now)
    {
        IsBlocked = false;
        _freeAt = Math.Max(_freeAt, now);
    }

    /// <param name="share">Of the bytes: every second of these is replaced by a random one, before every other a random one is put in. 0 to 1.</param>
    /// <param name="seed">Gives the same noise again.</param>
    public void SetNoise(double share, int seed)
    {
        _noise = share;
        _dice = new Random(seed);
    }

    /// <summary>Delivers every byte whose time is over.</summary>
    public void Deliver(long now)
    {
        while (NextDelivery <= now)
        {
            DeliverOne(Math.Min(_count, TriggerBytes), now);
        }
    }

    public LineCounters Count(long now) => new()
    {
        At = At(now),
        TakenBytes = _taken,
        FlushedBytes = _flushed,
        WaitingBytes = _count,
        SentBytes = _sent,
        LostBytes = _lost,
        SpoiledBytes = _spoiled,
        Frames = _frames,
        Busy = At(TimeOf(_sent)),
    };

    private static TimeSpan At(long nanoseconds) => new(nanoseconds / TimeSpan.NanosecondsPerTick);

    private long TimeOf(long bytes) => bytes * BitsPerByte * 1_000_000_000 / _bitRate;

    private void DeliverOne(int count, long now)
    {
        int length = 0;
        for (int i = 0; i < count; i++)
        {
            byte next = _transmit[_first];
            _first = (_first + 1) % TransmitBytesMax;
            length = PutOnWire(next, length);
        }

        _count -= count;
        _freeAt += TimeOf(length);
        _sent += length;
        ReadOnlySpan<byte> bytes = _arriving.AsSpan(0, length);
        CountFrames(bytes);
        int arrived = IsCut ? 0 : Receiver?.Write(bytes) ?? 0;
        _lost += length - arrived;
        _tap?.Invoke(_fromEnd, LineMoment.Delivered, bytes[..arrived], At(now));
    }

    private int PutOnWire(byte next, int length)
    {
        if (_noise > 0 && _dice.NextDouble() < _noise)
        {
            _spoiled++;
            byte noise = (byte)_dice.Next(256);
            if (_dice.Next(2) == 0)
            {
                next = noise;
            }
            else
            {
                _arriving[length++] = noise;
            }
        }

        _arriving[length++] = next;
        return length;
    }

    private void CountFrames(ReadOnlySpan<byte> bytes)
    {
        foreach (byte one in bytes)
        {
            bool inFrame = one != 0;
            _frames += _inFrame && !inFrame ? 1 : 0;
            _inFrame = inFrame;
        }
    }
}
