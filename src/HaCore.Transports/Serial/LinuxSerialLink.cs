using System.IO.Pipelines;

namespace HaCore.Transports;

/// <summary>
/// An open serial port of Linux as a heartbeat link. The receive thread sleeps in poll(2) until bytes, the end of the port or a wake-up come; sending is one write
/// that never waits. A port that hangs up (adapter unplugged, the other end of a pseudo-terminal closed) breaks the link at once.
/// </summary>
internal sealed class LinuxSerialLink : IHeartbeatLink
{
    private const int ReadBytes = 4096;     // the most that a terminal hands out in one read (N_TTY_BUF_SIZE)

    private readonly string _device;
    private readonly SerialOptions _options;
    private readonly HeartbeatLinkContext _context;
    private readonly LinuxSerialPort _port;
    private readonly ReceiveGate _gate;
    // No pause threshold: the reader leaves at most the beginning of one frame, and what comes at a time is ReadBytes.
    private readonly Pipe _pipe = new(new PipeOptions(
        readerScheduler: PipeScheduler.Inline, writerScheduler: PipeScheduler.Inline, pauseWriterThreshold: 0, resumeWriterThreshold: 0, minimumSegmentSize: ReadBytes,
        useSynchronizationContext: false));
    private readonly SerialFrameReader _reader;
    private readonly SerialLineMonitor _monitor;
    private readonly byte[] _wire;
    private volatile string? _broken;
    private int _closed;
    private long _sentAt;
    private TimeSpan _onLine;               // how long the frame sent last occupies the line
    private bool _hasReplaced;

    /// <exception cref="HeartbeatLinkException">The port cannot be opened now.</exception>
    public LinuxSerialLink(SerialOptions options, HeartbeatLinkContext context)
    {
        _device = options.Device!;
        _options = options;
        _context = context;
        _wire = new byte[SerialFrame.WireBytesMax(SerialFrame.FrameBytesMax)];
        _reader = new SerialFrameReader(_pipe.Reader);
        _monitor = new SerialLineMonitor(_device, context);
        _port = LinuxSerialPort.Open(_device, options.BaudRate, options.Handshake);
        try
        {
            _gate = new ReceiveGate();
        }
        catch
        {
            _port.Dispose();
            throw;
        }
    }

    public int MaxFrameBytes => SerialFrame.FrameBytesMax;

    /// <summary>Frames that did not go out whole, since the link was opened.</summary>
    internal long FramesLost => _monitor.FramesLost;

    internal SerialFrameDecoder Decoder => _reader.Decoder;

