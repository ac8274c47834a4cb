namespace HaCore.Transports.Tests;

/// <summary>A cable in memory, as one member of a bond on each of two nodes. Each direction can be cut; each end can block, break, and refuse to open.</summary>
internal sealed class MemoryCable
{
    public MemoryCable(string name)
    {
        Name = name;
        First = new MemoryMember(this);
        Second = new MemoryMember(this);
    }

    public string Name { get; }

    public MemoryMember First { get; }

    public MemoryMember Second { get; }

    /// <summary>Sets both directions.</summary>
    public bool IsCut
    {
        set => First.IsSendingCut = Second.IsSendingCut = value;
    }

    public MemoryMember Other(MemoryMember end) => ReferenceEquals(end, First) ? Second : First;
}

#pragma warning disable CA1001 // The link that is open belongs to whoever opened it.
internal sealed class MemoryMember(MemoryCable cable) : IHeartbeatTransport
#pragma warning restore CA1001
{
    private readonly object _gate = new();
    private readonly List<byte> _sent = [];
    private MemoryLink? _link;
    private bool _isBlocked;
    private volatile bool _isSendingCut;

    public bool IsSendingCut
    {
        get => _isSendingCut;
        set => _isSendingCut = value;
    }

    public int MaxFrameBytes { get; set; } = 1400;

    /// <summary>What opening throws; null = it opens.</summary>
    public volatile Exception? OpenFailure;

    public bool IsOpen => _link is not null;

    /// <summary>The first byte of each frame that the bond handed over.</summary>
    public byte[] Sent
    {
        get
        {
            lock (_gate)
            {
                return [.. _sent];
            }
        }
    }

    /// <summary>A send call stays in it.</summary>
    public bool IsBlocked
    {
        get
        {
            lock (_gate)
            {
                return _isBlocked;
            }
        }

        set
        {
            lock (_gate)
            {
                _isBlocked = value;
                Monitor.PulseAll(_gate);
            }
        }
    }

    /// <summary>Allocated between the last two calls of the bond's send thread, and of its receive thread; -1 before.</summary>
    public (long Sending, long Receiving) Allocated { get; set; } = (-1, -1);

    public ValueTask<IHeartbeatLink> OpenAsync(HeartbeatLinkContext context, CancellationToken cancellationToken)
    {
        Assert.Equal(cable.Name, context.Link.Value);
        if (OpenFailure is { } failure)
        {
            throw failure;
        }

        lock (_gate)
        {
            _link = new MemoryLink(this);
            return ValueTask.FromResult<IHeartbeatLink>(_link);
        }
    }

    public void Break(Exception why)
    {
        lock (_gate)
        {
            _link?.End(why);
        }
    }

    /// <summary>Puts a frame before the receiver, whoever sent it.</summary>
    public void Inject(ReadOnlySpan<byte> frame)
    {
        lock (_gate)
        {
            _link?.Put(frame);
        }
    }

    /// <summary>Frames that the bond has fetched.</summary>
    public int Fetched { get; set; }

    /// <summary>No frame waits for the bond to fetch it, and it is back for the next.</summary>
    public bool IsFetched
    {
        get
        {
            lock (_gate)
            {
                return _link?.IsEmpty ?? true;
            }
        }
    }

    internal void Send(MemoryLink link, ReadOnlySpan<byte> frame)
    {
        lock (_gate)
        {
            _sent.Add(frame[0]);
            while (_isBlocked && ReferenceEquals(_link, link))
            {
                Monitor.Wait(_gate);
            }
        }

        if (!IsSendingCut)
        {
            cable.Other(this).Inject(frame);
        }
    }

    internal void Closed(MemoryLink link)
    {
        lock (_gate)
        {
            if (ReferenceEquals(_link, link))
            {
                _link = null;
            }

            Monitor.PulseAll(_gate);
        }
    }
}

internal sealed class MemoryLink(MemoryMember member) : IHeartbeatLink
{
    private const int Places = 16;
    private readonly object _gate = new();
    private readonly byte[][] _frames = [.. Enumerable.Range(0, Places).Select(_ => new byte[Links.FrameBytesMax * 2])];
    private readonly int[] _lengths = new int[Places];
    private int _head;
    private int _count;
    private bool _isWaiting;
    private Exception? _end;
    private long _allocatedSending = -1;
    private long _allocatedReceiving = -1;

    public int MaxFrameBytes => member.MaxFrameBytes;

    public bool IsEmpty
    {
        get
        {
            lock (_gate)
            {
                return _count == 0 && _isWaiting && _end is null;
            }
        }
    }

    public ValueTask SendAsync(ReadOnlyMemory<byte> frame, CancellationToken cancellationToken)
    {
        member.Allocated = member.Allocated with { Sending = Since(ref _allocatedSending) };
        ThrowIfEnded();
        member.Send(this, frame.Span);
        _allocatedSending = GC.GetAllocatedBytesForCurrentThread();
        return ValueTask.CompletedTask;
    }

    public ValueTask<HeartbeatReceiveResult> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            member.Allocated = member.Allocated with { Receiving = Since(ref _allocatedReceiving) };
            _isWaiting = true;
            while (_count == 0 && _end is null)
            {
                Monitor.Wait(_gate);
            }

            ThrowIfEnded();
            _isWaiting = false;
            var length = Math.Min(_lengths[_head], buffer.Length);
            _frames[_head].AsSpan(0, length).CopyTo(buffer.Span);
            _head = (_head + 1) % Places;
            _count--;
            member.Fetched++;
            _allocatedReceiving = GC.GetAllocatedBytesForCurrentThread();
            return ValueTask.FromResult(new HeartbeatReceiveResult(length));
        }
    }

    public void Put(ReadOnlySpan<byte> frame)
    {
        lock (_gate)
        {
            if (_count < Places)
            {
                var place = (_head + _count++) % Places;
                frame.CopyTo(_frames[place]);
                _lengths[place] = frame.Length;
                Monitor.PulseAll(_gate);
            }
        }
    }

    public void End(Exception why)
    {
        lock (_gate)
        {
            _end ??= why;
            Monitor.PulseAll(_gate);
        }
    }

    public ValueTask DisposeAsync()
    {
        End(new HeartbeatLinkException("closed"));
        member.Closed(this);
        return ValueTask.CompletedTask;
    }

    private void ThrowIfEnded()
    {
        if (Volatile.Read(ref _end) is { } end)
        {
            throw end;
        }
    }

    private static long Since(ref long before) => before < 0 ? -1 : GC.GetAllocatedBytesForCurrentThread() - before;
}
