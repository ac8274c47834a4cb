namespace HaCore.Fencing.Tests.Ping;

public sealed class PingOptionsTests
{
    public static TheoryData<Action<PingOptions>, string> Refused => new()
    {
        { o => o.Targets.Clear(), "The number of Targets (0) must be between 1 and 16: without one nothing is known of the network, and each is asked in every round." },
        { o => o.Targets.AddRange(Enumerable.Range(10, 16).Select(i => $"192.0.2.{i}")), "The number of Targets (17) must be between 1 and 16: without one nothing is known of the network, and each is asked in every round." },
        { o => o.Required = 2, "Required (2) must be between 1 and the number of Targets (1), or the network never counts as working, or always." },
        { o => o.Required = 0, "Required (0) must be between 1 and the number of Targets (1), or the network never counts as working, or always." },
        { o => o.Targets.Add("192.0.2.1"), "Target \"192.0.2.1\" is named 2 times: it would count as many times for Required." },
        { o => o.Targets.Add("gateway"), "Target \"gateway\" must be an IPv4 or IPv6 address: names are not looked up, because a name server is not to decide about a takeover." },
        { o => o.Targets.Add("192.2"), "Target \"192.2\" must be an IPv4 or IPv6 address: names are not looked up, because a name server is not to decide about a takeover." },
        { o => o.Targets.Add("239.1.2.3"), "Target \"239.1.2.3\" must be the address of one computer, or anybody at all would answer for it." },
        { o => o.Targets.Add("ff02::1"), "Target \"ff02::1\" must be the address of one computer, or anybody at all would answer for it." },
        { o => o.Targets.Add("127.0.0.1"), "Target \"127.0.0.1\" is this machine itself: it answers when every cable is cut." },
        { o => o.Targets.Add("::1"), "Target \"::1\" is this machine itself: it answers when every cable is cut." },
        { o => o.Targets.Add("fe80::1"), "Target \"fe80::1\" is a link-local address and must name its interface (fe80::1%eth0): it is on every cable." },
        { o => o.Interval = TimeSpan.FromMilliseconds(10), "Interval (0.01 s) must be between 0.05 s and 60 s: shorter is a flood, longer says nothing in time." },
        { o => o.Timeout = TimeSpan.FromMilliseconds(1), "Timeout (0.001 s) must be between 0.01 s and Interval: a round ends before the next begins." },
        { o => (o.Interval, o.Timeout) = (TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2)), "Timeout (2 s) must be between 0.01 s and Interval (1 s): a round ends before the next begins." },
        { o => o.DownAfter = 0, "DownAfter (0) must be between 1 and 100: 0 would judge before anything was asked, and nobody waits longer." },
        { o => o.UpAfter = 101, "UpAfter (101) must be between 1 and 100: 0 would judge before anything was asked, and nobody waits longer." },
        { o => o.Interface = "an interface", "Interface (\"an interface\") must be the name of an interface, 1 to 15 bytes as `ip link` shows it; no such device can exist." },
    };

    [Theory]
    [InlineData("192.0.2.1")]
    [InlineData("2001:db8::1")]
    [InlineData("fe80::1%1")]
    public void An_address_of_one_computer_is_good(string target) =>
        Assert.True(new PingOptionsValidator().Validate(null, new() { Targets = { target } }).Succeeded);

    [Theory]
    [MemberData(nameof(Refused), DisableDiscoveryEnumeration = true)]
    public void What_makes_no_sense_is_refused_with_value_rule_and_consequence(Action<PingOptions> change, string message)
    {
        var options = new PingOptions { Targets = { "192.0.2.1" } };
        change(options);

        Assert.Equal(message, Assert.Single(new PingOptionsValidator().Validate(null, options).Failures!));
    }
}
