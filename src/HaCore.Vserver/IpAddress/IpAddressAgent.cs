using System.Globalization;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using HaCore.Vserver.Arp;
using HaCore.Vserver.Netlink;
using Microsoft.Extensions.Logging;

namespace HaCore.Vserver.IpAddress;

/// <summary>
/// Holds one IPv4 address on one interface. What is decided comes from the kernel at each call, never from memory; sockets are kept open so that a
/// takeover costs no set-up. Only Start announces: a host that starts again looks first and tells nobody anything.
/// </summary>
internal sealed partial class IpAddressAgent : ILeasedResourceAgent, IStartRequirements, IAsyncDisposable
{
    private const int NoInterface = int.MaxValue; // the kernel counts interfaces from 1 and never gets there

    private readonly AddressWithPrefix _address;
    private readonly string _text;
    private readonly string _interface;
    private readonly string? _label;
    private readonly TimeSpan? _lease;
    private readonly ArpAnnouncer _announcer;
    private readonly ILogger _logger;
    private readonly bool _mayChangeAddresses = ProcessCapabilities.Has(ProcessCapabilities.NetAdmin);
    private RouteConnection? _route;
    private bool _isRehearsed;

    public IpAddressAgent(IpAddressOptions options, ILogger<IpAddressAgent> logger)
    {
        if (!AddressWithPrefix.TryParse(options.Address, out _address))
        {
            throw new ArgumentException($"Address ({options.Address}) must be an IPv4 address with a prefix length, as 192.0.2.92/24", nameof(options));
        }

        _text = _address.ToString();
        _interface = options.Interface;
        _label = options.Label;
        _lease = options.Lease;
        _announcer = new ArpAnnouncer(new AnnouncementPlan(options.AnnounceCount, options.AnnounceInterval, options.SecondAnnounceDelay, options.AnnounceRefresh));
        _logger = logger;
    }

    public IEnumerable<string> Missing()
    {
        if (!_mayChangeAddresses)
        {
            yield return $"CAP_NET_ADMIN is missing: {_text} can be neither added nor removed here, so this node cannot take its group";
        }

        if (!ProcessCapabilities.Has(ProcessCapabilities.NetRaw))
        {
            yield return $"CAP_NET_RAW is missing: {_text} is added but not announced, so neighbours keep sending to the other machine until their cache expires";
        }
    }

    public async ValueTask<ProbeResult> ProbeAsync(OperationContext context, CancellationToken cancellationToken)
    {
        try
        {
            RouteConnection route = Open();
            _announcer.Prepare();
            Rehearse(route, context);
            LinkRecord? link = route.FindLink(_interface);
            List<AddressRecord> holders = Holders(route);
            ProbeResult found = Judge(link, holders);
            if (found.State == ResourceState.Stopped)
            {
                await _announcer.EndAsync().ConfigureAwait(false); // somebody else took it off: what is not here is not claimed either
            }

            return found with { Readiness = ReadinessOf(link), Facts = Facts(link, holders) };
        }
        catch (Exception e) when (e is RouteException or SocketException)
        {
            Close();
            return ProbeResult.Unknown($"cannot ask for the addresses of this machine: {e.Message}");
        }
    }

    public async ValueTask<OperationResult> StartAsync(OperationContext context, CancellationToken cancellationToken)
    {
        long begun = context.TimeProvider.GetTimestamp();
        await _announcer.EndAsync().ConfigureAwait(false);
        try
        {
            RouteConnection route = Open();
            if (route.FindLink(_interface) is not { } link)
            {
                return OperationResult.NotOnThisNode($"{_interface} does not exist on this node");
            }

            if (!link.IsUp)
            {
                return OperationResult.NotOnThisNode($"{_interface} is down: {_text} could not be reached there");
            }

            uint lifetime = AddressLease.Seconds(_lease, context.DeadTime);
            if (Place(route, link, lifetime) is { } refusal)
            {
                return refusal;
            }

            _announcer.Begin(link, _address.Address, context.TimeProvider);
            KeepSecondariesBeyondLease(context, route, link, lifetime);
            Report(context, link, begun);
            return OperationResult.Succeeded;
        }
        catch (Exception e) when (e is RouteException or SocketException)
        {
            Close();
            return OperationResult.Retryable($"{_text} cannot be added to {_interface}: {e.Message}");
        }
    }