    /// <summary>
    /// Replaces what the line still holds. Frames come at a pace that leaves the line idle in between, so whatever the kernel has not sent by now is stuck, and stale: it is
    /// thrown away, and the line holds the newest frame alone, however long it is blocked. The delimiter in front ends the half frame that may have gone out.
    /// </summary>
    public ValueTask SendAsync(ReadOnlyMemory<byte> frame, CancellationToken cancellationToken)
    {
        ThrowIfBroken();
        ArgumentOutOfRangeException.ThrowIfZero(frame.Length, nameof(frame));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(frame.Length, MaxFrameBytes, nameof(frame));
        try
        {
            // A sender without pace must not starve the peer: of two frames that come too early, the first replaces and the second is dropped.
            var isEarly = _context.TimeProvider.GetElapsedTime(_sentAt) < _onLine;
            if (isEarly && _hasReplaced)
            {
                _monitor.OnLost("frames come faster than the line carries them");
                return ValueTask.CompletedTask;
            }

            _hasReplaced = isEarly;
            Replace(frame);
        }
        catch (ObjectDisposedException exception)
        {
            throw Closed(exception);
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask<HeartbeatReceiveResult> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (buffer.Length <= _context.FrameBytesMax)
        {
            throw new ArgumentException($"The buffer ({buffer.Length} bytes) must be longer than the longest frame ({_context.FrameBytesMax}), or a cut one cannot be told.", nameof(buffer));
        }

        _gate.Watch(cancellationToken);
        try
        {
            while (true)
            {
                cancellationToken.ThrowIfCancellationRequested();
                ThrowIfBroken();
                var isFrame = _reader.TryRead(buffer.Span, out var length);
                _monitor.OnReceived(_reader.Decoder);
                if (isFrame)
                {
                    return ValueTask.FromResult(new HeartbeatReceiveResult(length));
                }

                if (_gate.WaitLinux(_port.Handle, ReceiveGate.Unlimited))
                {
                    Fill();
                }
            }
        }
        catch (ObjectDisposedException exception)
        {
            throw Closed(exception);
        }
    }

    public ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _closed, 1) == 0)
        {
            // Woken first: the receive thread holds a reference to the descriptor while it polls, and closing waits for that.
            _gate.Wake();
            LetLastFrameOut();
            _port.Dispose();
            _gate.Dispose();
        }

        return ValueTask.CompletedTask;
    }

    private void Replace(ReadOnlyMemory<byte> frame)
    {
        var isStuck = _port.Unsent() > 0;
        _port.DiscardUnsent();      // also where the driver says 0: pseudo-terminals do not count
        if (_port.Unsent() > 0)
        {
            // The driver of a USB adapter keeps what it has. So this frame is the one that goes: never more than one waits.
            _monitor.OnLost("it does not let go of the frame before");
            return;
        }

        var wire = _wire.AsSpan(0, SerialFrame.Encode(frame.Span, _wire));
        var taken = _port.Write(wire);
        if (taken < 0 && -taken is not (SerialDevice.WouldBlock or SerialDevice.Interrupted))
        {
            Break(-taken);
        }

        _sentAt = _context.TimeProvider.GetTimestamp();
        _onLine = _options.LineTime(frame.Length);
        if (isStuck || taken < wire.Length)
        {
            // The rest of a frame is never sent: when there is room for it, there is a newer one.
            _monitor.OnLost(isStuck ? "the frame before had not gone out" : "it takes no more bytes");
        }
        else
        {
            _monitor.OnSent();
        }
    }

    private void Fill()
    {
        var read = _port.Read(_pipe.Writer.GetMemory(ReadBytes).Span);
        if (-read is SerialDevice.WouldBlock or SerialDevice.Interrupted)
        {
            return;
        }

        if (read <= 0)
        {
            Break(-read);
        }

        _pipe.Writer.Advance(read);
        var flush = _pipe.Writer.FlushAsync(CancellationToken.None);
        if (!flush.IsCompletedSuccessfully)
        {
            throw new InvalidOperationException("a pipe without a threshold paused its writer");
        }
    }

    /// <summary>
    /// A node that stops says so in its last frame, which must not be thrown away with the port. Waits as long as the line needs for it and no longer: a blocked one would
    /// hold close(2) up for half a minute (serial_core's closing_wait), so what is left then is discarded.
    /// </summary>
    private void LetLastFrameOut()
    {
        TimeSpan left;
        while (_broken is null && _port.Unsent() > 0 && (left = _onLine - _context.TimeProvider.GetElapsedTime(_sentAt)) > TimeSpan.Zero)
        {
            ReceiveGate.Pause((int)Math.Ceiling(left.TotalMilliseconds));
        }

        // Not otherwise: the relay behind a pseudo-terminal, which tells no number, would throw the frame away.
        if (_port.Unsent() > 0)
        {
            _port.DiscardUnsent();
        }
    }

    [System.Diagnostics.CodeAnalysis.DoesNotReturn]
    private void Break(int error)
    {
        _broken = error is 0 or SerialDevice.InputOutput
            ? $"Link {_context.Link}: {_device} hung up: it was unplugged, or its other end is gone"
            : $"Link {_context.Link}: {_device} failed: {SerialDevice.Describe(error)}";
        _gate.Wake();
        throw new HeartbeatLinkException(_broken);
    }

    private void ThrowIfBroken()
    {
        if (Volatile.Read(ref _closed) != 0)
        {
            throw Closed(null);
        }

        if (_broken is { } reason)
        {
            throw new HeartbeatLinkException(reason);
        }
    }

    private HeartbeatLinkException Closed(ObjectDisposedException? exception) => new($"Link {_context.Link}: the link was closed", exception!);
}
