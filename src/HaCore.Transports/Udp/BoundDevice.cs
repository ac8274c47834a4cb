using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;

namespace HaCore.Transports;

/// <summary>Network interfaces by name: binding a socket to one (Linux), its number, its broadcast address.</summary>
internal static partial class BoundDevice
{
    private const int SocketLevel = 1;          // SOL_SOCKET, asm-generic/socket.h
    private const int BindToDevice = 25;        // SO_BINDTODEVICE, socket(7)
    private const int NameBytes = 16;           // IFNAMSIZ

    /// <summary>Binds the socket to the device: from here on it hears and speaks on that device alone. Linux only.</summary>
    /// <exception cref="HeartbeatLinkException">The device does not exist, or binding is not permitted.</exception>
    public static void Bind(Socket socket, string device)
    {
        try
        {
            socket.SetRawSocketOption(SocketLevel, BindToDevice, Encoding.UTF8.GetBytes(device + '\0'));
        }
        catch (SocketException exception) when (exception.SocketErrorCode == SocketError.AccessDenied)
        {
            throw new HeartbeatLinkException(
                $"interface {device}: binding a socket to it is not permitted; kernels before 5.7 want CAP_NET_RAW for that: grant it to the service", exception);
        }
        catch (SocketException exception)
        {
            // ENODEV has no SocketError of its own; with a well-formed name the kernel refuses for nothing else (socket(7)).
            throw new HeartbeatLinkException($"interface {device} does not exist; `ip link` shows those that do", exception);
        }
    }

    /// <summary>The present name of the device that the socket is bound to; null when that device is gone.</summary>
    public static string? NameOf(Socket socket)
    {
        Span<byte> name = stackalloc byte[NameBytes];
        try
        {
            var length = socket.GetRawSocketOption(SocketLevel, BindToDevice, name);
            return Encoding.UTF8.GetString(name[..length].TrimEnd((byte)0));
        }
        catch (SocketException)
        {
            return null;   // ENODEV
        }
    }

    /// <summary>The number of the interface, as multicast groups and IPv6 scopes want it.</summary>
    /// <exception cref="HeartbeatLinkException">There is no such interface.</exception>
    public static int IndexOf(string device, AddressFamily family)
    {
        if (OperatingSystem.IsLinux())
        {
            var index = NameToIndex(device);
            return index > 0 ? (int)index : throw Missing(device);
        }

        var properties = Find(device).GetIPProperties();
        return family == AddressFamily.InterNetworkV6 ? properties.GetIPv6Properties().Index : properties.GetIPv4Properties().Index;
    }

    /// <summary>The broadcast address of the interface's first IPv4 network, for systems where a socket cannot be bound to a device.</summary>
    /// <exception cref="HeartbeatLinkException">There is no such interface, or it has no IPv4 address now.</exception>
    public static IPAddress BroadcastAddressOf(string device)
    {
        var own = Find(device).GetIPProperties().UnicastAddresses.FirstOrDefault(a => a.Address.AddressFamily == AddressFamily.InterNetwork)
            ?? throw new HeartbeatLinkException($"interface {device} has no IPv4 address, so there is no network to broadcast to");
        var address = own.Address.GetAddressBytes();
        var mask = own.IPv4Mask.GetAddressBytes();
        for (var i = 0; i < address.Length; i++)
        {
            address[i] |= (byte)~mask[i];
        }

        return new IPAddress(address);
    }

    private static NetworkInterface Find(string device) =>
        Array.Find(NetworkInterface.GetAllNetworkInterfaces(), candidate => candidate.Name == device) ?? throw Missing(device);

    private static HeartbeatLinkException Missing(string device) => new($"interface {device} does not exist");

    [LibraryImport("libc", EntryPoint = "if_nametoindex", StringMarshalling = StringMarshalling.Utf8)]
    private static partial uint NameToIndex(string name);
}
