namespace HaCore.Vserver;

/// <summary>
/// An IPv4 address that moves with its group. The node that holds the group has it on the named interface and tells the neighbours (gratuitous ARP).
/// Needs CAP_NET_ADMIN to change addresses and CAP_NET_RAW to announce them.
/// </summary>
public sealed class IpAddressOptions
{
    /// <summary>The address with the prefix length of its subnet: "192.0.2.92/24". Required. It must not be a fixed address of any machine.</summary>
    public string Address { get; set; } = "";

    /// <summary>The interface that carries it: "eth1". Required, 1 to 15 characters. Where the nodes differ, set it per node.</summary>
    public string Interface { get; set; } = "";

    /// <summary>
    /// Announcements per burst, each an ARP request and a reply. 1 to 20, default 5 (as resource-agents' IPaddr2 and keepalived): frames get lost, and
    /// the first ones meet switches that are still learning.
    /// </summary>
    public int AnnounceCount { get; set; } = 5;

    /// <summary>Between two announcements of a burst. 20 ms to 5 s, default 200 ms. The first is sent at once, whatever this says.</summary>
    public TimeSpan AnnounceInterval { get; set; } = TimeSpan.FromMilliseconds(200);

    /// <summary>
    /// From the end of the first burst to a second one; zero for none. At most 1 minute, default 5 s (as keepalived): by then port security, spanning
    /// tree and neighbour entries that were locked have settled.
    /// </summary>
    public TimeSpan SecondAnnounceDelay { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Repeats one announcement as long as the address is held; zero (default) for never, else 1 s to 1 hour. For networks whose switches forget a
    /// silent address: a third of their ageing time, 100 s for the usual 300 s.
    /// </summary>
    public TimeSpan AnnounceRefresh { get; set; }

    /// <summary>
    /// How long the kernel keeps the address after this program stopped extending it, because it died, hangs or was paused. Whole seconds, 1 s to 1
    /// hour; zero for no lease: then the address of a dead program stays until its next start. Null (default): one and a half dead times, rounded up
    /// to whole seconds (3 s with the Lan profile, 1 s with Fast, 15 s with Heartbeat2004).
    /// It is extended three times in its length, so the default outlasts every pause that the peer forgives, and is over about when the peer takes
    /// over. Shorter, as 1 s with Lan: over before the peer takes over, and a healthy node whose program is paused for two thirds of it loses the
    /// address until it goes on. Longer: both nodes may have the address for so long.
    /// </summary>
    public TimeSpan? Lease { get; set; }

    /// <summary>A label for tools that list addresses as "eth1:0": the interface's name, a colon and more, at most 15 characters. Default none.</summary>
    public string? Label { get; set; }
}
