using System.Net;
using System.Net.Sockets;

namespace HaCore.Transports.Tests;

/// <summary>Links between two network stacks joined by two cables, and what operators do to those cables.</summary>
public sealed class UdpNetworkTests
{
    private const int Port = 694;   // in stacks of our own every port is free

    /// <summary>Mode, A's target or group, B's, by the cable "lan".</summary>
    public static TheoryData<UdpMode, string?, string?> Cables() => new()
    {
        { UdpMode.Unicast, "192.0.2.2", "192.0.2.1" },
        { UdpMode.Unicast, "2001:db8:1::2", "2001:db8:1::1" },
        { UdpMode.Broadcast, null, null },
        { UdpMode.Multicast, "239.192.6.94", "239.192.6.94" },
        { UdpMode.Multicast, "ff02::694", "ff02::694" },
    };

    [Theory]
    [MemberData(nameof(Cables))]
    public async Task A_link_hears_its_own_interface_only(UdpMode mode, string? a, string? b)
    {
        using var two = TwoStacks.CreateOrSkip();
        await using var sender = two.A.Open(Options(mode, a));
        await using var receiver = two.B.Open(Options(mode, b));
        using var listener = new Listener(receiver);
        using var stray = two.A.Do(() => Stray(sender.Socket.AddressFamily));
        var target = sender.Socket.AddressFamily == AddressFamily.InterNetworkV6 ? "2001:db8:2::2" : "198.51.100.2";
        listener.HearsWhatIsSent(frame => sender.Send(frame), 1);

        // The other cable, then this one: if the stray frames were heard, they would come first.
        for (var i = 0; i < 10; i++)
        {
            stray.SendTo([66], new IPEndPoint(IPAddress.Parse(target), Port));
        }

        sender.Send(2);
        byte next;
        while ((next = listener.Next()[0]) != 2)
        {
            Assert.NotEqual(66, next);
        }
    }

    [Theory]
    [MemberData(nameof(Cables))]
    public async Task Two_links_share_a_port_on_two_interfaces(UdpMode mode, string? a, string? b)
    {
        using var two = TwoStacks.CreateOrSkip();
        await using var sender = two.A.Open(Options(mode, a));
        await using var receiver = two.B.Open(Options(mode, b));
        await using var crossSender = two.A.Open(Options(mode, Cross(a), "cross"));
        await using var crossReceiver = two.B.Open(Options(mode, Cross(b), "cross"));
        using var listener = new Listener(receiver);
        using var crossListener = new Listener(crossReceiver);
        listener.HearsWhatIsSent(frame => sender.Send(frame), 1);
        crossListener.HearsWhatIsSent(frame => crossSender.Send(frame), 2);
    }

    [Theory]
    [MemberData(nameof(Cables))]
    public async Task A_link_survives_its_interface_going_down_and_up(UdpMode mode, string? a, string? b)
    {
        using var two = TwoStacks.CreateOrSkip();
        await using var sender = two.A.Open(Options(mode, a));
        await using var receiver = two.B.Open(Options(mode, b));
        using var listener = new Listener(receiver);
        listener.HearsWhatIsSent(frame => sender.Send(frame), 1);

        two.A.Ip("link set lan down");
        sender.Send(2);
        Assert.True(sender.FramesLost > 0);
        two.A.Ip("link set lan up", "addr replace 2001:db8:1::1/64 dev lan nodad");
        listener.HearsWhatIsSent(frame => sender.Send(frame), 3);

        two.B.Ip("link set lan down");
        sender.Send(4);
        two.B.Ip("link set lan up", "addr replace 2001:db8:1::2/64 dev lan nodad");
        listener.HearsWhatIsSent(frame => sender.Send(frame), 5);
    }

    [Theory]
    [MemberData(nameof(Cables))]
    public async Task A_link_survives_the_loss_and_the_change_of_addresses(UdpMode mode, string? a, string? b)
    {
        using var two = TwoStacks.CreateOrSkip();
        await using var sender = two.A.Open(Options(mode, a));
        await using var receiver = two.B.Open(Options(mode, b));
        using var listener = new Listener(receiver);
        listener.HearsWhatIsSent(frame => sender.Send(frame), 1);

        two.A.Ip("addr flush dev lan scope global");
        two.B.Ip("addr flush dev lan scope global");
        sender.Send(2);
        if (mode == UdpMode.Broadcast)
        {
            listener.HearsWhatIsSent(frame => sender.Send(frame), 3);   // not even an address is needed
        }

        two.A.Ip("addr add 192.0.2.77/24 dev lan", "addr add 2001:db8:1::77/64 dev lan nodad");
        two.B.Ip("addr add 192.0.2.2/24 dev lan", "addr add 2001:db8:1::2/64 dev lan nodad");
        listener.HearsWhatIsSent(frame => sender.Send(frame), 4);
    }

    [Theory]
    [MemberData(nameof(Cables))]
    public async Task A_link_can_be_opened_while_its_interface_is_down(UdpMode mode, string? a, string? b)
    {
        using var two = TwoStacks.CreateOrSkip();
        two.A.Ip("link set lan down");
        two.B.Ip("link set lan down");
        await using var sender = two.A.Open(Options(mode, a));
        await using var receiver = two.B.Open(Options(mode, b));
        using var listener = new Listener(receiver);
        sender.Send(1);
        two.A.Ip("link set lan up", "addr replace 2001:db8:1::1/64 dev lan nodad");
        two.B.Ip("link set lan up", "addr replace 2001:db8:1::2/64 dev lan nodad");
        listener.HearsWhatIsSent(frame => sender.Send(frame), 2);
    }

