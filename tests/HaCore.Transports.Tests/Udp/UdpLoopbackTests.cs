// These links complete synchronously by contract: blocking on them is what is tested.
#pragma warning disable CA2012
using System.Net;
using System.Net.Sockets;

namespace HaCore.Transports.Tests;

/// <summary>Links over the loopback device: what needs no permission and no second computer.</summary>
public sealed class UdpLoopbackTests
{
    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    public async Task Unicast_frames_arrive_whole_in_both_directions(string address)
    {
        var (a, b) = Pair(address);
        await using (a)
        await using (b)
        {
            a.Send(1, 2, 3);
            Assert.Equal([1, 2, 3], b.Receive());
            b.Send(4, 5);
            Assert.Equal([4, 5], a.Receive());
        }
    }

    [Theory]
    [InlineData(UdpMode.Broadcast, null)]
    [InlineData(UdpMode.Multicast, "239.192.6.94")]
    public async Task A_shared_link_reaches_every_node_on_it(UdpMode mode, string? group)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "the loopback device is bound by name");
        var options = new UdpOptions { Mode = mode, Interface = "lo", MulticastGroup = group, Port = Links.FreePort() };
        await using var a = Links.Open(options);
        await using var b = Links.Open(options);
        a.Send(1);
        Assert.Equal([1], b.Receive());
        b.Send(2);
        Assert.Equal([2], b.Receive());   // its own frame comes back: the codec tells it by the sender
    }

    [Fact]
    public async Task Sending_and_receiving_allocate_nothing()
    {
        const int Rounds = 2000;
        var (a, b) = Pair("127.0.0.1");
        await using (a)
        await using (b)
        {
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
                    b.ReceiveAsync(buffer, source.Token).GetAwaiter().GetResult();
                }
            }
        }
    }

    [Fact]
    public async Task A_datagram_longer_than_any_frame_is_dropped_and_the_next_one_heard()
    {
        var (a, b) = Pair("127.0.0.1");
        await using (a)
        await using (b)
        {
            var buffer = new byte[Links.FrameBytesMax + 1];
            a.Send(new byte[Links.FrameBytesMax + 1]);
            a.Send(new byte[5000]);
            a.Send(new byte[Links.FrameBytesMax]);
            Assert.Equal(0, (await b.ReceiveAsync(buffer, TestContext.Current.CancellationToken)).Length);
            Assert.Equal(0, (await b.ReceiveAsync(buffer, TestContext.Current.CancellationToken)).Length);
            Assert.Equal(Links.FrameBytesMax, (await b.ReceiveAsync(buffer, TestContext.Current.CancellationToken)).Length);
            Assert.Equal(2, b.Oversized);
        }
    }

    [Fact]
    public async Task A_buffer_that_cannot_tell_a_cut_frame_is_refused()
    {
        var (a, b) = Pair("127.0.0.1");
        await using (a)
        await using (b)
        {
            await Assert.ThrowsAsync<ArgumentException>(async () => await a.ReceiveAsync(new byte[Links.FrameBytesMax], CancellationToken.None));
        }
    }

    [Fact]
    public async Task A_peer_that_does_not_listen_costs_nothing()
    {
        var (a, b) = Pair("127.0.0.1");
        await using (a)
        {
            var peer = ((IPEndPoint)b.LocalEndPoint!).Port;
            await b.DisposeAsync();
            for (byte i = 0; i < 20; i++)
            {
                a.Send(i);
            }

            await using var again = Links.Open(new UdpOptions { PeerAddress = "127.0.0.1", LocalPort = peer, PeerPort = ((IPEndPoint)a.LocalEndPoint!).Port });
            a.Send(99);
            Assert.Equal([99], again.Receive());
            Assert.Equal(0, a.FramesLost);
        }
    }

    [Fact]
    public async Task A_pending_receive_ends_when_it_is_cancelled()
    {
        var (a, b) = Pair("127.0.0.1");
        await using (a)
        await using (b)
        {
            using var listener = new Listener(b);
            listener.HearsWhatIsSent(frame => a.Send(frame), 1);   // it has waited at least once
            listener.Cancel();
            Assert.IsType<OperationCanceledException>(listener.Ended());

            a.Send(2);   // another token: the link is as good as before
            while (b.Receive()[0] != 2)
            {
            }
        }
    }

    [Fact]
    public async Task A_pending_receive_ends_when_the_link_is_disposed()
    {
        for (var i = 0; i < 50; i++)
        {
            var (a, b) = Pair("127.0.0.1");
            using var listener = new Listener(b);
            if (i % 2 == 0)
            {
                listener.HearsWhatIsSent(frame => a.Send(frame), 1);
            }

            await b.DisposeAsync();
            await b.DisposeAsync();
            Assert.IsType<HeartbeatLinkException>(listener.Ended());
            await a.DisposeAsync();
            Assert.Throws<HeartbeatLinkException>(() => a.Send(1));
        }
    }

    [Fact]
    public void An_interface_that_does_not_exist_is_named()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "binding to a device is Linux only");
        var exception = Assert.Throws<HeartbeatLinkException>(() => Links.Open(new UdpOptions { Mode = UdpMode.Broadcast, Interface = "nosuch0", Port = 5000 }));
        Assert.Contains("Link lan: interface nosuch0 does not exist", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_port_that_is_taken_is_named()
    {
        var (a, b) = Pair("127.0.0.1");
        await using (a)
        await using (b)
        {
            var port = ((IPEndPoint)a.LocalEndPoint!).Port;
            var exception = Assert.Throws<HeartbeatLinkException>(() => Links.Open(new UdpOptions { PeerAddress = "127.0.0.1", LocalPort = port }));
            Assert.Contains($"UDP port {port}", exception.Message, StringComparison.Ordinal);
            Assert.Contains("taken", exception.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void An_address_of_another_computer_is_named()
    {
        var options = new UdpOptions { PeerAddress = "192.0.2.2", LocalAddress = "192.0.2.1", Port = Links.FreePort() };
        var exception = Assert.Throws<HeartbeatLinkException>(() => Links.Open(options));
        Assert.Contains("LocalAddress 192.0.2.1 is not an address of this computer now", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("127.0.0.1", 0)]
    [InlineData("::1", 41)]
    public async Task Frames_carry_the_traffic_class(string address, int level)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "the option is read raw");
        var (a, b) = Pair(address);
        await using (a)
        await using (b)
        {
            var value = new byte[4];
            a.Socket.GetRawSocketOption(level, level == 0 ? 1 : 67, value);   // IP_TOS, IPV6_TCLASS
            Assert.Equal(48 << 2, BitConverter.ToInt32(value));
        }
    }

    private static (UdpLink A, UdpLink B) Pair(string address)
    {
        var family = IPAddress.Parse(address).AddressFamily;
        var (one, two) = (Links.FreePort(family), Links.FreePort(family));
        return (
            Links.Open(new UdpOptions { PeerAddress = address, LocalAddress = address, LocalPort = one, PeerPort = two }),
            Links.Open(new UdpOptions { PeerAddress = address, LocalAddress = address, LocalPort = two, PeerPort = one }));
    }
}
