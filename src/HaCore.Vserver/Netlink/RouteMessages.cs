namespace HaCore.Vserver.Netlink;

/// <summary>The five requests that an address needs. Pure.</summary>
internal static class RouteMessages
{
    /// <summary>Enough for the largest of them: headers, four addresses, two names.</summary>
    public const int BytesMax = 256;

    public static ReadOnlySpan<byte> AddAddress(Span<byte> buffer, uint sequence, int interfaceIndex, AddressWithPrefix address, string? label)
    {
        const ushort Flags = RouteProtocol.FlagRequest | RouteProtocol.FlagAcknowledge | RouteProtocol.FlagCreate | RouteProtocol.FlagExclusive;
        var writer = new RouteMessageWriter(buffer, RouteProtocol.MessageNewAddress, Flags, sequence);
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
