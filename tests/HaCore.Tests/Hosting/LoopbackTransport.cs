namespace HaCore.Tests.Hosting;

/// <summary>A cable in memory with two ends. Each end keeps the newest frames in preallocated places; a blocked receiver waits on a monitor, as a transport on a socket would.</summary>
internal sealed class LoopbackCable
{
    public LoopbackCable()
    {
        First = new LoopbackTransport(this);
        Second = new LoopbackTransport(this);
    }

    public LoopbackTransport First { get; }

    public LoopbackTransport Second { get; }

    /// <summary>Frames are lost while it is cut.</summary>
    public bool IsCut { get; set; }

    internal LoopbackTransport Other(LoopbackTransport end) => ReferenceEquals(end, First) ? Second : First;
}

#pragma warning disable CA1001 // Whoever opened the link disposes it.
internal sealed class LoopbackTransport(LoopbackCable cable) : IHeartbeatTransport
#pragma warning restore CA1001
{
    private readonly Lock _gate = new();
    private LoopbackLink? _link;

    public int Opened { get; private set; }

    /// <summary>What opening throws; null = it opens.</summary>
    public Exception? OpenFailure { get; set; }

    public int MaxFrameBytes { get; set; } = 1400;

    /// <summary>Members of the frames that were said to be the peer's, in order: the link behaves as a composite of which everything comes by "member".</summary>
    public List<LinkId> Heard { get; } = [];

    /// <summary>Completed by a send that is to fail or hang: called on the sending thread before each frame.</summary>
    public Action? BeforeSend { get; set; }

    public ValueTask<IHeartbeatLink> OpenAsync(HeartbeatLinkContext context, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            Opened++;
            if (OpenFailure is { } failure)
            {
                throw failure;
            }

            _link = new LoopbackLink(this, cable, MaxFrameBytes);
            return ValueTask.FromResult<IHeartbeatLink>(_link);
        }
    }

    public void Break(Exception why)
    {
        lock (_gate)
        {
            _link?.Break(why);
        }
    }

    /// <summary>Puts bytes before the receiver as if the other end had sent them.</summary>
    public void Deliver(ReadOnlySpan<byte> frame)
    {
        lock (_gate)
        {
            _link?.Put(frame);
        }
    }
}

internal sealed class LoopbackLink(LoopbackTransport transport, LoopbackCable cable, int maxFrameBytes) : ICompositeHeartbeatLink
{
    private const int Places = 16;
    private static readonly LinkId Member = new("member");
    private readonly object _gate = new();
    private readonly byte[][] _frames = [.. Enumerable.Range(0, Places).Select(_ => new byte[maxFrameBytes + 8])];
    private readonly int[] _lengths = new int[Places];
    private int _head;
    private int _count;
    private Exception? _broken;
    private CancellationTokenRegistration _registration;
    private bool _registered;

    public int MaxFrameBytes => maxFrameBytes;

    public ValueTask SendAsync(ReadOnlyMemory<byte> frame, CancellationToken cancellationToken)
    {
        transport.BeforeSend?.Invoke();
        if (!cable.IsCut)
        {
            cable.Other(transport).Deliver(frame.Span);
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask<HeartbeatReceiveResult> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (!_registered)
            {
                _registered = true;
                _registration = Register(cancellationToken);
            }

            while (_count == 0 && _broken is null)
            {
                Monitor.Wait(_gate);
            }

            if (_broken is not null)
            {
                throw _broken;
            }

            var length = Math.Min(_lengths[_head], buffer.Length);
            _frames[_head].AsSpan(0, length).CopyTo(buffer.Span);
            _head = (_head + 1) % Places;
            _count--;
            return ValueTask.FromResult(new HeartbeatReceiveResult(length, Member));
        }
    }

    public void Heard(LinkId via)
    {
        lock (_gate)
        {
            if (transport.Heard.Count < Places)
            {
                transport.Heard.Add(via);
            }
        }
    }

    public void Put(ReadOnlySpan<byte> frame)
    {
        lock (_gate)
        {
            if (_count == Places)
            {
                _head = (_head + 1) % Places;
                _count--;
            }

            var place = (_head + _count) % Places;
            frame.CopyTo(_frames[place]);
            _lengths[place] = frame.Length;
            _count++;
            Monitor.PulseAll(_gate);
        }
    }

    public void Break(Exception why)
    {
        lock (_gate)
        {
            _broken ??= why;
            Monitor.PulseAll(_gate);
        }
    }

    // Apart, because the closure would be allocated at each receive.
    private CancellationTokenRegistration Register(CancellationToken cancellationToken) =>
        cancellationToken.Register(() => Break(new OperationCanceledException(cancellationToken)));

    public ValueTask DisposeAsync()
    {
        Break(new ObjectDisposedException(nameof(LoopbackLink)));
        return _registration.DisposeAsync();
    }
}
