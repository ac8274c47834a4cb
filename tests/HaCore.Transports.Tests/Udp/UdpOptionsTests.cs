namespace HaCore.Transports.Tests;

public sealed class UdpOptionsTests
{
    [Fact]
    public void Each_mode_with_what_it_needs_is_accepted()
    {
        UdpOptions[] good =
        [
            new() { PeerAddress = "192.0.2.2" },
            new() { PeerAddress = "2001:db8::2", LocalAddress = "2001:db8::1", Interface = "eth0", LocalPort = 5000, PeerPort = 5001 },
            new() { PeerAddress = "fe80::2", Interface = "eth0" },
            new() { Mode = UdpMode.Broadcast, Interface = "eth1" },
            new() { Mode = UdpMode.Multicast, Interface = "eth1", MulticastGroup = "239.192.6.94", Ttl = 3 },
            new() { Mode = UdpMode.Multicast, Interface = "eth1", MulticastGroup = "ff02::694" },
        ];
        Assert.All(good, options => Assert.True(new UdpOptionsValidator().Validate(null, options).Succeeded));
    }

    [Theory]
    [InlineData("Port (0) must be 1 to 65535", "Port")]
    [InlineData("LocalPort (70000) must be", "LocalPort")]
    [InlineData("Ttl (0) must be 1 to 255", "Ttl")]
    [InlineData("TrafficClass (64) must be 0 to 63", "TrafficClass")]
    [InlineData("PeerAddress (none) must be set", "NoPeer")]
    [InlineData("PeerAddress (\"novanta\") must be an IPv4 or IPv6 address", "PeerName")]
    [InlineData("PeerAddress (\"1\") must be an IPv4 or IPv6 address", "PeerShort")]
    [InlineData("PeerAddress (239.1.1.1) must be the address of one computer", "PeerGroup")]
    [InlineData("LocalAddress (2001:db8::1) and PeerAddress (192.0.2.2) must both", "Families")]
    [InlineData("Interface (none) must be set with the link-local PeerAddress", "LinkLocal")]
    [InlineData("Interface (\"eth 1\") must be the name", "Device")]
    [InlineData("Interface (none) must be set for a Broadcast link", "NoDevice")]
    [InlineData("PeerAddress (192.0.2.2) must not be set for a Broadcast link", "BroadcastPeer")]
    [InlineData("LocalAddress (192.0.2.1) must not be set for a Multicast link", "MulticastLocal")]
    [InlineData("LocalPort (1) and PeerPort () must not be set for a Broadcast link", "BroadcastPort")]
    [InlineData("MulticastGroup (none) must be set", "NoGroup")]
    [InlineData("MulticastGroup (192.0.2.2) must be a multicast address", "Group")]
    [InlineData("MulticastGroup (239.1.1.1) must not be set for a Unicast link", "UnicastGroup")]
    [InlineData("Mode (7) must be", "Mode")]
    public void Wrong_options_are_refused_with_value_rule_and_consequence(string message, string wrong)
    {
        Assert.SkipWhen(wrong == "Device" && !OperatingSystem.IsLinux(), "names of interfaces are free elsewhere");
        var result = new UdpOptionsValidator().Validate(null, Wrong(wrong));
        Assert.Contains(result.Failures ?? [], failure => failure.StartsWith(message, StringComparison.Ordinal));
    }

    [Fact]
    public void All_errors_are_reported_at_once()
    {
        var result = new UdpOptionsValidator().Validate(null, new UdpOptions { Port = -1, Ttl = 300, TrafficClass = -1 });
        Assert.Equal(4, result.Failures!.Count());
    }

    private static UdpOptions Wrong(string what) => what switch
    {
        "Port" => new() { PeerAddress = "192.0.2.2", Port = 0 },
        "LocalPort" => new() { PeerAddress = "192.0.2.2", LocalPort = 70_000 },
        "Ttl" => new() { PeerAddress = "192.0.2.2", Ttl = 0 },
        "TrafficClass" => new() { PeerAddress = "192.0.2.2", TrafficClass = 64 },
        "NoPeer" => new(),
        "PeerName" => new() { PeerAddress = "novanta" },
        "PeerShort" => new() { PeerAddress = "1" },
        "PeerGroup" => new() { PeerAddress = "239.1.1.1" },
        "Families" => new() { PeerAddress = "192.0.2.2", LocalAddress = "2001:db8::1" },
        "LinkLocal" => new() { PeerAddress = "fe80::1" },
        "Device" => new() { PeerAddress = "192.0.2.2", Interface = "eth 1" },
        "NoDevice" => new() { Mode = UdpMode.Broadcast },
        "BroadcastPeer" => new() { Mode = UdpMode.Broadcast, Interface = "eth0", PeerAddress = "192.0.2.2" },
        "MulticastLocal" => new() { Mode = UdpMode.Multicast, Interface = "eth0", MulticastGroup = "239.1.1.1", LocalAddress = "192.0.2.1" },
        "BroadcastPort" => new() { Mode = UdpMode.Broadcast, Interface = "eth0", LocalPort = 1 },
        "NoGroup" => new() { Mode = UdpMode.Multicast, Interface = "eth0" },
        "Group" => new() { Mode = UdpMode.Multicast, Interface = "eth0", MulticastGroup = "192.0.2.2" },
        "UnicastGroup" => new() { PeerAddress = "192.0.2.2", MulticastGroup = "239.1.1.1" },
        "Mode" => new() { Mode = (UdpMode)7 },
        _ => throw new ArgumentOutOfRangeException(nameof(what), what, null),
    };
}