    [Theory]
    [MemberData(nameof(Cables))]
    public async Task A_link_breaks_when_its_interface_is_deleted_and_opens_on_the_new_one(UdpMode mode, string? a, string? b)
    {
        using var two = TwoStacks.CreateOrSkip();
        await using var sender = two.A.Open(Options(mode, a));
        await using var receiver = two.B.Open(Options(mode, b));
        using var idle = new Listener(sender);
        using var listener = new Listener(receiver);
        listener.HearsWhatIsSent(frame => sender.Send(frame), 1);

        two.A.Ip("link del lan");
        Assert.Contains("lan was deleted", listener.Ended()!.Message, StringComparison.Ordinal);   // found by looking: nothing is sent here
        Assert.Throws<HeartbeatLinkException>(() => sender.Send(2));
        Assert.Contains("lan was deleted", idle.Ended()!.Message, StringComparison.Ordinal);
        Assert.Throws<HeartbeatLinkException>(() => two.A.Open(Options(mode, a)));

        two.Cable("lan");
        two.A.Ip("addr add 192.0.2.1/24 dev lan", "addr add 2001:db8:1::1/64 dev lan nodad");
        two.B.Ip("addr add 192.0.2.2/24 dev lan", "addr add 2001:db8:1::2/64 dev lan nodad");
        await sender.DisposeAsync();
        await receiver.DisposeAsync();
        await using var sender2 = two.A.Open(Options(mode, a));
        await using var receiver2 = two.B.Open(Options(mode, b));
        using var listener2 = new Listener(receiver2);
        listener2.HearsWhatIsSent(frame => sender2.Send(frame), 3);
    }

    [Fact]
    public async Task A_link_bound_to_an_address_survives_its_removal_and_return()
    {
        using var two = TwoStacks.CreateOrSkip();
        await using var sender = two.A.Open(new UdpOptions { Interface = "lan", LocalAddress = "192.0.2.1", PeerAddress = "192.0.2.2" });
        await using var receiver = two.B.Open(new UdpOptions { Interface = "lan", LocalAddress = "192.0.2.2", PeerAddress = "192.0.2.1" });
        using var listener = new Listener(receiver);
        listener.HearsWhatIsSent(frame => sender.Send(frame), 1);
        two.A.Ip("addr del 192.0.2.1/24 dev lan");
        sender.Send(2);
        Assert.True(sender.FramesLost > 0);
        two.A.Ip("addr add 192.0.2.1/24 dev lan");
        listener.HearsWhatIsSent(frame => sender.Send(frame), 3);
    }

    [Fact]
    public async Task A_full_queue_loses_frames_and_never_blocks()
    {
        using var two = TwoStacks.CreateOrSkip();
        await using var sender = two.A.Open(Options(UdpMode.Unicast, "192.0.2.99"));
        await using var receiver = two.B.Open(Options(UdpMode.Unicast, "192.0.2.1"));
        using var listener = new Listener(receiver);
        sender.Socket.SendBufferSize = 1;   // the kernel takes its minimum, a few frames

        // Nobody has that address yet: the kernel keeps the frames while it asks for the neighbour, and a blocking send would wait with them.
        for (var i = 0; i < 100; i++)
        {
            sender.Send(new byte[Links.FrameBytesMax]);
        }

        Assert.InRange(sender.FramesLost, 50, 100);
        two.B.Ip("addr add 192.0.2.99/24 dev lan");
        listener.HearsWhatIsSent(bytes => sender.Send(bytes), 1);
    }

    [Fact]
    public async Task A_link_that_cannot_send_says_so_once_and_says_when_it_can_again()
    {
        using var two = TwoStacks.CreateOrSkip();
        var logs = new Microsoft.Extensions.Logging.Testing.FakeLogCollector();
        using var provider = new Microsoft.Extensions.Logging.Testing.FakeLoggerProvider(logs);
        using var factory = new Microsoft.Extensions.Logging.LoggerFactory([provider]);
        await using var sender = two.A.Do(() => Links.Open(Options(UdpMode.Broadcast, null), factory));
        for (var round = 0; round < 3; round++)
        {
            two.A.Ip("link set lan down");
            sender.Send(1);
            sender.Send(1);
            two.A.Ip("link set lan up");
            sender.Send(1);
        }

        string[] expected = ["UdpSendFails", "UdpSendWorks"];
        Assert.Equal(expected, logs.GetSnapshot().Select(record => record.Id.Name).Where(name => name!.StartsWith("UdpSend", StringComparison.Ordinal)));
        Assert.Equal(6, sender.FramesLost);
    }

    private static UdpOptions Options(UdpMode mode, string? address, string device = "lan") => mode switch
    {
        UdpMode.Unicast => new() { Interface = device, PeerAddress = address },
        UdpMode.Broadcast => new() { Mode = mode, Interface = device },
        UdpMode.Multicast => new() { Mode = mode, Interface = device, MulticastGroup = address },
    };

    private static string? Cross(string? address) =>
        address?.Replace("192.0.2.", "198.51.100.", StringComparison.Ordinal).Replace("2001:db8:1::", "2001:db8:2::", StringComparison.Ordinal);

    private static Socket Stray(AddressFamily family) => new(family, SocketType.Dgram, ProtocolType.Udp);
}
