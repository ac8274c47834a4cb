using System.Globalization;
using System.Text;
using HaCore.Vserver.Netlink;
using Microsoft.Extensions.Options;

namespace HaCore.Vserver.IpAddress;

/// <summary>All faults at once; each message is value, rule, consequence.</summary>
internal sealed class IpAddressOptionsValidator : IValidateOptions<IpAddressOptions>
{
    private static readonly TimeSpan IntervalMin = TimeSpan.FromMilliseconds(20); // shorter bursts are one event to a switch that drops one
    private static readonly TimeSpan IntervalMax = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan SecondDelayMax = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan RefreshMin = TimeSpan.FromSeconds(1); // neighbours lock an entry for 1 s after a change
    private static readonly TimeSpan RefreshMax = TimeSpan.FromHours(1);
    private static readonly TimeSpan LeaseMax = TimeSpan.FromHours(1); // beyond, nobody waits for it: an operator has been there
    private const int CountMax = 20;

    public ValidateOptionsResult Validate(string? name, IpAddressOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var faults = new List<string>();
        CheckAddress(options.Address, faults);
        CheckInterface(options.Interface, faults);
        CheckLabel(options, faults);
        if (options.AnnounceCount is < 1 or > CountMax)
        {
            faults.Add($"AnnounceCount ({Text(options.AnnounceCount)}) must be 1 to {Text(CountMax)}: without one, neighbours send to the other node until their entries expire");
        }

        if (options.AnnounceInterval < IntervalMin || options.AnnounceInterval > IntervalMax)
        {
            faults.Add($"AnnounceInterval ({Text(options.AnnounceInterval)}) must be {Text(IntervalMin)} to {Text(IntervalMax)}: a shorter burst is lost as a whole, a longer one comes too late");
        }

        if (options.SecondAnnounceDelay < TimeSpan.Zero || options.SecondAnnounceDelay > SecondDelayMax)
        {
            faults.Add($"SecondAnnounceDelay ({Text(options.SecondAnnounceDelay)}) must be 00:00:00 (none) to {Text(SecondDelayMax)}: later repetition is AnnounceRefresh");
        }

        if (options.AnnounceRefresh != TimeSpan.Zero && (options.AnnounceRefresh < RefreshMin || options.AnnounceRefresh > RefreshMax))
        {
            faults.Add($"AnnounceRefresh ({Text(options.AnnounceRefresh)}) must be 00:00:00 (never) or {Text(RefreshMin)} to {Text(RefreshMax)}: neighbours ignore more, switches forget before");
        }

        if (options.Lease is { } lease && lease != TimeSpan.Zero
            && (lease < AddressLease.Shortest || lease > LeaseMax || lease.Ticks % TimeSpan.TicksPerSecond != 0))
        {
            faults.Add($"Lease ({Text(lease)}) must be 00:00:00 (none), or whole seconds from {Text(AddressLease.Shortest)} to {Text(LeaseMax)}: the kernel counts the lifetime of an address in seconds");
        }

        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }

    private static void CheckAddress(string? text, List<string> faults)
    {
        if (string.IsNullOrEmpty(text))
        {
            faults.Add("Address is missing: write the address with the prefix length of its subnet, as 192.0.2.92/24");
            return;
        }

        if (!AddressWithPrefix.TryParse(text, out AddressWithPrefix address))
        {
            faults.Add(AddressWithPrefix.TryParseAddress(text, out _)
                ? $"Address ({text}) must have a prefix length: write {text}/24 if its subnet is a /24; a wrong one makes neighbours unreachable"
                : $"Address ({text}) must be an IPv4 address with a prefix length, as 192.0.2.92/24: nothing else can be added to an interface");
            return;
        }

        if (address.PrefixLength == 0 || address.Address >> 24 == 0 || address.Address >> 28 >= 0xE)
        {
            faults.Add($"Address ({text}) must be a host's address: 0.x, multicast, reserved addresses and prefix length 0 cannot be served by a node");
        }
        else if (address.Broadcast is { } broadcast && (address.Address == broadcast || (address.Address & ~address.Mask) == 0))
        {
            faults.Add($"Address ({text}) must not be the network or broadcast address of its subnet: no neighbour would send to it");
        }
    }

    private static void CheckInterface(string? name, List<string> faults)
    {
        if (string.IsNullOrEmpty(name))
        {
            faults.Add("Interface is missing: write the interface that carries the address, as eth1");
        }
        else if (!IsInterfaceName(name))
        {
            faults.Add($"Interface ({name}) must be 1 to 15 characters without spaces, '/' and ':': the kernel has no other names");
        }
    }

    private static void CheckLabel(IpAddressOptions options, List<string> faults)
    {
        if (options.Label is not { } label)
        {
            return;
        }

        if (Encoding.UTF8.GetByteCount(label) > RouteProtocol.NameBytesMax || !(label == options.Interface || label.StartsWith(options.Interface + ":", StringComparison.Ordinal)))
        {
            faults.Add($"Label ({label}) must be the interface's name, or that with ':' and more, at most 15 characters ({options.Interface}:0): tools that show labels take it for an interface");
        }
    }

    private static bool IsInterfaceName(string name) =>
        Encoding.UTF8.GetByteCount(name) <= RouteProtocol.NameBytesMax && name is not ("." or "..")
        && !name.AsSpan().ContainsAny('/', ':', '\0') && !name.Any(char.IsWhiteSpace);

    private static string Text(IFormattable value) => value.ToString(null, CultureInfo.InvariantCulture);
}
