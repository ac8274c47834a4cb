using System.IO.Pipelines;
using System.IO.Ports;

namespace HaCore.Transports;

/// <summary>
/// A serial port by System.IO.Ports as a heartbeat link: for Windows, macOS and processors whose Linux numbers <see cref="LinuxSerialPort"/> does not know.
/// The same bytes on the line, everything around them worse: see "Other systems" in docs/operating/links.md.
/// </summary>
internal sealed class PortableSerialLink : IHeartbeatLink
{
    // Closing a port whose write failed was seen to hang for more than two seconds. A link must be open again within about one.
    private static readonly TimeSpan s_closeMax = TimeSpan.FromSeconds(1);

    private readonly SerialPort _port;
    private readonly Stream _stream;
    private readonly HeartbeatLinkContext _context;
    private readonly PipeReader _pipe;
    private readonly SerialFrameReader _reader;
    private readonly SerialLineMonitor _monitor;
    private readonly CancellationTokenSource _stop = new();
    private readonly byte[] _wire = new byte[SerialFrame.WireBytesMax(SerialFrame.FrameBytesMax)];
    private Task _writing = Task.CompletedTask;
    private int _closed;

    private PortableSerialLink(SerialPort port, HeartbeatLinkContext context)
    {
        _port = port;
        _stream = port.BaseStream;
        _context = context;
        _pipe = PipeReader.Create(_stream, new StreamPipeReaderOptions(leaveOpen: true));
        _reader = new SerialFrameReader(_pipe);
        _monitor = new SerialLineMonitor(port.PortName, context);
    }

    public int MaxFrameBytes => SerialFrame.FrameBytesMax;

    internal SerialFrameDecoder Decoder => _reader.Decoder;

    /// <exception cref="HeartbeatLinkException">The port cannot be opened now.</exception>
    public static PortableSerialLink Open(SerialOptions options, HeartbeatLinkContext context)
    {
        var port = new SerialPort(options.Device, options.BaudRate, Parity.None, 8, StopBits.One)
        {
            Handshake = options.Handshake == SerialHandshake.RtsCts ? Handshake.RequestToSend : Handshake.None,
        };
        try
        {
            port.Open();
            return new PortableSerialLink(port, context);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException or InvalidOperationException)
        {
            port.Dispose();
            throw new HeartbeatLinkException($"{options.Device} cannot be opened: {exception.Message}", exception);
        }
    }

    public ValueTask SendAsync(ReadOnlyMemory<byte> frame, CancellationToken cancellationToken)
    {
        ThrowIfClosed();
        ArgumentOutOfRangeException.ThrowIfZero(frame.Length, nameof(frame));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(frame.Length, MaxFrameBytes, nameof(frame));
        try
        {
            if (!_writing.IsCompleted)
            {
                // A write that was begun cannot be taken back: its frame goes, this one is dropped. Never more than one waits.
                _monitor.OnLost("it does not let go of the frame before");
                return ValueTask.CompletedTask;
            }

            _writing.GetAwaiter().GetResult();   // completed: only to learn how
            _port.DiscardOutBuffer();
            var length = SerialFrame.Encode(frame.Span, _wire);
            _writing = _stream.WriteAsync(_wire.AsMemory(0, length), _stop.Token).AsTask();
            _monitor.OnSent();
            return ValueTask.CompletedTask;
        }
        catch (Exception exception) when (IsOfPort(exception))
        {
            throw Broken(exception);
        }
    }

    public async ValueTask<HeartbeatReceiveResult> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (buffer.Length <= _context.FrameBytesMax)
        {
            throw new ArgumentException($"The buffer ({buffer.Length} bytes) must be longer than the longest frame ({_context.FrameBytesMax}), or a cut one cannot be told.", nameof(buffer));
        }

        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _stop.Token);
        try
        {
            while (true)
            {
                cancellationToken.ThrowIfCancellationRequested();
                ThrowIfClosed();
                var isFrame = _reader.TryRead(buffer.Span, out var length);
                _monitor.OnReceived(_reader.Decoder);
                if (isFrame)
                {
                    return new HeartbeatReceiveResult(length);
                }

                var more = await _pipe.ReadAsync(either.Token).ConfigureAwait(false);
                _pipe.AdvanceTo(more.Buffer.Start);     // taken above
                if (more.IsCompleted)
                {
                    throw Broken(new EndOfStreamException());
                }
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw Closed(null);
        }
        catch (Exception exception) when (IsOfPort(exception))
        {
            throw Broken(exception);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _closed, 1) != 0)
        {
            return;
        }

        await _stop.CancelAsync().ConfigureAwait(false);
        try
        {
            // Abandoned when it hangs: the port then stays taken until it ends, which the next opening reports.
            await Task.Run(_port.Dispose, CancellationToken.None).WaitAsync(s_closeMax, _context.TimeProvider).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is TimeoutException || IsOfPort(exception))
        {
            // What is gone needs no closing.
        }
    }

    private static bool IsOfPort(Exception exception) =>
        exception is IOException or ObjectDisposedException or InvalidOperationException or UnauthorizedAccessException or TimeoutException;

    private HeartbeatLinkException Broken(Exception exception) => Volatile.Read(ref _closed) != 0
        ? Closed(exception)
        : new HeartbeatLinkException($"Link {_context.Link}: {_port.PortName} failed, it may have been unplugged: {exception.Message}", exception);

    private HeartbeatLinkException Closed(Exception? exception) => new($"Link {_context.Link}: the link was closed", exception!);

    private void ThrowIfClosed()
    {
        if (Volatile.Read(ref _closed) != 0)
        {
            throw Closed(null);
        }
    }
}
