using System.Net;
using System.Net.Sockets;
using System.Text;

namespace HaCore.Fencing;

/// <summary>
/// ICMP echo of one address family: a datagram socket where the kernel allows it to this user's group (net.ipv4.ping_group_range, icmp(7)), else a raw one
/// (CAP_NET_RAW). Not <see cref="System.Net.NetworkInformation.Ping"/>: that one awaits the thread pool and starts the ping program when it may do neither.
/// </summary>
internal sealed class EchoSocket : IEchoSocket
{
    private const int SocketLevel = 1;          // SOL_SOCKET
    private const int BindToDevice = 25;        // SO_BINDTODEVICE, socket(7)
    private const int RawLevel = 255;           // SOL_RAW
    private const int IcmpFilter = 1;           // ICMP_FILTER, raw(7): bits of types that are not delivered
    private const int Icmp6Level = 58;          // SOL_ICMPV6
    private const int Icmp6Filter = 1;          // ICMPV6_FILTER, RFC 3542 section 3.2
    private const int FilterWords = 8;          // 256 types
    private const int BitsPerWord = 32;
    private const int ReplyType6 = 129;
    private const uint AllButReply4 = ~1u;      // type 0 is the echo reply

    private readonly Socket _socket;
    private readonly bool _isRaw;
    private readonly ushort _identifier;
    private readonly byte[] _out = new byte[IcmpEcho.MessageBytes];
    private readonly byte[] _in = new byte[IcmpEcho.DatagramBytesMax];

    private EchoSocket(Socket socket, bool isRaw, ushort identifier)
    {
        _socket = socket;
        _isRaw = isRaw;
        _identifier = identifier;
    }

    /// <summary>Does it need no privilege?</summary>
    public bool IsUnprivileged => !_isRaw;

    /// <exception cref="SocketException">Neither kind is allowed, or the interface does not exist.</exception>
    public static EchoSocket Open(AddressFamily family, string? device, ushort identifier)
    {
        var protocol = family == AddressFamily.InterNetworkV6 ? ProtocolType.IcmpV6 : ProtocolType.Icmp;
        Socket socket;
        var isRaw = false;
        try
        {
            socket = new Socket(family, SocketType.Dgram, protocol);
        }
        catch (SocketException)
        {
            socket = new Socket(family, SocketType.Raw, protocol);
            isRaw = true;
        }

        try
        {
            socket.Blocking = false;
            if (device is not null)
            {
                socket.SetRawSocketOption(SocketLevel, BindToDevice, Encoding.UTF8.GetBytes(device + '\0'));
            }

            if (isRaw)
            {
                Filter(socket, family);
            }

            return new EchoSocket(socket, isRaw, identifier);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public void Send(SocketAddress target, ushort sequence, ulong cookie)
    {
        IcmpEcho.WriteRequest(_out, _socket.AddressFamily, _identifier, sequence, cookie);
        try
        {
            _socket.SendTo(_out, SocketFlags.None, target);
        }
        catch (SocketException)
        {
            // No route, no carrier, a full queue: there will be no answer, which is what counts.
        }
    }

    public bool Wait(TimeSpan timeout) => _socket.Poll(timeout, SelectMode.SelectRead);

    public bool? TryTake(SocketAddress from, out ushort sequence, out ulong cookie)
    {
        (sequence, cookie) = (0, 0);
        try
        {
            if (!_socket.Poll(TimeSpan.Zero, SelectMode.SelectRead))   // not Available: ICMP datagram sockets do not know FIONREAD
            {
                return null;
            }

            from.Size = from.Buffer.Length;
            var length = _socket.ReceiveFrom(_in, SocketFlags.None, from);
            return IcmpEcho.TryReadReply(_in.AsSpan(0, length), _socket.AddressFamily, _isRaw && _socket.AddressFamily == AddressFamily.InterNetwork, out sequence, out cookie);
        }
        catch (SocketException)
        {
            return null;   // a pending error of an earlier request; the next look sees what is there
        }
    }

    public void Dispose() => _socket.Dispose();

    private static void Filter(Socket socket, AddressFamily family)
    {
        if (family == AddressFamily.InterNetwork)
        {
            socket.SetRawSocketOption(RawLevel, IcmpFilter, BitConverter.GetBytes(AllButReply4));
            return;
        }

        var words = new uint[FilterWords];
        Array.Fill(words, uint.MaxValue);
        words[ReplyType6 / BitsPerWord] &= ~(1u << (ReplyType6 % BitsPerWord));
        var bytes = new byte[FilterWords * sizeof(uint)];
        Buffer.BlockCopy(words, 0, bytes, 0, bytes.Length);
        socket.SetRawSocketOption(Icmp6Level, Icmp6Filter, bytes);
    }
}
