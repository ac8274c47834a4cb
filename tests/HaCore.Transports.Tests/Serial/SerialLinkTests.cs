// These links complete synchronously by contract: blocking on them is what is tested.
#pragma warning disable CA2012
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;

namespace HaCore.Transports.Tests;

/// <summary>Links on pseudo-terminals that the tests make: the kernel's own line discipline, and a cable in the test's hands.</summary>
public sealed class SerialLinkTests
{
    public SerialLinkTests() => Assert.SkipUnless(LinuxSerialPort.IsSupported, "the kernel's own calls are of Linux on x86-64 and arm64");

    [Fact]
    public async Task Frames_arrive_whole_in_both_directions()
    {
        using PseudoTerminal one = new(), two = new();
        await using var a = SerialLinks.Open(one.Path);
        await using var b = SerialLinks.Open(two.Path);
        for (byte i = 1; i < 50; i++)
        {
            Carry(a, one, two, [i, 0, 10, 13, 17, 19, 3, 4, 127, 255, i]);
            Assert.Equal([i, 0, 10, 13, 17, 19, 3, 4, 127, 255, i], b.Receive());
            Carry(b, two, one, [i]);
            Assert.Equal([i], a.Receive());
        }
    }

    [Fact]
    public async Task Sending_and_receiving_allocate_nothing()
    {
        const int Rounds = 2000;
        using PseudoTerminal one = new(), two = new();
        await using var a = SerialLinks.Open(one.Path);
        await using var b = SerialLinks.Open(two.Path);
        using var source = new CancellationTokenSource();
        var frame = new byte[160];
        var buffer = new byte[Links.FrameBytesMax + 1];
        Exchange(100);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Exchange(Rounds);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Exchange(int rounds)
        {
            for (var i = 0; i < rounds; i++)
            {
                a.SendAsync(frame, source.Token).GetAwaiter().GetResult();
                one.WaitForBytes((int)SerialFrame.WireBytesMax(frame.Length));
                one.Emit(two);
                b.ReceiveAsync(buffer, source.Token).GetAwaiter().GetResult();
            }
        }
    }

    [Fact]
    public async Task Noise_half_frames_and_overlong_pieces_cost_nothing_but_themselves()
    {
        using var cable = new PseudoTerminal();
        await using var link = SerialLinks.Open(cable.Path);
        var noise = Enumerable.Repeat((byte)0xFF, 3000).ToArray();
        using var listener = new Listener(link);
        cable.Deliver(SerialLinks.Wire(1));
        Assert.Equal([1], listener.Next());
        cable.Deliver([.. SerialLinks.Wire(2, 2, 2)[..4], .. SerialLinks.Wire(3)]);
        Assert.Equal([3], listener.Next());
        cable.Deliver([.. noise, .. SerialLinks.Wire(4)]);
        Assert.Equal([4], listener.Next());
        cable.Deliver([0, 0, 0, 3, 5, .. SerialLinks.Wire(5), .. SerialLinks.Wire(6)]);
        Assert.Equal([5], listener.Next());
        Assert.Equal([6], listener.Next());
        cable.Deliver(SerialLinks.Wire(new byte[Links.FrameBytesMax + 2]));     // longer than the engine's buffer
        cable.Deliver(SerialLinks.Wire(new byte[Links.FrameBytesMax]));
        Assert.Equal(Links.FrameBytesMax, listener.Next().Length);
        Assert.Equal((6, 2, 2), (link.Decoder.Frames, link.Decoder.Damaged, link.Decoder.Oversized));
    }

