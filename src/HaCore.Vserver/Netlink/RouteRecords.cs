namespace HaCore.Vserver.Netlink;

/// <summary>One network interface as the kernel describes it.</summary>
/// <param name="Index">Its number; changes when it is made anew.</param>
/// <param name="Name">Its name.</param>
/// <param name="Flags">IFF_* flags.</param>
/// <param name="HardwareType">ARPHRD_* type.</param>
/// <param name="Hardware">Its hardware address in the low 48 bits; 0 when it has none of 6 bytes.</param>
internal readonly record struct LinkRecord(int Index, string Name, uint Flags, ushort HardwareType, ulong Hardware)
{
    public bool IsUp => (Flags & RouteProtocol.LinkIsUp) != 0;

    public bool HasCarrier => (Flags & RouteProtocol.LinkHasCarrier) != 0;

    /// <summary>Does ARP mean anything there? Not on loopback, tunnels, or interfaces without an Ethernet address.</summary>
    public bool CanAnnounce =>
        HardwareType == RouteProtocol.HardwareEthernet && Hardware != 0
        && (Flags & (RouteProtocol.LinkIsLoopback | RouteProtocol.LinkWithoutArp)) == 0;
}

/// <summary>One IPv4 address of this machine.</summary>
/// <param name="InterfaceIndex">The interface that it is on.</param>
/// <param name="Address">The address with its prefix length.</param>
/// <param name="IsSecondary">Behind another address of the same subnet, which was there first.</param>
/// <param name="Lifetime">Seconds that are left of it, rounded down; <see cref="RouteProtocol.Forever"/> when it has no end.</param>
internal readonly record struct AddressRecord(int InterfaceIndex, AddressWithPrefix Address, bool IsSecondary, uint Lifetime)
{
    public bool HasEnd => Lifetime != RouteProtocol.Forever;
}
