using System.Net;
using System.Net.Sockets;
using HaCore.Transports;
using Microsoft.Extensions.DependencyInjection;
using TwoNodeCluster.NullModem;

namespace HaCore.Bench.Latency;

/// <summary>Where frames come from: the other end of a link.</summary>
internal interface IFrameSource : IDisposable
{
    string Name { get; }

    void AddLink(IHaClusterBuilder cluster);

    void Send(ReadOnlySpan<byte> frame);
}

internal sealed class UdpSource : IFrameSource
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly int _linkPort;

    public UdpSource()
    {
        _socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        using var other = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        other.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _linkPort = ((IPEndPoint)other.LocalEndPoint!).Port;   // free a moment ago
    }

    public string Name => "UDP, loopback";

    public void AddLink(IHaClusterBuilder cluster) => cluster.AddUdpTransport("link", udp =>
        (udp.PeerAddress, udp.LocalPort, udp.PeerPort) = ("127.0.0.1", _linkPort, ((IPEndPoint)_socket.LocalEndPoint!).Port));

    public void Send(ReadOnlySpan<byte> frame) => _socket.SendTo(frame, new IPEndPoint(IPAddress.Loopback, _linkPort));

    public void Dispose() => _socket.Dispose();
}

/// <summary>A pseudo-terminal without a pace: the time on the line is arithmetic, what is measured is the computer's.</summary>
internal sealed class SerialSource : IFrameSource
{
    private readonly PseudoTerminal _terminal = new();
    private readonly byte[] _wire = new byte[1024];

    public string Name => "serial, pseudo-terminal";

    public void AddLink(IHaClusterBuilder cluster) => cluster.AddSerialTransport("link", serial => (serial.Device, serial.BaudRate) = (_terminal.Path, 460_800));

    public void Send(ReadOnlySpan<byte> frame) => _terminal.Write(_wire.AsSpan(0, SerialFrame.Encode(frame, _wire)));

    public void Dispose() => _terminal.Dispose();
}