    public async ValueTask<OperationResult> StopAsync(OperationContext context, CancellationToken cancellationToken)
    {
        // First of all: from here on this node claims the address no more, whatever else goes wrong.
        await _announcer.EndAsync().ConfigureAwait(false);
        try
        {
            return Remove(context, Open());
        }
        catch (Exception e) when (e is RouteException or SocketException)
        {
            Close();
            return OperationResult.Retryable($"{_text} cannot be removed from {_interface}: {e.Message}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _announcer.DisposeAsync().ConfigureAwait(false);
        _leaseRoute?.Dispose();
        _leaseRoute = null;
        Close();
    }

    /// <summary>Puts the address on the link, or gives the one that is there this lifetime. Null when it is there.</summary>
    private OperationResult? Place(RouteConnection route, LinkRecord link, uint lifetime)
    {
        AddressRecord? present = null;
        foreach (AddressRecord holder in Holders(route))
        {
            if (holder.InterfaceIndex != link.Index)
            {
                return OperationResult.NotOnThisNode(OnAnotherInterface(route, holder));
            }

            if (holder.Address == _address)
            {
                present = holder;
                continue;
            }

            // The same address with another prefix: two of them would be two subnets' routes. The configured one replaces it.
            if (Refusal(route.DeleteAddress(link.Index, holder.Address), "removed from", Errno.AddressNotAvailable) is { } stays)
            {
                return stays;
            }
        }

        var extension = new Extension(BootClock.Now, lifetime);
        Errno errno = present switch
        {
            null => Errno.AddressNotAvailable,
            { HasEnd: false } when lifetime == RouteProtocol.Forever => Errno.None,
            _ => route.ExtendAddress(link.Index, _address, lifetime),
        };
        if (errno == Errno.AddressNotAvailable)
        {
            errno = route.AddAddress(link.Index, _address, _label, lifetime); // also when its time was up since it was seen
        }

        OperationResult? refusal = Refusal(errno, "added to", Errno.Exists);
        _extension = refusal is null ? extension : _extension;
        return refusal;
    }

    private OperationResult Remove(OperationContext context, RouteConnection route)
    {
        bool removed = false;
        if (route.FindLink(_interface) is { } link)
        {
            List<AddressRecord> addresses = route.DumpAddresses();
            foreach (AddressRecord held in addresses.Where(a => a.Address.Address == _address.Address && a.InterfaceIndex == link.Index))
            {
                KeepSecondaries(context, route, held, addresses);
                if (Refusal(route.DeleteAddress(link.Index, held.Address), "removed from", Errno.AddressNotAvailable, Errno.NoDevice) is { } stays)
                {
                    return stays;
                }

                removed = true;
            }
        }

        foreach (AddressRecord left in Holders(route))
        {
            // Success would be a lie: this machine answers for all its addresses on every interface. Not ours to remove, so somebody must look.
            return OperationResult.Retryable(OnAnotherInterface(route, left));
        }

        if (removed)
        {
            Log.AddressRemoved(_logger, context.Resource, _text, _interface);
        }

        return OperationResult.Succeeded;
    }

    /// <summary>
    /// The first address of a subnet on an interface is its primary one, and by default the kernel removes all others of the subnet with it
    /// (ip-sysctl: promote_secondaries): the next group's address, for one. Set only where that would happen.
    /// </summary>
    private void KeepSecondaries(OperationContext context, RouteConnection route, AddressRecord held, List<AddressRecord> addresses)
    {
        bool others = !held.IsSecondary
            && addresses.Exists(a => a.IsSecondary && a.InterfaceIndex == held.InterfaceIndex && a.Address.SharesSubnetWith(held.Address));
        if (!others)
        {
            return;
        }

        Errno errno = route.PromoteSecondaries(held.InterfaceIndex);
        if (errno != Errno.None)
        {
            Log.SecondariesNotKept(_logger, context.Resource, _interface, (int)errno, _text);
        }
    }

    private ProbeResult Judge(LinkRecord? link, List<AddressRecord> holders)
    {
        if (holders.Count == 0)
        {
            return ProbeResult.Stopped;
        }

        AddressRecord? here = holders.Where(h => h.InterfaceIndex == link?.Index).Cast<AddressRecord?>().FirstOrDefault();
        return (link, here) switch
        {
            (_, null) => ProbeResult.Failed($"{_text} is on another interface of this node, not on {_interface}: remove it there"),
            (_, { } found) when !holders.Exists(h => h.InterfaceIndex == found.InterfaceIndex && h.Address == _address) =>
                ProbeResult.Failed($"{found.Address} is on {_interface}, configured is {_text}"),
            ({ IsUp: false }, _) => ProbeResult.Failed($"{_text} is on {_interface}, which is down"),
            _ => ProbeResult.Running,
        };
    }

    private Readiness ReadinessOf(LinkRecord? link) => link switch
    {
        null or { IsUp: false } => Readiness.NotReady,
        _ when !_mayChangeAddresses => Readiness.NotReady,
        { HasCarrier: false } => Readiness.Usable,
        _ => Readiness.Ready,
    };

    private List<KeyValuePair<string, string>> Facts(LinkRecord? link, List<AddressRecord> holders)
    {
        string state = link switch
        {
            null => "missing",
            { IsUp: false } => "down",
            { HasCarrier: false } => "no carrier",
            _ => "up",
        };
        var facts = new List<KeyValuePair<string, string>>
        {
            new("interface", $"{_interface} {state}"),
            new("announced", _announcer.Sent.ToString(CultureInfo.InvariantCulture)),
        };
        if (holders.Count > 0)
        {
            facts.Add(new("lease", Describe(holders[0])));
        }

        if (_announcer.Failure is { } failure)
        {
            facts.Add(new("announcing", failure));
        }

        if (!_mayChangeAddresses)
        {
            facts.Add(new("needs", "CAP_NET_ADMIN"));
        }

        return facts;
    }

    private void Report(OperationContext context, LinkRecord link, long begun)
    {
        if (_announcer.Failure is { } failure)
        {
            Log.AddressNotAnnounced(_logger, context.Resource, _text, _interface, failure);
        }
        else if (link.CanAnnounce)
        {
            long microseconds = context.TimeProvider.GetElapsedTime(begun).Ticks / TimeSpan.TicksPerMicrosecond;
            Log.AddressAdded(_logger, context.Resource, _text, _interface, microseconds);
        }
    }

    /// <summary>Null when the kernel did it, or when there was nothing to do.</summary>
    private OperationResult? Refusal(Errno errno, string verb, params ReadOnlySpan<Errno> nothingToDo)
    {
        if (errno == Errno.None || nothingToDo.Contains(errno))
        {
            return null;
        }

        string what = $"{_text} cannot be {verb} {_interface}";
        return errno switch
        {
            Errno.NotPermitted => OperationResult.NotOnThisNode($"{what}: this process needs CAP_NET_ADMIN"),
            Errno.NoDevice => OperationResult.NotOnThisNode($"{what}: the interface is gone"),
            _ => OperationResult.Retryable($"{what}: {Marshal.GetPInvokeErrorMessage((int)errno)} (errno {(int)errno})"),
        };
    }

    private string OnAnotherInterface(RouteConnection route, AddressRecord holder)
    {
        string name = route.FindLink(holder.InterfaceIndex)?.Name ?? $"interface {holder.InterfaceIndex}";
        return $"{holder.Address} is on {name} of this node, not on {_interface}: remove it there";
    }

    private List<AddressRecord> Holders(RouteConnection route) => route.DumpAddresses().FindAll(a => a.Address.Address == _address.Address);

    /// <summary>
    /// A standby may wait for months before its first start, and compiling that code then took a third of a hand-over: it is run once with an
    /// interface that cannot exist, which the kernel refuses, and with announcements that are not sent.
    /// </summary>
    private void Rehearse(RouteConnection route, OperationContext context)
    {
        if (!_isRehearsed)
        {
            _isRehearsed = true;
            route.AddAddress(NoInterface, _address, _label, RouteProtocol.Forever);
            _announcer.Rehearse(context.TimeProvider);
        }
    }

    private RouteConnection Open() => _route ??= RouteConnection.Open();

    private void Close()
    {
        _route?.Dispose();
        _route = null;
    }
}
