using System.Net.Sockets;
using HaCore.Vserver.Arp;
using HaCore.Vserver.Netlink;

namespace HaCore.Vserver.IpAddress;

/// <summary>
/// The lease of the address: the kernel is told to keep it for some seconds, again and again, and drops it by itself when this program is dead, hangs or
/// was replaced while it slept. A connection of its own, because a renewal does not wait for a probe.
/// </summary>
internal sealed partial class IpAddressAgent
{
    // The kernel removes an address up to 1/50 s before its time (ADDRCONF_TIMER_FUZZ_MINUS of linux/net/addrconf.h), and the clock is read outside of it.
    private static readonly TimeSpan KernelIsEarly = TimeSpan.FromMilliseconds(50);

    private RouteConnection? _leaseRoute;
    private volatile Extension? _extension; // null: none yet, or withdrawn

    public TimeSpan GetRenewInterval(TimeSpan deadTime) => AddressLease.RenewInterval(AddressLease.Seconds(_lease, deadTime));

    public OperationResult Renew(LeaseRenewal renewal)
    {
        try
        {
            return Renew(_leaseRoute ??= RouteConnection.Open(), renewal);
        }
        catch (Exception e) when (e is RouteException or SocketException)
        {
            _leaseRoute?.Dispose();
            _leaseRoute = null;
            return OperationResult.Retryable($"the lease of {_text} on {_interface} cannot be extended: {e.Message}");
        }
    }

    private OperationResult Renew(RouteConnection route, LeaseRenewal renewal)
    {
        if (route.FindLink(_interface) is not { } link)
        {
            return OperationResult.NotOnThisNode($"{_interface} does not exist on this node any more");
        }

        uint lifetime = renewal.RunsOn ? RouteProtocol.Forever : AddressLease.Seconds(_lease, renewal.DeadTime);
        if (lifetime == RouteProtocol.Forever && _extension is { Lifetime: RouteProtocol.Forever })
        {
            return OperationResult.Succeeded; // what has no end needs no extension, and each of them is an event to whoever listens
        }

        var extension = new Extension(BootClock.Now, lifetime);
        Errno errno = route.ExtendAddress(link.Index, _address, lifetime);
        if (errno == Errno.AddressNotAvailable)
        {
            return AddAgain(route, link, renewal, lifetime);
        }

        OperationResult? refusal = Refusal(errno, "kept on");
        _extension = refusal is null ? extension : _extension;
        return refusal ?? OperationResult.Succeeded;
    }

    /// <summary>The lease ran out in a pause of this program, and the engine says that this node holds the address all the same.</summary>
    private OperationResult AddAgain(RouteConnection route, LinkRecord link, LeaseRenewal renewal, uint lifetime)
    {
        Extension? before = _extension;
        if (before is { HasRunOut: false })
        {
            return OperationResult.NotOnThisNode($"{_text} is not on {_interface} any more, and its lease had not run out: somebody removed it");
        }

        if (!renewal.IsValid)
        {
            return OperationResult.Retryable($"{_text} is not on {_interface} any more, and this node may not add it: it was paused meanwhile");
        }

        var extension = new Extension(BootClock.Now, lifetime);
        if (Refusal(route.AddAddress(link.Index, _address, _label, lifetime), "added to", Errno.Exists) is { } refusal)
        {
            return refusal;
        }

        // A thread can be paused between a question and the deed: what is not allowed now was not then.
        if (!renewal.IsValid)
        {
            route.DeleteAddress(link.Index, _address);
            _extension = null;
            Log.LeaseWithdrawn(_logger, renewal.Resource, _text, _interface);
            return OperationResult.Retryable($"{_text} was removed from {_interface} again: this node may not add it");
        }

        _extension = extension;
        _announcer.Begin(link, _address.Address, renewal.TimeProvider);
        Log.LeaseRanOut(_logger, renewal.Resource, _text, _interface, Math.Round(before is { } ran ? (extension.At - ran.At).TotalSeconds : 0, 2));
        return OperationResult.Succeeded;
    }

    /// <summary>
    /// Where the address is the first one of its subnet, the kernel takes the others along when it removes it, also when its time is up, and then nobody is
    /// there to prevent it: so it is prevented as soon as the address is there.
    /// </summary>
    private void KeepSecondariesBeyondLease(OperationContext context, RouteConnection route, LinkRecord link, uint lifetime)
    {
        if (lifetime == RouteProtocol.Forever || !Holders(route).Exists(h => h.InterfaceIndex == link.Index && h.Address == _address && !h.IsSecondary))
        {
            return;
        }

        Errno errno = route.PromoteSecondaries(link.Index);
        if (errno != Errno.None)
        {
            Log.SecondariesNotKept(_logger, context.Resource, _interface, (int)errno, _text);
        }
    }

    private static string Describe(AddressRecord found) =>
        found.HasEnd ? $"{found.Lifetime} s left" : "without an end";

    /// <param name="At">When the kernel was told.</param>
    /// <param name="Lifetime">Seconds.</param>
    private sealed record Extension(TimeSpan At, uint Lifetime)
    {
        public bool HasRunOut => Lifetime != RouteProtocol.Forever && BootClock.Now - At >= TimeSpan.FromSeconds(Lifetime) - KernelIsEarly;
    }
}
