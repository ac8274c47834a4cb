using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace HaCore.Vserver.Netlink;

/// <summary>The connection to the kernel does not work. The message is for the operator.</summary>
internal sealed class RouteException(string message, Errno errno) : Exception(message)
{
    public Errno Errno { get; } = errno;

    public static RouteException From(string step, Errno errno) =>
        new($"rtnetlink {step}: {Marshal.GetPInvokeErrorMessage((int)errno)} (errno {(int)errno})", errno);
}

/// <summary>
/// Asks the kernel about links and IPv4 addresses and changes addresses (rtnetlink(7)). It belongs to the network namespace of the thread that opened it.
/// One call at a time; a call takes tens of microseconds because the kernel answers within the send.
/// </summary>
internal sealed partial class RouteConnection : IDisposable
{
    private const int DumpAttemptsMax = 5; // an interrupted dump means that addresses changed meanwhile; five changes in a row within 0.1 ms are a fault
    private const int DatagramBytesMax = 32 * 1024; // what the kernel fills at most per datagram of a dump
    private const int AnswerTimeoutMs = 2_000; // the kernel answers at once; this only bounds the impossible

    private readonly Socket _socket;
    private readonly byte[] _datagram = new byte[DatagramBytesMax];
    private uint _sequence;

    private RouteConnection(Socket socket) => _socket = socket;

    /// <exception cref="RouteException">The kernel refuses the socket (descriptor limit, address family filtered by the service manager).</exception>
    public static RouteConnection Open()
    {
        const int SocketRaw = 3;
        const int CloseOnExec = 0x80000;
        int descriptor = NativeSocket(RouteProtocol.AddressFamilyNetlink, SocketRaw | CloseOnExec, 0);
        if (descriptor < 0)
        {
            throw RouteException.From("socket", (Errno)Marshal.GetLastPInvokeError());
        }

        var handle = new SafeSocketHandle(descriptor, ownsHandle: true);
        Span<byte> name = stackalloc byte[12]; // struct sockaddr_nl: the kernel chooses the port, no multicast groups
        name.Clear();
        MemoryMarshal.Write(name, (ushort)RouteProtocol.AddressFamilyNetlink);
        if (NativeBind(descriptor, name, name.Length) < 0)
        {
            int errno = Marshal.GetLastPInvokeError();
            handle.Dispose();
            throw RouteException.From("bind", (Errno)errno);
        }

        return new RouteConnection(new Socket(handle) { ReceiveTimeout = AnswerTimeoutMs });
    }

    /// <summary>The interface of that name; null when there is none.</summary>
    public LinkRecord? FindLink(string name)
    {
        Span<byte> buffer = stackalloc byte[RouteMessages.BytesMax];
        return ReadLink(RouteMessages.GetLink(buffer, ++_sequence, name));
    }

    /// <summary>The interface of that number; null when there is none.</summary>
    public LinkRecord? FindLink(int interfaceIndex)
    {
        Span<byte> buffer = stackalloc byte[RouteMessages.BytesMax];
        return ReadLink(RouteMessages.GetLink(buffer, ++_sequence, interfaceIndex));
    }

    /// <summary>All IPv4 addresses of this network namespace.</summary>
    public List<AddressRecord> DumpAddresses()
    {
        Span<byte> buffer = stackalloc byte[RouteMessages.BytesMax];
        for (int attempt = 1; ; attempt++)
        {
            var found = new List<AddressRecord>();
            _socket.Send(RouteMessages.DumpAddresses(buffer, ++_sequence));
            if (ReadDump(found))
            {
                return found;
            }

            if (attempt == DumpAttemptsMax)
            {
                // Never an incomplete list: "not there" is a promise.
                throw new RouteException("the addresses of this machine keep changing while they are read", Errno.TryAgain);
            }
        }
    }

