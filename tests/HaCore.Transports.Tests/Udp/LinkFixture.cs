// These links complete synchronously by contract: blocking on them is what is tested.
#pragma warning disable CA2012
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace HaCore.Transports.Tests;

/// <summary>What the UDP tests share: links with their contexts, free ports, bounded receiving.</summary>
internal static class Links
{
    public const int FrameBytesMax = 200;

    /// <summary>So long a test waits for what must come. Never for what must not.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public static UdpLink Open(UdpOptions options, ILoggerFactory? logs = null)
    {
        var errors = new UdpOptionsValidator().Validate(null, options);
        Assert.True(errors.Succeeded, errors.FailureMessage);
        var opened = new UdpTransport(options).OpenAsync(Context(logs), CancellationToken.None);
        Assert.True(opened.IsCompletedSuccessfully || opened.IsFaulted);
        return (UdpLink)opened.AsTask().GetAwaiter().GetResult();
    }

    public static HeartbeatLinkContext Context(ILoggerFactory? logs = null) => new()
    {
        Cluster = "test",
        Link = new LinkId("lan"),
        LocalNode = new NodeId("a"),
        Peer = new NodeId("b"),
        FrameBytesMax = FrameBytesMax,
        TimeProvider = TimeProvider.System,
        LoggerFactory = logs ?? NullLoggerFactory.Instance,
    };

    // Below the range from which the kernel gives ports to whoever asks for any (32768 on Linux): no other program takes one between its choice and
    // its use. Tests of this process never get the same twice, those of another one go through them in another order: two that went the same way would meet
    // again and again between the choice of a port and its use.
    private const int FirstPort = 10_000;
    private const int Ports = 20_011;   // a prime: every step visits all of them
    private static readonly uint s_step = 1 + (uint)(Environment.ProcessId * 7919L % (Ports - 1));
    private static int _lastPort = Environment.ProcessId * 64 % Ports;

    public static int FreePort(AddressFamily family = AddressFamily.InterNetwork)
    {
        for (var tries = 0; tries < Ports; tries++)
        {
            var port = FirstPort + (int)((uint)Interlocked.Add(ref _lastPort, (int)s_step) % Ports);
            using var socket = new Socket(family, SocketType.Dgram, ProtocolType.Udp);
            try
            {
                socket.Bind(new IPEndPoint(family == AddressFamily.InterNetworkV6 ? IPAddress.IPv6Any : IPAddress.Any, port));
                return port;
            }
            catch (SocketException taken) when (taken.SocketErrorCode == SocketError.AddressAlreadyInUse)
            {
                // The next one.
            }
        }

        throw new InvalidOperationException("no free UDP port");
    }

    public static void Send(this IHeartbeatLink link, params byte[] frame) => Assert.True(link.SendAsync(frame, CancellationToken.None).IsCompletedSuccessfully);

    /// <summary>Blocks until a frame comes, as a link's receive thread does.</summary>
    public static byte[] Receive(this IHeartbeatLink link)
    {
        using var source = new CancellationTokenSource(Patience);
        var buffer = new byte[FrameBytesMax + 1];
        while (true)
        {
            var received = link.ReceiveAsync(buffer, source.Token).GetAwaiter().GetResult();
            if (received.Length > 0)
            {
                return buffer[..received.Length];
            }
        }
    }
}

/// <summary>A receive thread of its own for one link, as the shell runs it.</summary>
internal sealed class Listener : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly BlockingCollection<byte[]> _frames = [];
    private readonly Thread _thread;

    public Listener(IHeartbeatLink link)
    {
        _thread = new Thread(() => Run(link)) { IsBackground = true };
        _thread.Start();
    }

    /// <summary>Why the thread ended.</summary>
    public Exception? End { get; private set; }

    /// <summary>Sends until one frame of this content is heard.</summary>
    public void HearsWhatIsSent(Action<byte[]> send, byte content)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(start) < Links.Patience)
        {
            send([content]);
            if (_frames.TryTake(out var frame, 50) && frame[0] == content)
            {
                return;
            }
        }

        Assert.Fail($"nothing was heard in {Links.Patience}; the receive thread: {End?.Message ?? "is waiting"}");
    }

    public byte[] Next()
    {
        Assert.True(_frames.TryTake(out var frame, Links.Patience), $"nothing was heard; the receive thread: {End?.Message ?? "is waiting"}");
        return frame;
    }

    public Exception? Ended()
    {
        Assert.True(_thread.Join(Links.Patience), "the receive did not end");
        return End;
    }

    public void Cancel() => _stop.Cancel();

    public void Dispose()
    {
        _stop.Cancel();
        Assert.True(_thread.Join(Links.Patience), "the receive did not end");
        _stop.Dispose();
        _frames.Dispose();
    }

    private void Run(IHeartbeatLink link)
    {
        var buffer = new byte[Links.FrameBytesMax + 1];
        try
        {
            while (true)
            {
                var received = link.ReceiveAsync(buffer, _stop.Token).GetAwaiter().GetResult();
                if (received.Length > 0)
                {
                    _frames.Add(buffer[..received.Length]);
                }
            }
        }
        catch (Exception exception) when (exception is HeartbeatLinkException or OperationCanceledException)
        {
            End = exception;
        }
    }
}
