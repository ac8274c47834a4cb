using System.Runtime.InteropServices;
using Microsoft.Extensions.Time.Testing;

namespace HaCore.Fencing.Tests.Watchdog;

/// <summary>The watchdog against a simulated device node. The real kernel's softdog is the business of the tests in virtual machines.</summary>
public sealed class LinuxWatchdogTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private readonly FakeTimeProvider _time = new();
    private readonly FakeWatchdog _kernel;
    private readonly WatchdogOptions _options = new();

    public LinuxWatchdogTests() => _kernel = new FakeWatchdog(_time);

    [Fact]
    public void Arming_starts_it_with_the_timeout_that_was_asked_for()
    {
        using var watchdog = Create();

        Assert.Equal(new SelfFencingTimes(5 * Second, Second, 2 * Second), watchdog.Arm());

        Assert.True(_kernel.Runs);
        Assert.Equal(5, _kernel.Seconds);
        Assert.Empty(watchdog.Missing());
        Assert.DoesNotContain((byte)'V', _kernel.Written);
    }

    [Fact]
    public void What_the_driver_rounds_is_what_counts_and_is_said()
    {
        _kernel.Granularity = 8;
        using var watchdog = Create();

        Assert.Equal(8 * Second, watchdog.Arm().Timeout);

        Assert.Equal("the watchdog /dev/watchdog has a timeout of 8 s instead of 5 s: the driver rounds, and the peer waits accordingly", Assert.Single(watchdog.Missing()));
    }

    [Fact]
    public void A_driver_with_a_fixed_timeout_is_taken_as_it_is()
    {
        _kernel.Abilities &= ~WatchdogCall.CanSetTimeout;
        using var watchdog = Create();

        Assert.Equal(new SelfFencingTimes(60 * Second, Second, 2 * Second), watchdog.Arm());
    }

    [Fact]
    public void The_default_keep_alive_interval_is_a_fifth_of_a_short_timeout()
    {
        _options.Timeout = Second;
        using var watchdog = Create();

        Assert.Equal(Second / 5, watchdog.Arm().KeepAliveInterval);
    }

    [Fact]
    public void Keep_alives_put_it_off_and_without_them_it_fires()
    {
        using var watchdog = Create();
        watchdog.Arm();
        for (var i = 0; i < 10; i++)
        {
            _time.Advance(4 * Second);
            watchdog.KeepAlive();
        }

        Assert.False(_kernel.HasFired);
        Assert.Equal(11, _kernel.KeepAlives);
        _time.Advance(5 * Second);
        Assert.True(_kernel.HasFired);
    }

    [Fact]
    public void A_driver_without_the_ioctl_is_kept_alive_by_writing_anything_but_the_magic_character()
    {
        _kernel.Abilities &= ~WatchdogCall.CanKeepAlive;
        using var watchdog = Create();
        watchdog.Arm();
        _time.Advance(4 * Second);
        watchdog.KeepAlive();
        _time.Advance(4 * Second);

        Assert.False(_kernel.HasFired);
        Assert.Equal(2, _kernel.Written.Count);
        Assert.DoesNotContain((byte)'V', _kernel.Written);
    }

    [Fact]
    public void Keep_alives_allocate_nothing()
    {
        using var watchdog = Create();
        watchdog.Arm();
        watchdog.KeepAlive();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
        {
            watchdog.KeepAlive();
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Fact]
    public void Disarming_stops_it_by_the_magic_character()
    {
        using var watchdog = Create();
        watchdog.Arm();

        watchdog.Disarm();

        Assert.False(_kernel.Runs);
        Assert.False(_kernel.IsOpen);
        Assert.Equal([(byte)'V'], _kernel.Written);
        watchdog.KeepAlive();   // late: the device may be somebody else's by now
        watchdog.Disarm();
        Assert.Equal([(byte)'V'], _kernel.Written);
    }

    [Fact]
    public void A_program_that_ends_without_disarming_leaves_it_running()
    {
        using (var watchdog = Create())
        {
            watchdog.Arm();
        }

        Assert.False(_kernel.IsOpen);
        _time.Advance(5 * Second);
        Assert.True(_kernel.HasFired);
    }

    [Fact]
    public void With_nowayout_not_even_disarming_stops_it_and_the_start_says_so()
    {
        _kernel.NoWayOut = true;
        using var watchdog = Create();
        watchdog.Arm();

        Assert.Equal(
            "the watchdog /dev/watchdog (Fake chip) cannot be stopped once it runs (nowayout): stopping this program resets the machine after the timeout, in an upgrade, too",
            Assert.Single(watchdog.Missing()));
        watchdog.Disarm();
        _time.Advance(5 * Second);
        Assert.True(_kernel.HasFired);
    }

    [Fact]
    public void A_driver_that_stops_with_its_program_is_refused_and_stopped()
    {
        _kernel.Abilities &= ~WatchdogCall.MagicClose;
        using var watchdog = Create();

        var refusal = Assert.Throws<IOException>(() => watchdog.Arm());

        Assert.Equal(
            "The watchdog /dev/watchdog (Fake chip) stops when the program that holds it dies (its driver has no magic close and nowayout is off): exactly then it is wanted, and the peer would take " +
            "over beside what still runs. Load its driver with nowayout=1, or use another watchdog (modprobe softdog).",
            refusal.Message);
        Assert.False(_kernel.Runs);
    }

    [Fact]
    public void The_same_driver_with_nowayout_is_taken()
    {
        _kernel.Abilities &= ~WatchdogCall.MagicClose;
        _kernel.NoWayOut = true;
        using (var watchdog = Create())
        {
            watchdog.Arm();
        }

        Assert.True(_kernel.Runs);
    }

    [Fact]
    public void A_timeout_that_the_driver_does_not_take_is_refused_with_its_range_and_it_is_stopped()
    {
        (_kernel.SecondsMin, _kernel.SecondsMax) = (10, 120);
        using var watchdog = Create();

        var refusal = Assert.Throws<IOException>(() => watchdog.Arm());

        Assert.Equal("The watchdog /dev/watchdog refuses a timeout of 5 s (Invalid argument); it takes 10 to 120 s. Set Timeout within that.", refusal.Message);
        Assert.False(_kernel.Runs);
    }

    [Fact]
    public void A_driver_that_does_not_say_its_timeout_is_refused()
    {
        _kernel.Abilities &= ~WatchdogCall.CanSetTimeout;
        _kernel.AnswersGetTimeout = false;
        using var watchdog = Create();

        var refusal = Assert.Throws<IOException>(() => watchdog.Arm());

        Assert.StartsWith("The watchdog /dev/watchdog does not say its timeout", refusal.Message, StringComparison.Ordinal);
        Assert.False(_kernel.Runs);
    }

    [Fact]
    public void A_file_that_is_no_watchdog_is_refused_and_not_written_to()
    {
        _kernel.IsWatchdog = false;
        using var watchdog = Create();

        var refusal = Assert.Throws<IOException>(() => watchdog.Arm());

        Assert.Equal(
            "/dev/watchdog is no watchdog: it does not answer WDIOC_GETSUPPORT (Inappropriate ioctl for device). Name the device of one, as /dev/watchdog.", refusal.Message);
        Assert.Empty(_kernel.Written);
    }

    [Fact]
    public void The_work_of_the_watchdog_is_reported_at_the_next_start()
    {
        _kernel.BootStatus = 0x20;
        using var watchdog = Create();
        watchdog.Arm();

        Assert.Equal(
            "the last boot of this machine was the work of its watchdog (/dev/watchdog, Fake chip): find out why before the next one", Assert.Single(watchdog.Missing()));
    }

    [Fact]
    public void A_second_opener_is_told_who_may_have_it()
    {
        using var first = Create();
        using var second = Create();
        first.Arm();

        var refusal = Assert.Throws<IOException>(() => second.Arm());

        Assert.Equal(
            "The watchdog /dev/watchdog is in use by another program, and only one can have it: systemd (RuntimeWatchdogSec in /etc/systemd/system.conf: set it to off) or a watchdog daemon. " +
            "Free it, or name another device.",
            refusal.Message);
        Assert.True(_kernel.Runs);
    }

    [Theory]
    [InlineData(WatchdogCall.NoSuchFile, "There is no watchdog /dev/watchdog. Load the driver of the machine's own (wdctl shows them), or the kernel's software one: modprobe softdog; in a container, pass the device in.")]
    [InlineData(WatchdogCall.AccessDenied, "The watchdog /dev/watchdog cannot be opened: Permission denied. It belongs to root; give the service's user the right to write to it (a udev rule), or run as root.")]
    [InlineData(WatchdogCall.NoSuchDevice, "The watchdog /dev/watchdog has no driver behind it: No such device. Load the driver of the machine's own, or the kernel's software one: modprobe softdog.")]
    [InlineData(5, "The watchdog /dev/watchdog cannot be opened: Input/output error.")]
    public void A_device_that_cannot_be_opened_says_what_to_do(int error, string message)
    {
        _kernel.OpenError = error;
        using var watchdog = Create();

        Assert.Equal(message, Assert.Throws<IOException>(() => watchdog.Arm()).Message);
    }

    [Fact]
    public void A_keep_alive_that_fails_is_an_error_and_the_next_may_work()
    {
        using var watchdog = Create();
        watchdog.Arm();
        _kernel.Error = 5;
        Assert.Equal("/dev/watchdog: Input/output error", Assert.Throws<IOException>(watchdog.KeepAlive).Message);
        _kernel.Error = 0;

        watchdog.KeepAlive();

        Assert.Equal(2, _kernel.KeepAlives);
    }

    [Theory]
    [InlineData(WatchdogReset.Reboot, "b", 0x01234567u)]
    [InlineData(WatchdogReset.PowerOff, "o", 0x4321FEDCu)]
    [InlineData(WatchdogReset.Crash, "c", 0x01234567u)]
    public async Task A_reset_pulls_sysrq_first_then_reboot_and_is_never_kept_alive_again(WatchdogReset reset, string key, uint command)
    {
        _options.Reset = reset;
        using var watchdog = Create();
        watchdog.Arm();
        var keepAlives = _kernel.KeepAlives;

        watchdog.Reset("the right was lost");

        Assert.Equal(key, _kernel.Triggered);
        Assert.Equal("<0>hacore: this node resets itself: the right was lost", _kernel.KernelLog);
        Assert.Equal(command, await _kernel.Rebooted.Task.WaitAsync(TestContext.Current.CancellationToken));
        watchdog.KeepAlive();
        watchdog.Disarm();
        Assert.Equal(keepAlives, _kernel.KeepAlives);
        _time.Advance(5 * Second);
        Assert.True(_kernel.HasFired);
    }

    [Fact]
    public void A_reset_bears_a_reason_of_any_length()
    {
        using var watchdog = Create();
        watchdog.Arm();

        watchdog.Reset(new string('ä', 10_000));

        Assert.StartsWith("<0>hacore: this node resets itself: ää", _kernel.KernelLog, StringComparison.Ordinal);
        Assert.InRange(System.Text.Encoding.UTF8.GetByteCount(_kernel.KernelLog), 100, 256);
    }

    [Fact]
    public void Watchdog_only_lets_it_run_out()
    {
        _options.Reset = WatchdogReset.WatchdogOnly;
        using var watchdog = Create();
        watchdog.Arm();

        watchdog.Reset("the right was lost");

        Assert.Empty(_kernel.Triggered);
        _time.Advance(5 * Second);
        Assert.True(_kernel.HasFired);
    }

    [Fact]
    public async Task Without_sysrq_the_start_says_so_and_reboot_is_tried()
    {
        _kernel.HasTrigger = false;
        using var watchdog = Create();
        watchdog.Arm();

        Assert.Equal(
            "/proc/sysrq-trigger cannot be opened (Read-only file system): a node that must go at once is reset by its watchdog only, after its timeout", Assert.Single(watchdog.Missing()));
        watchdog.Reset("the right was lost");
        Assert.Equal(WatchdogCall.RebootRestart, await _kernel.Rebooted.Task.WaitAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_switch_that_was_not_fired_ends_without_a_reboot()
    {
        var unused = ResetSwitch.Prepare(_kernel, WatchdogReset.Reboot, out _)!;
        unused.Dispose();

        await unused.Ended.WaitAsync(TestContext.Current.CancellationToken);
        Assert.False(_kernel.Rebooted.Task.IsCompleted);
    }

    [Fact]
    public void The_numbers_are_those_of_the_kernel()
    {
        Assert.SkipUnless(RuntimeInformation.ProcessArchitecture is Architecture.X64 or Architecture.Arm64, "Numbers of asm-generic.");

        Assert.Equal(
            [0x80285700u, 0x80045702u, 0x80045705u, 0xC0045706u, 0x80045707u],
            [WatchdogCall.GetSupport, WatchdogCall.GetBootStatus, WatchdogCall.KeepAlive, WatchdogCall.SetTimeout, WatchdogCall.GetTimeout]);
    }

    private LinuxWatchdog Create() => new(_options, _kernel);
}