    /// <param name="interfaceIndex">The interface.</param>
    /// <param name="address">The address.</param>
    /// <param name="label">For tools that show it; null for none.</param>
    /// <param name="lifetime">Seconds after which the kernel removes it by itself; <see cref="RouteProtocol.Forever"/> for never.</param>
    public Errno AddAddress(int interfaceIndex, AddressWithPrefix address, string? label, uint lifetime)
    {
        Span<byte> buffer = stackalloc byte[RouteMessages.BytesMax];
        return Request(RouteMessages.AddAddress(buffer, ++_sequence, interfaceIndex, address, label, lifetime));
    }

    /// <summary>From now on the kernel keeps the address for so long, if it has it: in one step, whatever happens to this thread meanwhile.</summary>
    /// <returns><see cref="Errno.AddressNotAvailable"/> when it is not there.</returns>
    public Errno ExtendAddress(int interfaceIndex, AddressWithPrefix address, uint lifetime)
    {
        Span<byte> buffer = stackalloc byte[RouteMessages.BytesMax];
        Errno errno = Request(RouteMessages.ExtendAddress(buffer, ++_sequence, interfaceIndex, address, lifetime));
        return errno is Errno.Invalid or Errno.NotSupported ? Errno.AddressNotAvailable : errno;
    }

    public Errno DeleteAddress(int interfaceIndex, AddressWithPrefix address)
    {
        Span<byte> buffer = stackalloc byte[RouteMessages.BytesMax];
        return Request(RouteMessages.DeleteAddress(buffer, ++_sequence, interfaceIndex, address));
    }

    /// <summary>From now on, removing a primary address of the interface leaves the secondary ones of its subnet.</summary>
    public Errno PromoteSecondaries(int interfaceIndex)
    {
        Span<byte> buffer = stackalloc byte[RouteMessages.BytesMax];
        return Request(RouteMessages.PromoteSecondaries(buffer, ++_sequence, interfaceIndex));
    }

    public void Dispose() => _socket.Dispose();

    private LinkRecord? ReadLink(ReadOnlySpan<byte> request)
    {
        _socket.Send(request);
        while (true)
        {
            var reader = new RouteMessageReader(Receive());
            while (reader.TryRead(out RouteMessage message))
            {
                if (message.Sequence != _sequence)
                {
                    continue;
                }

                if (RouteMessageReader.TryParseLink(message, out LinkRecord link))
                {
                    return link;
                }

                if (message.Result is { } result)
                {
                    return result == Errno.NoDevice ? null : throw RouteException.From("request", result);
                }
            }
        }
    }

    /// <returns>False when the dump was interrupted by a change and may miss something.</returns>
    private bool ReadDump(List<AddressRecord> found)
    {
        bool whole = true;
        while (true)
        {
            var reader = new RouteMessageReader(Receive());
            while (reader.TryRead(out RouteMessage message))
            {
                if (message.Sequence != _sequence)
                {
                    continue;
                }

                whole &= (message.Flags & RouteProtocol.FlagDumpInterrupted) == 0;
                if (message.Result is { } result)
                {
                    return result == Errno.None ? whole : throw RouteException.From("request", result);
                }

                if (RouteMessageReader.TryParseAddress(message, out AddressRecord record))
                {
                    found.Add(record);
                }
            }
        }
    }

    private Errno Request(ReadOnlySpan<byte> request)
    {
        _socket.Send(request);
        while (true)
        {
            var reader = new RouteMessageReader(Receive());
            while (reader.TryRead(out RouteMessage message))
            {
                if (message.Sequence == _sequence && message.Result is { } result)
                {
                    return result;
                }
            }
        }
    }

    private ReadOnlySpan<byte> Receive() => _datagram.AsSpan(0, _socket.Receive(_datagram));

    // .NET refuses to create a socket of this family, but works with one that exists.
    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    private static partial int NativeSocket(int family, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "bind", SetLastError = true)]
    private static partial int NativeBind(int descriptor, ReadOnlySpan<byte> name, int length);
}