    [Fact]
    public async Task Noise_is_logged_once_a_minute()
    {
        using var cable = new PseudoTerminal();
        var (logs, lines) = Logs();
        await using var link = SerialLinks.Open(cable.Path, TimeProvider.System, logs);
        for (byte i = 1; i < 5; i++)
        {
            cable.Deliver([.. SerialLinks.Wire(9, 9)[..4], .. SerialLinks.Wire(i)]);
            Assert.Equal([i], link.Receive());
        }

        var line = Assert.Single(lines.GetSnapshot(), record => record.Id.Id == 2203);
        Assert.Equal(LogLevel.Warning, line.Level);
        Assert.Contains($"noise on {cable.Path}: ", line.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_blocked_line_holds_one_frame_the_newest()
    {
        using PseudoTerminal one = new(), two = new();
        await using var a = SerialLinks.Open(one.Path);
        await using var b = SerialLinks.Open(two.Path);
        for (byte i = 1; i <= 100; i++)
        {
            a.Send(i, 1, 2, 3, 4);      // and the line emits nothing
            one.WaitForBytes(SerialLinks.Wire(i, 1, 2, 3, 4).Length, discards: i);
        }

        Assert.Equal(SerialLinks.Wire(100, 1, 2, 3, 4), one.OnLine);
        two.Deliver(SerialLinks.Wire(99, 1, 2, 3, 4).AsSpan(0, 7));     // what of an older one was in the shift register
        one.Emit(two);
        Assert.Equal([100, 1, 2, 3, 4], b.Receive());
    }

    [Fact]
    public async Task A_driver_that_takes_nothing_is_reported_when_it_begins_and_when_it_ends()
    {
        using var cable = new PseudoTerminal();
        var (logs, lines) = Logs();
        await using var link = SerialLinks.Open(cable.Path, logs: logs);
        link.Send(1);
        cable.WaitForBytes(SerialLinks.Wire(1).Length);
        cable.Block(true);
        for (byte i = 2; i < 12; i++)
        {
            link.Send(i);       // does not block
        }

        Assert.Equal(10, link.FramesLost);
        cable.Block(false);
        link.Send(12);
        while (!cable.OnLine.EndsWith(SerialLinks.Wire(12)))
        {
            cable.Pump(20);
        }

        Assert.Equal(SerialLinks.Wire(12), cable.OnLine);
        Assert.Equal([2200, 2201, 2202], lines.GetSnapshot().Select(record => record.Id.Id));
        Assert.Contains("10 frames were lost", lines.LatestRecord.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Frames_that_come_too_early_do_not_starve_the_line()
    {
        using var cable = new PseudoTerminal();
        var time = new Microsoft.Extensions.Time.Testing.FakeTimeProvider();
        await using var link = SerialLinks.Open(cable.Path, time);
        link.Send(1);
        link.Send(2);       // newer: replaces the first
        link.Send(3);       // would be the second in a row to be cut
        Assert.Equal(1, link.FramesLost);
        time.Advance(SerialLinks.Options("").LineTime(1));
        link.Send(4);
        Assert.Equal(1, link.FramesLost);
    }

    [Fact]
    public async Task An_unplugged_port_ends_the_receive_at_once_and_the_next_one_under_its_name_is_opened()
    {
        var path = Path.Combine(Path.GetTempPath(), $"hacore-serial-{Environment.ProcessId}-{nameof(An_unplugged_port_ends_the_receive_at_once_and_the_next_one_under_its_name_is_opened)[..8]}");
        File.Delete(path);
        try
        {
            var first = new PseudoTerminal();
            File.CreateSymbolicLink(path, first.Path);
            await using var link = SerialLinks.Open(path);
            using var listener = new Listener(link);
            first.Deliver(SerialLinks.Wire(1));
            Assert.Equal([1], listener.Next());
            first.Dispose();
            var end = Assert.IsType<HeartbeatLinkException>(listener.Ended());
            Assert.Equal($"Link cable: {path} hung up: it was unplugged, or its other end is gone", end.Message);
            Assert.Throws<HeartbeatLinkException>(() => link.Send(1));
            await link.DisposeAsync();

            File.Delete(path);
            var missing = Assert.Throws<HeartbeatLinkException>(() => SerialLinks.Open(path));
            Assert.StartsWith($"Link cable: {path} does not exist; ", missing.Message, StringComparison.Ordinal);

            using var second = new PseudoTerminal();
            File.CreateSymbolicLink(path, second.Path);
            await using var again = SerialLinks.Open(path);
            second.Deliver(SerialLinks.Wire(2));
            Assert.Equal([2], again.Receive());
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public async Task An_unplugged_port_is_noticed_by_sending_too()
    {
        var cable = new PseudoTerminal();
        await using var link = SerialLinks.Open(cable.Path);
        cable.Dispose();
        Assert.Throws<HeartbeatLinkException>(() => link.Send(1));
    }

    [Fact]
    public async Task A_pending_receive_ends_when_it_is_cancelled()
    {
        using var cable = new PseudoTerminal();
        await using var link = SerialLinks.Open(cable.Path);
        using (var listener = new Listener(link))
        {
            cable.Deliver(SerialLinks.Wire(1));
            Assert.Equal([1], listener.Next());     // it has waited at least once
            listener.Cancel();
            Assert.IsType<OperationCanceledException>(listener.Ended());
        }

        cable.Deliver(SerialLinks.Wire(2));     // another token: the link is as good as before
        Assert.Equal([2], link.Receive());
    }

    [Fact]
    public async Task A_pending_receive_ends_when_the_link_is_disposed()
    {
        using var cable = new PseudoTerminal();
        for (var i = 0; i < 50; i++)
        {
            var link = SerialLinks.Open(cable.Path);    // each time the lock of the one before is gone
            using var listener = new Listener(link);
            if (i % 2 == 0)
            {
                cable.Deliver(SerialLinks.Wire(1));
                Assert.Equal([1], listener.Next());
            }

            await link.DisposeAsync();
            await link.DisposeAsync();
            Assert.IsType<HeartbeatLinkException>(listener.Ended());
            Assert.Throws<HeartbeatLinkException>(() => link.Send(1));
        }
    }

    [Fact]
    public async Task A_port_belongs_to_one_link()
    {
        using var cable = new PseudoTerminal();
        await using (SerialLinks.Open(cable.Path))
        {
            var refused = Assert.Throws<HeartbeatLinkException>(() => SerialLinks.Open(cable.Path));
            Assert.Equal(
                $"Link cable: {cable.Path} is in use by another link of this program: two would each get half of every frame; a port belongs to one link", refused.Message);
        }

        await using var free = SerialLinks.Open(cable.Path);
    }

    [Fact]
    public async Task A_program_that_has_the_port_is_named()
    {
        using var cable = new PseudoTerminal();
        using (Shell.RunOrSkip("/usr/bin/flock", $"{cable.Path} cat"))
        {
            var refused = Assert.Throws<HeartbeatLinkException>(() => SerialLinks.Open(cable.Path));
            Assert.Matches(@"^Link cable: /dev/pts/\d+ is in use by (flock|cat) \(pid \d+\): two would each get half of every frame; a port belongs to one link$", refused.Message);
        }

        await using var free = SerialLinks.Open(cable.Path);
    }

    [Fact]
    public async Task A_login_prompt_on_the_port_is_named()
    {
        using var cable = new PseudoTerminal();
        using (Shell.RunOrSkip("/usr/bin/setsid", $"--ctty cat <{cable.Path}"))
        {
            var refused = Assert.Throws<HeartbeatLinkException>(() => SerialLinks.Open(cable.Path));
            Assert.Matches(
                @"^Link cable: (/dev/pts/\d+) is the terminal of \w+ \(pid \d+\), which would read the heartbeats and answer them; on a login prompt: systemctl disable --now serial-getty@\d+\.service$",
                refused.Message);
        }

        await using var free = SerialLinks.Open(cable.Path);
    }

    [Theory]
    [InlineData(19_200, SerialHandshake.None)]
    [InlineData(460_800, SerialHandshake.RtsCts)]
    public async Task The_port_is_set_up_raw_with_speed_and_handshake(int baudRate, SerialHandshake handshake)
    {
        using var cable = new PseudoTerminal();
        await using var link = SerialLinks.Open(new SerialOptions { Device = cable.Path, BaudRate = baudRate, Handshake = handshake });
        var (flags, speed) = cable.Settings();
        Assert.Equal((uint)baudRate, speed);
        Assert.Equal(handshake == SerialHandshake.RtsCts, (flags & 0x80000000) != 0);   // CRTSCTS
        Assert.Equal(0x8B0u, flags & 0xFF0);                                            // CS8 CREAD CLOCAL; no parity, one stop bit, no HUPCL
    }

    [Fact]
    public void What_is_no_serial_port_is_said()
    {
        var refused = Assert.Throws<HeartbeatLinkException>(() => SerialLinks.Open("/dev/null"));
        Assert.StartsWith("Link cable: /dev/null is not a serial port: ", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_the_kernel_refuses_is_said_with_what_to_do()
    {
        using var cable = new PseudoTerminal();
        Assert.Matches(
            @"^/dev/pts/\d+ is not permitted to this user: it belongs to the group \w+; the service wants SupplementaryGroups=\w+ \(or the user: usermod -aG \w+ USER\)$",
            SerialDevice.OpenFailure(cable.Path, 13));
        Assert.Equal("/dev/ttyS9 is not permitted to this service: its unit wants DeviceAllow=/dev/ttyS9 rw", SerialDevice.OpenFailure("/dev/ttyS9", 1));
        Assert.StartsWith("/dev/ttyS9 has no hardware behind it now: ", SerialDevice.OpenFailure("/dev/ttyS9", 6), StringComparison.Ordinal);
        Assert.StartsWith("/dev/ttyS9 cannot be opened: ", SerialDevice.OpenFailure("/dev/ttyS9", 40), StringComparison.Ordinal);
    }

    [Fact]
    public void A_port_that_is_missing_is_no_obstacle_to_the_start() =>
        Assert.Empty(new SerialTransport(new SerialOptions { Device = "/dev/nosuchtty" }).Missing());

    [Fact]
    public async Task Frames_that_no_line_carries_and_buffers_that_cannot_tell_a_cut_one_are_refused()
    {
        using var cable = new PseudoTerminal();
        await using var link = SerialLinks.Open(cable.Path);
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await link.SendAsync(new byte[link.MaxFrameBytes + 1], CancellationToken.None));
        await Assert.ThrowsAsync<ArgumentException>(async () => await link.ReceiveAsync(new byte[Links.FrameBytesMax], CancellationToken.None));
    }

    private static void Carry(LinuxSerialLink from, PseudoTerminal near, PseudoTerminal far, byte[] frame)
    {
        from.Send(frame);
        near.WaitForBytes(SerialLinks.Wire(frame).Length);
        near.Emit(far);
    }

    private static (ILoggerFactory Logs, FakeLogCollector Lines) Logs()
    {
        var lines = new FakeLogCollector();
        var provider = new FakeLoggerProvider(lines);
        return (LoggerFactory.Create(logging => logging.SetMinimumLevel(LogLevel.Debug).AddProvider(provider)), lines);
    }
}
