using System.Buffers.Binary;
using System.Net.Sockets;

namespace HaCore.Fencing;

/// <summary>ICMP echo as it is on the wire: RFC 792 (IPv4) and RFC 4443 section 4 (IPv6). Reads any bytes without a fault.</summary>
internal static class IcmpEcho
{
    public const int MessageBytes = HeaderBytes + CookieBytes;
    public const int DatagramBytesMax = 60 + MessageBytes + 1;   // an IPv4 header has at most 60 bytes; one more, so that a longer one shows

    private const int HeaderBytes = 8;
    private const int CookieBytes = 8;
    private const int IdentifierAt = 4;
    private const int SequenceAt = 6;
    private const byte Request4 = 8;
    private const byte Reply4 = 0;
    private const byte Request6 = 128;
    private const byte Reply6 = 129;
    private const int VersionShift = 4;
    private const int WordBytes = 4;
    private const int IpHeaderBytesMin = 20;
    private const int IpProtocolAt = 9;
    private const byte IcmpProtocol = 1;

    /// <summary>Writes a request.</summary>
    /// <param name="message"><see cref="MessageBytes"/> of room.</param>
    /// <param name="family">IPv4 or IPv6.</param>
    /// <param name="identifier">Of the sender; the kernel replaces it on a socket without privilege.</param>
    /// <param name="sequence">Of the round.</param>
    /// <param name="cookie">Comes back unchanged.</param>
    public static void WriteRequest(Span<byte> message, AddressFamily family, ushort identifier, ushort sequence, ulong cookie)
    {
        message[..MessageBytes].Clear();
        message[0] = family == AddressFamily.InterNetworkV6 ? Request6 : Request4;
        BinaryPrimitives.WriteUInt16BigEndian(message[IdentifierAt..], identifier);
        BinaryPrimitives.WriteUInt16BigEndian(message[SequenceAt..], sequence);
        BinaryPrimitives.WriteUInt64BigEndian(message[HeaderBytes..], cookie);
        if (family == AddressFamily.InterNetwork)
        {
            BinaryPrimitives.WriteUInt16BigEndian(message[2..], Checksum(message[..MessageBytes]));   // over IPv6 the kernel does it: the addresses are in it
        }
    }

    /// <summary>Reads a datagram.</summary>
    /// <param name="datagram">As received.</param>
    /// <param name="family">Of the socket.</param>
    /// <param name="hasIpHeader">Raw IPv4 sockets deliver it, all others do not.</param>
    /// <param name="sequence">Of the round.</param>
    /// <param name="cookie">As it was sent.</param>
    /// <returns>Is it an answer to an echo of this program's shape?</returns>
    public static bool TryReadReply(ReadOnlySpan<byte> datagram, AddressFamily family, bool hasIpHeader, out ushort sequence, out ulong cookie)
    {
        (sequence, cookie) = (0, 0);
        if (hasIpHeader && !TrySkipIpHeader(ref datagram))
        {
            return false;
        }

        var reply = family == AddressFamily.InterNetworkV6 ? Reply6 : Reply4;
        if (datagram.Length != MessageBytes || datagram[0] != reply || datagram[1] != 0)
        {
            return false;
        }

        sequence = BinaryPrimitives.ReadUInt16BigEndian(datagram[SequenceAt..]);
        cookie = BinaryPrimitives.ReadUInt64BigEndian(datagram[HeaderBytes..]);
        return true;
    }

    /// <summary>The checksum of the Internet (RFC 1071); zero over a message that carries its own.</summary>
    public static ushort Checksum(ReadOnlySpan<byte> message)
    {
        uint sum = 0;
        for (var i = 0; i < message.Length; i += 2)
        {
            sum += i + 1 < message.Length ? BinaryPrimitives.ReadUInt16BigEndian(message[i..]) : (uint)message[i] << 8;
        }

        while (sum > ushort.MaxValue)
        {
            sum = (sum & ushort.MaxValue) + (sum >> 16);
        }

        return (ushort)~sum;
    }

    private static bool TrySkipIpHeader(ref ReadOnlySpan<byte> datagram)
    {
        if (datagram.Length < IpHeaderBytesMin || datagram[0] >> VersionShift != 4 || datagram[IpProtocolAt] != IcmpProtocol)
        {
            return false;
        }

        var bytes = (datagram[0] & 0xF) * WordBytes;
        if (bytes < IpHeaderBytesMin || bytes > datagram.Length)
        {
            return false;
        }

        datagram = datagram[bytes..];
        return true;
    }
}
