using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace HaCore.Fencing.Tests;

/// <summary>Watchdog and ping targets as a site has them: in code, in configuration, refused, at a start and at a stop.</summary>
public sealed class GuardRegistrationTests : IAsyncDisposable
{
    private readonly HostWithGuards _host = new();

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task A_host_arms_at_start_says_the_inequality_and_disarms_when_it_leaves()
    {
        await _host.StartAsync(ha => ha.UseWatchdog(settings: s => s.AcceptTotalOutage = true));

        Assert.True(_host.Watchdog.Runs);
        await WaitForAsync("SelfFencingArmed");
        Assert.Equal(
            "Cluster pair: self-fencing is armed: this machine resets itself 4 s after its last contact if it holds a group, and 5 s after its engine hangs or its program dies. The peer may take over " +
            "13 s after the last heartbeat: RightTime 4 s + keep-alive 1 s + timeout 5 s (at least 2 timeouts) + reset 2 s + margin 1 s; the dead time is 2 s",
            _host.Log.GetSnapshot().Single(record => record.Id.Name == "SelfFencingArmed").Message);
        await _host.StopAsync();
        Assert.False(_host.Watchdog.Runs);
    }

    [Fact]
    public async Task Everything_can_come_from_configuration_and_what_the_driver_rounds_counts()
    {
        _host.Watchdog.Granularity = 8;
        await _host.StartAsync(ha => ha.AddWatchdogType().AddPingTargetsType(), """
            { "SelfFencing": { "Type": "Watchdog", "Timeout": "00:00:03", "Reset": "WatchdogOnly", "RightTime": "00:00:10", "AcceptTotalOutage": true },
              "PingTargets": { "Targets": [ "192.0.2.1", "2001:db8::1" ], "Required": 2 } }
            """);

        Assert.Equal(8, _host.Watchdog.Seconds);
        await WaitForAsync("SelfFencingArmed");
        Assert.Contains("The peer may take over 22 s after the last heartbeat", _host.Log.GetSnapshot().Single(record => record.Id.Name == "SelfFencingArmed").Message, StringComparison.Ordinal);
        Assert.Contains("the watchdog /dev/watchdog has a timeout of 8 s instead of 3 s: the driver rounds, and the peer waits accordingly", _host.Snapshot.Conditions);
        await _host.StopAsync();
    }

    [Fact]
    public async Task A_machine_without_a_watchdog_is_refused_with_what_to_do()
    {
        _host.Watchdog.OpenError = WatchdogCall.NoSuchFile;

        var refusal = await Assert.ThrowsAsync<IOException>(() => _host.StartAsync(ha => ha.UseWatchdog(settings: s => s.AcceptTotalOutage = true)));

        Assert.Equal(
            "There is no watchdog /dev/watchdog. Load the driver of the machine's own (wdctl shows them), or the kernel's software one: modprobe softdog; in a container, pass the device in.",
            refusal.Message);
    }

    [Fact]
    public async Task A_timeout_that_the_heartbeats_do_not_reach_is_refused_and_the_watchdog_is_stopped()
    {
        var refusal = await Assert.ThrowsAsync<InvalidOperationException>(() => _host.StartAsync(ha => ha
            .UseTimes(TimesProfile.Heartbeat2004).UseWatchdog(o => o.Timeout = TimeSpan.FromSeconds(3), s => s.AcceptTotalOutage = true)));

        Assert.Equal(
            "SelfFencing: Timeout (3 s, as the device really has it) must be at least 2 x HeartbeatInterval (2 s), that is 4 s: the engine gives proof of life once per heartbeat, and one that comes late " +
            "would reset a healthy machine.",
            refusal.Message);
        Assert.False(_host.Watchdog.Runs);
    }

    [Fact]
    public async Task Options_that_make_no_sense_are_refused_all_at_once()
    {
        var refusal = await Assert.ThrowsAsync<OptionsValidationException>(() => _host.StartAsync(ha => ha
            .UseWatchdog(o => o.Timeout = TimeSpan.FromMinutes(10))
            .UsePingTargets(o => o.Targets.Add("gateway.example.org"))));

        Assert.Equal(
            [
                "SelfFencing is configured and no fencing device: when either node dies, the other cannot tell it from cut links and resets itself as well if it holds a group. Safe, and no service until both " +
                "machines are back. Add a fencing device, which confirms the death first, or accept this by name: \"AcceptTotalOutage\": true.",
                "Section \"SelfFencing\": Timeout (600 s) must be whole seconds between 1 s and 255 s: the device counts seconds, and does not count further.",
                "Section \"PingTargets\": Target \"gateway.example.org\" must be an IPv4 or IPv6 address: names are not looked up, because a name server is not to decide about a takeover.",
            ],
            refusal.Failures);
    }

    [Fact]
    public async Task Ping_targets_that_say_it_too_late_are_refused()
    {
        var refusal = await Assert.ThrowsAsync<InvalidOperationException>(() => _host.StartAsync(ha => ha
            .UseFencingPolicy(FencingPolicyKind.Wait)
            .UsePingTargets(o =>
            {
                o.Targets.Add("192.0.2.1");
                o.Interval = TimeSpan.FromSeconds(1);
            })));

        Assert.Equal(
            "The network probe PingTargets says that the network is dead up to 4 s after it broke; it must do so within DeadTime - HeartbeatInterval (2 s - 0.2 s = 1.8 s), or a node whose own cable is pulled " +
            "judges its peer before it has learned that.",
            refusal.Message);
    }

    private async Task WaitForAsync(string name)
    {
        // The log has a thread of its own.
        while (_host.Log.GetSnapshot().All(record => record.Id.Name != name))
        {
            await Task.Yield();
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
        }
    }
}
