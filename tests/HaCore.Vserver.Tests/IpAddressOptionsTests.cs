using HaCore.Vserver.IpAddress;
using HaCore.Vserver.Netlink;

namespace HaCore.Vserver.Tests;

public sealed class IpAddressOptionsTests
{
    private static IEnumerable<string> Faults(Action<IpAddressOptions> change)
    {
        var options = new IpAddressOptions { Address = "192.0.2.92/24", Interface = "eth1" };
        change(options);
        return new IpAddressOptionsValidator().Validate(null, options).Failures ?? [];
    }

    [Fact]
    public void The_defaults_need_an_address_and_an_interface_only() => Assert.Empty(Faults(_ => { }));

    [Theory]
    [InlineData("", "missing")]
    [InlineData("192.0.2.92", "192.0.2.92/24")]
    [InlineData("192.0.2/24", "IPv4")]
    [InlineData("192.0.2.092/24", "IPv4")]
    [InlineData("192.0.2.300/24", "IPv4")]
    [InlineData("192.0.2.92/33", "IPv4")]
    [InlineData("192.0.2.92/ 24", "IPv4")]
    [InlineData("2001:db8::1/64", "IPv4")]
    [InlineData("192.0.2.0/24", "network or broadcast")]
    [InlineData("192.0.2.255/24", "network or broadcast")]
    [InlineData("224.0.0.1/24", "host's address")]
    [InlineData("0.0.0.0/24", "host's address")]
    [InlineData("192.0.2.92/0", "host's address")]
    public void A_wrong_address_is_named_with_the_rule(string address, string expected) =>
        Assert.Contains(expected, Assert.Single(Faults(o => o.Address = address)));

    [Theory]
    [InlineData("192.0.2.0/31")]
    [InlineData("192.0.2.92/32")]
    [InlineData("127.0.0.5/8")]
    public void Unusual_addresses_are_allowed(string address) => Assert.Empty(Faults(o => o.Address = address));

    [Theory]
    [InlineData("")]
    [InlineData("an interface")]
    [InlineData("eth1:0")]
    [InlineData("a/b")]
    [InlineData("sixteencharacter")]
    public void A_wrong_interface_is_named(string name) => Assert.Contains("Interface", Assert.Single(Faults(o => o.Interface = name)));

    [Fact]
    public void All_faults_are_told_at_once() => Assert.Equal(5, Faults(o =>
    {
        o.AnnounceCount = 0;
        o.AnnounceInterval = TimeSpan.FromMilliseconds(10);
        o.SecondAnnounceDelay = TimeSpan.FromMinutes(2);
        o.AnnounceRefresh = TimeSpan.FromMilliseconds(1);
        o.Label = "other:0";
    }).Count());

    [Fact]
    public void An_address_is_written_as_it_was_read()
    {
        Assert.True(AddressWithPrefix.TryParse("198.51.100.7/26", out AddressWithPrefix address));
        Assert.Equal("198.51.100.7/26", address.ToString());
        Assert.Equal("198.51.100.63", AddressWithPrefix.Format(address.Broadcast!.Value));
    }

    [Theory]
    [InlineData("CapEff:\t0000000000001000", true)]
    [InlineData("CapEff:\t0000000000002000", false)]
    [InlineData("Something:\telse", true)]
    public void A_missing_capability_is_seen(string status, bool expected) =>
        Assert.Equal(expected, ProcessCapabilities.Has([status], ProcessCapabilities.NetAdmin));
}
