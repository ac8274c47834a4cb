using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Options;

namespace HaCore.Transports;

/// <summary>Everything that is wrong with the options of a UDP link, all at once: value, rule, consequence.</summary>
internal sealed class UdpOptionsValidator : IValidateOptions<UdpOptions>
{
    private const int InterfaceNameBytesMax = 15;   // IFNAMSIZ of linux/if.h is 16 with the final zero

    public ValidateOptionsResult Validate(string? name, UdpOptions options)
    {
        var errors = new List<string>();
        CheckNumbers(options, errors);
        CheckInterface(options, errors);
        switch (options.Mode)
        {
            case UdpMode.Unicast:
                CheckUnicast(options, errors);
                break;
            case UdpMode.Broadcast:
                CheckShared(options, errors);
                RefuseGroup(options, errors);
                break;
            case UdpMode.Multicast:
                CheckShared(options, errors);
                CheckGroup(options, errors);
                break;
            default:
                errors.Add($"Mode ({(int)options.Mode}) must be Unicast, Broadcast or Multicast, or the link does not know where to send.");
                break;
        }

        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
    }

    private static void CheckNumbers(UdpOptions options, List<string> errors)
    {
        CheckPort(nameof(options.Port), options.Port, errors);
        CheckPort(nameof(options.LocalPort), options.LocalPort, errors);
        CheckPort(nameof(options.PeerPort), options.PeerPort, errors);
        if (options.Ttl is < 1 or > 255)
        {
            errors.Add($"Ttl ({options.Ttl}) must be 1 to 255: it is one byte of the packet, and 0 never leaves this computer.");
        }

        if (options.TrafficClass is < 0 or > 63)
        {
            errors.Add($"TrafficClass ({options.TrafficClass}) must be 0 to 63: a code point has six bits. (The old TOS byte 0xC0 is code point 48.)");
        }
    }

    private static void CheckPort(string option, int? port, List<string> errors)
    {
        if (port is < 1 or > 65_535)
        {
            errors.Add($"{option} ({port}) must be 1 to 65535, or the peer cannot know where to send.");
        }
    }

    private static void CheckInterface(UdpOptions options, List<string> errors)
    {
        if (options.Interface is not { } device)
        {
            return;
        }

        var isName = device.Length > 0 && Encoding.UTF8.GetByteCount(device) <= InterfaceNameBytesMax
            && !device.AsSpan().ContainsAny('/', '\0') && !device.Any(char.IsWhiteSpace);
        if (!isName && OperatingSystem.IsLinux())
        {
            errors.Add($"Interface (\"{device}\") must be the name of an interface, 1 to {InterfaceNameBytesMax} bytes as `ip link` shows it; no such device can exist.");
        }
    }

    private static void CheckUnicast(UdpOptions options, List<string> errors)
    {
        RefuseGroup(options, errors);
        var peer = ParseAddress(nameof(options.PeerAddress), options.PeerAddress, errors);
        if (options.PeerAddress is null)
        {
            errors.Add("PeerAddress (none) must be set for a Unicast link, or there is nobody to send to. Broadcast and Multicast need no address.");
        }
        else if (peer is not null && !IsUnicast(peer))
        {
            errors.Add($"PeerAddress ({peer}) must be the address of one computer. Set Mode to Broadcast or Multicast to reach more.");
        }

        else if (peer is { IsIPv6LinkLocal: true, ScopeId: 0 } && options.Interface is null)
        {
            errors.Add($"Interface (none) must be set with the link-local PeerAddress ({peer}): the address is on every cable, so the interface must say which.");
        }

        var local = ParseAddress(nameof(options.LocalAddress), options.LocalAddress, errors);
        if (local is null)
        {
            return;
        }

        if (!IsUnicast(local))
        {
            errors.Add($"LocalAddress ({local}) must be an address of this computer; leave it out to take any.");
        }
        else if (peer is not null && peer.AddressFamily != local.AddressFamily)
        {
            errors.Add($"LocalAddress ({local}) and PeerAddress ({peer}) must both be IPv4 or both IPv6: one link speaks one of them.");
        }
    }

    /// <summary>What broadcast and multicast have in common.</summary>
    private static void CheckShared(UdpOptions options, List<string> errors)
    {
        var mode = options.Mode;
        if (options.Interface is null)
        {
            errors.Add($"Interface (none) must be set for a {mode} link, or the frames leave wherever the default route points.");
        }

        if (options.PeerAddress is { } peer)
        {
            errors.Add($"PeerAddress ({peer}) must not be set for a {mode} link: it would be ignored. Remove it, or set Mode to Unicast.");
        }

        if (options.LocalAddress is { } local)
        {
            errors.Add($"LocalAddress ({local}) must not be set for a {mode} link: bound to an address, it hears no {mode}. Interface says where it listens.");
        }

        if (options.LocalPort is not null || options.PeerPort is not null)
        {
            errors.Add($"LocalPort ({options.LocalPort}) and PeerPort ({options.PeerPort}) must not be set for a {mode} link: all who share it use Port ({options.Port}).");
        }
    }

    private static void CheckGroup(UdpOptions options, List<string> errors)
    {
        var group = ParseAddress(nameof(options.MulticastGroup), options.MulticastGroup, errors);
        if (options.MulticastGroup is null)
        {
            errors.Add("MulticastGroup (none) must be set for a Multicast link, or there is no group to join: for example 239.192.6.94 or ff02::694.");
        }
        else if (group is not null && !IsMulticast(group))
        {
            errors.Add($"MulticastGroup ({group}) must be a multicast address (224.0.0.0/4 or ff00::/8), or it cannot be joined.");
        }
    }

    private static void RefuseGroup(UdpOptions options, List<string> errors)
    {
        if (options.MulticastGroup is { } group)
        {
            errors.Add($"MulticastGroup ({group}) must not be set for a {options.Mode} link: it would be ignored. Remove it, or set Mode to Multicast.");
        }
    }

    private static IPAddress? ParseAddress(string option, string? text, List<string> errors)
    {
        if (text is null)
        {
            return null;
        }

        // IPAddress.Parse takes "1" and "0x7f.1"; what an operator means is written out.
        if (IPAddress.TryParse(text, out var address) && (address.AddressFamily == AddressFamily.InterNetworkV6 || text.Count(c => c == '.') == 3))
        {
            return address;
        }

        errors.Add($"{option} (\"{text}\") must be an IPv4 or IPv6 address: names are not looked up, because a heartbeat must not wait for a name server.");
        return null;
    }

    private static bool IsUnicast(IPAddress address) =>
        !IsMulticast(address) && !address.Equals(IPAddress.Any) && !address.Equals(IPAddress.IPv6Any) && !address.Equals(IPAddress.Broadcast);

    private static bool IsMulticast(IPAddress address) => address.AddressFamily == AddressFamily.InterNetworkV6
        ? address.IsIPv6Multicast
        : address.GetAddressBytes()[0] is >= 224 and <= 239;
}
