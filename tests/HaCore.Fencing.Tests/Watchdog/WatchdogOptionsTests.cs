namespace HaCore.Fencing.Tests.Watchdog;

public sealed class WatchdogOptionsTests
{
    public static TheoryData<Action<WatchdogOptions>, string> Refused => new()
    {
        { o => o.Device = "watchdog", "Device (\"watchdog\") must be a full path, as /dev/watchdog: a service's working directory is not where you think it is." },
        { o => o.Timeout = TimeSpan.FromSeconds(2.5), "Timeout (2.5 s) must be whole seconds between 1 s and 255 s: the device counts seconds, and does not count further." },
        { o => o.Timeout = TimeSpan.FromSeconds(256), "Timeout (256 s) must be whole seconds between 1 s and 255 s: the device counts seconds, and does not count further." },
        { o => o.KeepAliveInterval = TimeSpan.FromSeconds(3), "KeepAliveInterval (3 s) must be between 0.01 s and half of Timeout (5 s / 2), or one that comes late resets a healthy machine." },
        { o => o.ResetLatency = TimeSpan.FromMinutes(2), "ResetLatency (120 s) must be between 0 s and 60 s: it adds to the outage after every crash." },
        { o => o.Reset = (WatchdogReset)9, "Reset (9) must be one of Reboot, PowerOff, Crash, WatchdogOnly: nothing else has a meaning." },
    };

    [Fact]
    public void The_defaults_are_good() => Assert.True(new WatchdogOptionsValidator().Validate(null, new()).Succeeded);

    [Theory]
    [MemberData(nameof(Refused), DisableDiscoveryEnumeration = true)]
    public void What_makes_no_sense_is_refused_with_value_rule_and_consequence(Action<WatchdogOptions> change, string message)
    {
        var options = new WatchdogOptions();
        change(options);

        Assert.Equal(message, Assert.Single(new WatchdogOptionsValidator().Validate(null, options).Failures!));
    }
}
