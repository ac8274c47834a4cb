namespace HaCore.Vserver.Netlink;

/// <summary>The six requests that an address needs. Pure.</summary>
internal static class RouteMessages
{
    /// <summary>Enough for the largest of them: headers, four addresses, a lifetime, two names.</summary>
    public const int BytesMax = 256;

    public static ReadOnlySpan<byte> AddAddress(Span<byte> buffer, uint sequence, int interfaceIndex, AddressWithPrefix address, string? label, uint lifetime) =>
        NewAddress(buffer, sequence, RouteProtocol.FlagCreate | RouteProtocol.FlagExclusive, interfaceIndex, address, label, lifetime);

    /// <summary>
    /// Gives an address that is there another lifetime. Where it is not there the kernel would add it, whatever the flags of the message say (for IPv4 it does
    /// not ask for NLM_F_CREATE). So the address asks to join a multicast group of its own number: an address that is there is not made to, and a new one
    /// fails at it (EINVAL, or EOPNOTSUPP of a kernel without multicast), because it is no group. Linux before 4.1 does not know the wish and adds it.
    /// </summary>
    public static ReadOnlySpan<byte> ExtendAddress(Span<byte> buffer, uint sequence, int interfaceIndex, AddressWithPrefix address, uint lifetime) =>
        NewAddress(buffer, sequence, RouteProtocol.FlagReplace, interfaceIndex, address, label: null, lifetime);

    private static ReadOnlySpan<byte> NewAddress(
        Span<byte> buffer, uint sequence, ushort how, int interfaceIndex, AddressWithPrefix address, string? label, uint lifetime)
    {
        ushort flags = (ushort)(RouteProtocol.FlagRequest | RouteProtocol.FlagAcknowledge | how);
        var writer = new RouteMessageWriter(buffer, RouteProtocol.MessageNewAddress, flags, sequence);
        writer.AddressHeader(address.PrefixLength, Scope(address), interfaceIndex);
        writer.AttributeAddress(RouteProtocol.AddressAttributeLocal, address.Address);
        writer.AttributeAddress(RouteProtocol.AddressAttributeAddress, address.Address);
        if (address.Broadcast is { } broadcast)
        {
            writer.AttributeAddress(RouteProtocol.AddressAttributeBroadcast, broadcast);
        }

        if (label is not null)
        {
            writer.AttributeText(RouteProtocol.AddressAttributeLabel, label);
        }

        if (how == RouteProtocol.FlagReplace)
        {
            writer.AttributeNumber(RouteProtocol.AddressAttributeFlags, RouteProtocol.AddressJoinsGroup);
        }

        if (lifetime != RouteProtocol.Forever || how == RouteProtocol.FlagReplace)
        {
            writer.AttributeLifetime(lifetime);
        }

        return writer.Finish();
    }

    public static ReadOnlySpan<byte> DeleteAddress(Span<byte> buffer, uint sequence, int interfaceIndex, AddressWithPrefix address)
    {
        var writer = new RouteMessageWriter(buffer, RouteProtocol.MessageDeleteAddress, RouteProtocol.FlagRequest | RouteProtocol.FlagAcknowledge, sequence);
        writer.AddressHeader(address.PrefixLength, Scope(address), interfaceIndex);
        writer.AttributeAddress(RouteProtocol.AddressAttributeLocal, address.Address);
        writer.AttributeAddress(RouteProtocol.AddressAttributeAddress, address.Address);
        return writer.Finish();
    }

    public static ReadOnlySpan<byte> DumpAddresses(Span<byte> buffer, uint sequence)
    {
        var writer = new RouteMessageWriter(buffer, RouteProtocol.MessageGetAddress, RouteProtocol.FlagRequest | RouteProtocol.FlagDump, sequence);
        writer.AddressHeader(0, 0, 0);
        return writer.Finish();
    }

    public static ReadOnlySpan<byte> GetLink(Span<byte> buffer, uint sequence, string name)
    {
        var writer = new RouteMessageWriter(buffer, RouteProtocol.MessageGetLink, RouteProtocol.FlagRequest, sequence);
        writer.LinkHeader(0);
        writer.AttributeText(RouteProtocol.LinkAttributeName, name);
        return writer.Finish();
    }

    public static ReadOnlySpan<byte> GetLink(Span<byte> buffer, uint sequence, int interfaceIndex)
    {
        var writer = new RouteMessageWriter(buffer, RouteProtocol.MessageGetLink, RouteProtocol.FlagRequest, sequence);
        writer.LinkHeader(interfaceIndex);
        return writer.Finish();
    }

    /// <summary>Sets promote_secondaries of one interface: as the sysctl, with CAP_NET_ADMIN alone.</summary>
    public static ReadOnlySpan<byte> PromoteSecondaries(Span<byte> buffer, uint sequence, int interfaceIndex)
    {
        var writer = new RouteMessageWriter(buffer, RouteProtocol.MessageSetLink, RouteProtocol.FlagRequest | RouteProtocol.FlagAcknowledge, sequence);
        writer.LinkHeader(interfaceIndex);
        int families = writer.BeginNested(RouteProtocol.LinkAttributeFamilies);
        int ip = writer.BeginNested(RouteProtocol.AddressFamilyIp);
        int settings = writer.BeginNested(RouteProtocol.LinkAttributeIpSettings);
        writer.AttributeNumber(RouteProtocol.IpSettingPromoteSecondaries, 1);
        writer.EndNested(settings);
        writer.EndNested(ip);
        writer.EndNested(families);
        return writer.Finish();
    }

    private static int Scope(AddressWithPrefix address) => address.Address >> 24 == 127 ? RouteProtocol.ScopeHost : RouteProtocol.ScopeUniverse;
}
