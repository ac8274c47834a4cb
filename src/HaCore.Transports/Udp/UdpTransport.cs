using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;

namespace HaCore.Transports;

/// <summary>Opens UDP links: one socket each, bound to the named interface where the system can do that.</summary>
internal sealed class UdpTransport(UdpOptions options) : IHeartbeatTransport
{
    private const int Ipv6Level = 41;               // IPPROTO_IPV6
    private const int Ipv6TrafficClass = 67;        // IPV6_TCLASS, linux/in6.h
    private const int SocketLevel = 1;              // SOL_SOCKET
    private const int SocketPriority = 12;          // SO_PRIORITY
    private const int Interactive = 6;              // TC_PRIO_INTERACTIVE: the first band of the default queue, and the highest without CAP_NET_ADMIN
    private const int WellKnownPortEnd = 1024;      // ip(7): below it, binding wants CAP_NET_BIND_SERVICE

    public ValueTask<IHeartbeatLink> OpenAsync(HeartbeatLinkContext context, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            return ValueTask.FromResult<IHeartbeatLink>(Open(context));
        }
        catch (HeartbeatLinkException exception)
        {
            throw new HeartbeatLinkException($"Link {context.Link}: {exception.Message}", exception);
        }
        catch (SocketException exception)
        {
            throw new HeartbeatLinkException($"Link {context.Link}: cannot be opened: {exception.Message}", exception);
        }
    }

    private UdpLink Open(HeartbeatLinkContext context)
    {
        var target = TargetAddress();
        var device = OperatingSystem.IsLinux() ? options.Interface : null;
        var socket = new Socket(target.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            // The device before the port: the same port may be in use on other devices.
            if (device is not null)
            {
                BoundDevice.Bind(socket, device);
            }

            if (options.Mode != UdpMode.Unicast)
            {
                socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);   // two clusters on one cable
            }

            socket.EnableBroadcast = options.Mode == UdpMode.Broadcast;
            SetTrafficClass(socket);
            BindPort(socket);
            if (options.Mode == UdpMode.Multicast)
            {
                Join(socket, target);
            }

            var endPoint = new IPEndPoint(target, options.PeerPort ?? options.Port);
            var link = new UdpLink(socket, endPoint.Serialize(), device, context);
            Log.UdpOpened(context.LoggerFactory.CreateLogger<UdpTransport>(), context.Link, $"{socket.LocalEndPoint}", $"{endPoint}", device ?? "any interface");
            return link;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Where frames go. Broadcast uses 255.255.255.255 on a bound device rather than the broadcast address of its network: it goes on working when the
    /// address of the interface changes, and without one.
    /// </summary>
    private IPAddress TargetAddress()
    {
        switch (options.Mode)
        {
            case UdpMode.Broadcast:
                return OperatingSystem.IsLinux() ? IPAddress.Broadcast : BoundDevice.BroadcastAddressOf(options.Interface!);
            case UdpMode.Multicast:
                return IPAddress.Parse(options.MulticastGroup!);
            case UdpMode.Unicast:
            default:
                var peer = IPAddress.Parse(options.PeerAddress!);
                if (peer is { IsIPv6LinkLocal: true, ScopeId: 0 })
                {
                    peer.ScopeId = BoundDevice.IndexOf(options.Interface!, AddressFamily.InterNetworkV6);
                }

                return peer;
        }
    }

    private void BindPort(Socket socket)
    {
        var any = socket.AddressFamily == AddressFamily.InterNetworkV6 ? IPAddress.IPv6Any : IPAddress.Any;
        var local = new IPEndPoint(options.LocalAddress is { } address ? IPAddress.Parse(address) : any, options.LocalPort ?? options.Port);
        if (local.Address is { IsIPv6LinkLocal: true, ScopeId: 0 } && options.Interface is { } device)
        {
            local.Address.ScopeId = BoundDevice.IndexOf(device, AddressFamily.InterNetworkV6);
        }

        try
        {
            socket.Bind(local);
        }
        catch (SocketException exception)
        {
            throw new HeartbeatLinkException(BindFailure(local, exception), exception);
        }
    }

    private static string BindFailure(IPEndPoint local, SocketException exception) => exception.SocketErrorCode switch
    {
        SocketError.AccessDenied when local.Port < WellKnownPortEnd =>
            $"UDP port {local.Port} is not permitted: ports below {WellKnownPortEnd} want CAP_NET_BIND_SERVICE: grant it to the service, or set Port higher on both nodes",
        SocketError.AddressAlreadyInUse => $"UDP port {local.Port} ({local.Address}) is taken by another program or link",
        SocketError.AddressNotAvailable => $"LocalAddress {local.Address} is not an address of this computer now",
        _ => $"cannot bind to {local}: {exception.Message}",
    };

    private void Join(Socket socket, IPAddress group)
    {
        var index = BoundDevice.IndexOf(options.Interface!, group.AddressFamily);
        // On a real cable a node has no use for its own frames; on the loopback device they are all there is.
        var isLoopback = options.Interface is "lo" or "lo0";
        try
        {
            if (group.AddressFamily == AddressFamily.InterNetworkV6)
            {
                socket.SetSocketOption(SocketOptionLevel.IPv6, SocketOptionName.MulticastInterface, index);
                socket.SetSocketOption(SocketOptionLevel.IPv6, SocketOptionName.MulticastTimeToLive, options.Ttl);
                socket.SetSocketOption(SocketOptionLevel.IPv6, SocketOptionName.MulticastLoopback, isLoopback);
                socket.SetSocketOption(SocketOptionLevel.IPv6, SocketOptionName.AddMembership, new IPv6MulticastOption(group, index));
            }
            else
            {
                socket.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.MulticastInterface, IPAddress.HostToNetworkOrder(index));
                socket.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.MulticastTimeToLive, options.Ttl);
                socket.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.MulticastLoopback, isLoopback);
                socket.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.AddMembership, new MulticastOption(group, index));
            }
        }
        catch (SocketException exception)
        {
            throw new HeartbeatLinkException($"cannot join {group} on interface {options.Interface}: {exception.Message}", exception);
        }
    }

    private void SetTrafficClass(Socket socket)
    {
        var isIpv6 = socket.AddressFamily == AddressFamily.InterNetworkV6;
        if (options.TrafficClass == 0)
        {
            return;
        }

        var octet = options.TrafficClass << 2;   // RFC 2474 §3: the code point is the upper six bits
        if (!isIpv6)
        {
            socket.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.TypeOfService, octet);
        }
        else if (OperatingSystem.IsLinux())
        {
            socket.SetRawSocketOption(Ipv6Level, Ipv6TrafficClass, BitConverter.GetBytes(octet));
        }

        if (OperatingSystem.IsLinux())
        {
            socket.SetRawSocketOption(SocketLevel, SocketPriority, BitConverter.GetBytes(Interactive));   // last: setting IP_TOS resets it
        }
    }
}
