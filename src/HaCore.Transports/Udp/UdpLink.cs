using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;

namespace HaCore.Transports;

/// <summary>
/// One open UDP socket as a heartbeat link. Nothing that passes ends it: an interface down, an address gone, a full queue or a peer without the port
/// cost frames. Only when the device that it is bound to is gone, it is broken: the descriptor would stay bound to a dead number for ever, and
/// the kernel says nothing to a pending receive.
/// </summary>
internal sealed class UdpLink : IHeartbeatLink
{
    // While nothing comes, this often the device is looked for. A silent link is reported by the engine long before; this only reopens it.
    private const int DeviceCheckMilliseconds = 1000;

    private static readonly TimeSpan s_logInterval = TimeSpan.FromMinutes(1);   // lasting conditions: at most one line a minute

    private readonly Socket _socket;
    private readonly SocketAddress _target;
    private readonly SocketAddress _from;
    private readonly string? _device;
    private readonly HeartbeatLinkContext _context;
    private readonly ILogger _logger;
    private readonly ReceiveGate _gate;
    private volatile string? _broken;
    private int _closed;
    private bool _isFailing;
    private bool _isFailureLogged;
    private long _failureLoggedAt;
    private long _lostInFailure;
    private long _framesLost;
    private long _oversized;

    /// <param name="socket">Bound; the link owns it.</param>
    /// <param name="target">Where frames go.</param>
    /// <param name="device">The device that the socket is bound to; null where it is bound to none.</param>
    /// <param name="context">Of the link.</param>
    public UdpLink(Socket socket, SocketAddress target, string? device, HeartbeatLinkContext context)
    {
        _socket = socket;
        _socket.Blocking = false;
        _target = target;
        _from = new SocketAddress(socket.AddressFamily);
        _device = device;
        _context = context;
        _logger = context.LoggerFactory.CreateLogger<UdpTransport>();
        _gate = new ReceiveGate();
    }

    /// <summary>The largest UDP payload of IPv4: 65535 less 20 (IP) less 8 (UDP). Above the interface's MTU the kernel sends fragments.</summary>
    public int MaxFrameBytes => 65_507;

    /// <summary>Frames that the kernel did not take, since the link was opened.</summary>
    internal long FramesLost => Volatile.Read(ref _framesLost);

    /// <summary>Datagrams that were dropped because no frame is so long, since the link was opened.</summary>
    internal long Oversized => Volatile.Read(ref _oversized);

    internal EndPoint? LocalEndPoint => _socket.LocalEndPoint;

    internal Socket Socket => _socket;

    public ValueTask SendAsync(ReadOnlyMemory<byte> frame, CancellationToken cancellationToken)
    {
        ThrowIfBroken();
        try
        {
            _socket.SendTo(frame.Span, SocketFlags.None, _target);
        }
        catch (SocketException exception)
        {
            OnSendFailed(exception);
            return ValueTask.CompletedTask;
        }
        catch (ObjectDisposedException exception)
        {
            throw Closed(exception);
        }

        if (_isFailing)
        {
            OnSendWorks();
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
                if (_gate.Wait(_socket, DeviceCheckMilliseconds))
                {
                    return ValueTask.FromResult(Receive(buffer.Span));
                }

                if (IsDeviceGone())
                {
                    Break();
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
            _socket.Dispose();
            _gate.Dispose();
        }

        return ValueTask.CompletedTask;
    }

    private HeartbeatReceiveResult Receive(Span<byte> buffer)
    {
        int length;
        try
        {
            length = _socket.ReceiveFrom(buffer, SocketFlags.None, _from);
        }
        catch (SocketException exception) when (IsPassing(exception.SocketErrorCode))
        {
            return default;
        }
        catch (SocketException exception)
        {
            throw new HeartbeatLinkException($"Link {_context.Link}: receiving failed: {exception.Message}", exception);
        }

        if (length <= _context.FrameBytesMax)
        {
            return new HeartbeatReceiveResult(length);
        }

        CountOversized();
        return default;
    }

    /// <summary>Errors that a receive may report and that leave the socket as good as before.</summary>
    private static bool IsPassing(SocketError error) => error is
        SocketError.WouldBlock or SocketError.Interrupted or SocketError.ConnectionRefused or SocketError.ConnectionReset or SocketError.NetworkDown
        or SocketError.NetworkUnreachable or SocketError.HostUnreachable or SocketError.HostDown or SocketError.NetworkReset or SocketError.MessageSize;

    private void OnSendFailed(SocketException exception)
    {
        Interlocked.Increment(ref _framesLost);
        if (IsDeviceGone())
        {
            Break();
        }

        _lostInFailure++;
        if (_isFailing)
        {
            return;
        }

        _isFailing = true;
        var time = _context.TimeProvider;
        if (!_isFailureLogged && (_failureLoggedAt == 0 || time.GetElapsedTime(_failureLoggedAt) >= s_logInterval))
        {
            _isFailureLogged = true;
            _failureLoggedAt = time.GetTimestamp();
            Log.UdpSendFails(_logger, _context.Link, exception.Message);
        }
    }

    private void OnSendWorks()
    {
        _isFailing = false;
        if (_isFailureLogged)
        {
            _isFailureLogged = false;
            Log.UdpSendWorks(_logger, _context.Link, _lostInFailure);
            _lostInFailure = 0;
        }
    }

    private void CountOversized()
    {
        var count = Interlocked.Increment(ref _oversized);
        if (long.IsPow2(count))   // 1, 2, 4, ...: a flood writes 63 lines at most
        {
            Log.UdpOversized(_logger, _context.Link, _context.FrameBytesMax, count);
        }
    }

    /// <summary>
    /// Whether the device that the socket was bound to is deleted or renamed. Asks the socket, not the system: the answer is of the socket's own
    /// network namespace, and a new device of the same name is not taken for the old one.
    /// </summary>
    private bool IsDeviceGone()
    {
        try
        {
            return _device is not null && BoundDevice.NameOf(_socket) != _device;
        }
        catch (ObjectDisposedException exception)
        {
            throw Closed(exception);
        }
    }

    private void Break()
    {
        _broken = $"Link {_context.Link}: interface {_device} was deleted or renamed";
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
