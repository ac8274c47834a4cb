namespace HaCore.Transports.Tests;

/// <summary>What other systems run, on Linux's pseudo-terminals: System.IO.Ports behind the same framing.</summary>
public sealed class PortableSerialLinkTests
{
    public PortableSerialLinkTests() => Assert.SkipUnless(OperatingSystem.IsLinux(), "the tests make pseudo-terminals as Linux does");

    [Fact]
    public async Task Frames_arrive_whole_in_both_directions()
    {
        using PseudoTerminal one = new(), two = new();
        await using var a = Open(one.Path);
        await using var b = SerialLinks.Open(two.Path);
        for (byte i = 1; i < 10; i++)
        {
            a.Send(i, 0, 17, i);
            one.WaitForBytes(SerialLinks.Wire(i, 0, 17, i).Length);
            one.Emit(two);
            Assert.Equal([i, 0, 17, i], b.Receive());
            b.Send(i);
            two.WaitForBytes(SerialLinks.Wire(i).Length);
            two.Emit(one);
            Assert.Equal([i], a.Receive());
        }
    }

    [Fact]
    public async Task Noise_costs_nothing_but_itself()
    {
        using var cable = new PseudoTerminal();
        await using var link = Open(cable.Path);
        using var listener = new Listener(link);
        cable.Deliver([.. Enumerable.Repeat((byte)0xFF, 3000), .. SerialLinks.Wire(1), 2, 3, .. SerialLinks.Wire(2), .. SerialLinks.Wire(3)]);
        Assert.Equal([1], listener.Next());
        Assert.Equal([2], listener.Next());
        Assert.Equal([3], listener.Next());
    }

    [Fact]
    public async Task A_pending_receive_ends_when_it_is_cancelled_or_the_link_disposed()
    {
        using var cable = new PseudoTerminal();
        var link = Open(cable.Path);
        using (var listener = new Listener(link))
        {
            cable.Deliver(SerialLinks.Wire(1));
            Assert.Equal([1], listener.Next());
            listener.Cancel();
            Assert.IsAssignableFrom<OperationCanceledException>(listener.Ended());
        }

        using (var listener = new Listener(link))
        {
            cable.Deliver(SerialLinks.Wire(2));
            Assert.Equal([2], listener.Next());
            await link.DisposeAsync();
            await link.DisposeAsync();
            Assert.IsType<HeartbeatLinkException>(listener.Ended());
        }

        Assert.Throws<HeartbeatLinkException>(() => link.Send(1));
    }

    [Fact]
    public async Task An_unplugged_port_breaks_the_link()
    {
        var cable = new PseudoTerminal();
        await using var link = Open(cable.Path);
        using var listener = new Listener(link);
        cable.Deliver(SerialLinks.Wire(1));
        Assert.Equal([1], listener.Next());
        cable.Dispose();
        Assert.IsType<HeartbeatLinkException>(listener.Ended());
    }

    [Fact]
    public void A_port_that_does_not_exist_is_named()
    {
        var missing = Assert.Throws<HeartbeatLinkException>(() => Open("/dev/nosuchtty"));
        Assert.StartsWith("Link cable: /dev/nosuchtty cannot be opened: ", missing.Message, StringComparison.Ordinal);
    }

    private static IHeartbeatLink Open(string device) =>
        SerialLinks.Open(new SerialTransport(SerialLinks.Options(device)) { UsesSystemPorts = true }, TimeProvider.System);
}
