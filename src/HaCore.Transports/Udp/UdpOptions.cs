namespace HaCore;

/// <summary>How a UDP link reaches the peer.</summary>
public enum UdpMode
{
    /// <summary>To the peer's own address: works through routers, needs the address in the configuration. The default.</summary>
    Unicast = 0,

    /// <summary>To every computer on the interface, IPv4 only: needs no address in the configuration, on Linux not even one on the interface.</summary>
    Broadcast,

    /// <summary>To a group on the interface, IPv4 or IPv6: as broadcast, but computers that did not join are left in peace.</summary>
    Multicast,
}

/// <summary>
/// A heartbeat link over UDP. Checked when the host starts; a change needs a restart. See docs/operating/links.md for which mode to choose.
/// </summary>
public sealed class UdpOptions
{
    /// <summary>The port registered for <c>ha-cluster</c> by IANA: 694, as heartbeat used it since 1999.</summary>
    public const int DefaultPort = 694;

    /// <summary>How the peer is reached. Default <see cref="UdpMode.Unicast"/>.</summary>
    public UdpMode Mode { get; set; }

    /// <summary>
    /// Name of the network interface, for example <c>eth1</c>: on Linux the socket is bound to it and hears and speaks there only, whatever the routes
    /// and addresses say. Needed for broadcast and multicast; without it a unicast link goes where the routes lead. Default none.
    /// On other systems nothing can be bound to an interface: unicast then ignores it, broadcast and multicast take their addresses from it.
    /// </summary>
    public string? Interface { get; set; }

    /// <summary>
    /// Own address that the link is bound to. Unicast only. Default none: any address, which is what survives a change of addresses.
    /// </summary>
    public string? LocalAddress { get; set; }

    /// <summary>Address of the peer, IPv4 or IPv6. Needed for unicast, refused otherwise.</summary>
    public string? PeerAddress { get; set; }

    /// <summary>UDP port of both nodes, 1 to 65535. Default 694. Below 1024 the service needs CAP_NET_BIND_SERVICE.</summary>
    public int Port { get; set; } = DefaultPort;

    /// <summary>Own port where it differs from <see cref="Port"/>, 1 to 65535. Unicast only: two nodes on one computer need two ports. Default none.</summary>
    public int? LocalPort { get; set; }

    /// <summary>The peer's port where it differs from <see cref="Port"/>, 1 to 65535. Unicast only. Default none.</summary>
    public int? PeerPort { get; set; }

    /// <summary>
    /// Group address, the same on both nodes: IPv4 from 239.0.0.0/8 (RFC 2365) or IPv6 from ff02::/16 (RFC 4291 §2.7). Needed for multicast, refused
    /// otherwise. Default none.
    /// </summary>
    public string? MulticastGroup { get; set; }

    /// <summary>How many hops a multicast frame may go, 1 to 255. Multicast only. Default 1: it stays on the cable.</summary>
    public int Ttl { get; set; } = 1;

    /// <summary>
    /// Differentiated services code point of the frames, 0 to 63. Default 48 (CS6, network control, RFC 4594 §3.1): switches that know it let
    /// heartbeats pass where the replication traffic fills the cable. 0 marks nothing. Windows ignores it.
    /// </summary>
    public int TrafficClass { get; set; } = 48;
}
