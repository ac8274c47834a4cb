using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace HaCore.Vserver.Arp;

/// <summary>Sends whole Ethernet frames (packet(7)). Receives nothing: its protocol is 0.</summary>
internal sealed class PacketSender : IDisposable
{
    private const int AddressBytes = 20; // struct sockaddr_ll
    private const ushort EtherTypeArp = 0x0806;

    private readonly Socket _socket = new(AddressFamily.Packet, SocketType.Raw, 0)
    {
        // The queue of an interface that does not move must not hold up the agent: a lost announcement is repeated anyway.
        Blocking = false,
    };

    private readonly SocketAddress _target = new(AddressFamily.Packet, AddressBytes);

    /// <exception cref="SocketException">The frame was not taken: interface gone or down, queue full.</exception>
    public void Send(ReadOnlySpan<byte> frame, int interfaceIndex)
    {
        Span<byte> target = _target.Buffer.Span;
        BinaryPrimitives.WriteUInt16BigEndian(target[2..], EtherTypeArp);
        MemoryMarshal.Write(target[4..], interfaceIndex);
        _socket.SendTo(frame, SocketFlags.None, _target);
    }

    public void Dispose() => _socket.Dispose();
}
