using HaCore.Vserver.Netlink;

namespace HaCore.Vserver.IpAddress;

/// <summary>How long the kernel is to keep an address that nobody extends, and how often it is extended. Pure.</summary>
internal static class AddressLease
{
    /// <summary>The kernel counts lifetimes of addresses in whole seconds.</summary>
    public static readonly TimeSpan Shortest = TimeSpan.FromSeconds(1);

    // Of a lease of one and a half dead times, extended each third of it, a whole dead time is always left: what the peer forgives costs nothing.
    private const double DeadTimes = 1.5;
    private const int RenewalsPerLease = 3;

    /// <summary>Without a dead time (an agent outside of an engine): what the Lan profile comes to.</summary>
    private static readonly TimeSpan Unknown = TimeSpan.FromSeconds(3);

    /// <summary>Seconds; <see cref="RouteProtocol.Forever"/> for none.</summary>
    public static uint Seconds(TimeSpan? configured, TimeSpan deadTime) => configured switch
    {
        { Ticks: 0 } => RouteProtocol.Forever,
        { } lease => (uint)lease.TotalSeconds,
        null when deadTime <= TimeSpan.Zero => (uint)Unknown.TotalSeconds,
        null => (uint)Math.Ceiling(deadTime.TotalSeconds * DeadTimes),
    };

    /// <summary>Zero for never.</summary>
    public static TimeSpan RenewInterval(uint seconds) =>
        seconds == RouteProtocol.Forever ? TimeSpan.Zero : TimeSpan.FromSeconds(seconds) / RenewalsPerLease;
}
