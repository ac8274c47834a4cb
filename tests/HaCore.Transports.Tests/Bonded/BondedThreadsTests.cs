// These links complete synchronously by contract: blocking on them is what is tested.
#pragma warning disable CA2012
using Microsoft.Extensions.Time.Testing;

namespace HaCore.Transports.Tests;

/// <summary>What depends on threads and real sockets rather than on time.</summary>
public sealed class BondedThreadsTests
{
    private readonly MemoryCable _lan = new("lan");
    private readonly MemoryCable _modem = new("modem");

    [Fact]
    public void A_late_taker_gets_the_newest_frames_of_every_member()
    {
        var inbox = new BondedInbox(members: 2, frameBytes: 10);
        for (byte i = 1; i <= 100; i++)
        {
            inbox.Put(0, [i]);   // a flood
        }

        inbox.Put(1, [200]);
        Assert.Equal([(1, 200), (0, 97), (0, 98), (0, 99), (0, 100)], Enumerable.Range(0, 5).Select(_ => Take(inbox)));
    }

    [Fact]
    public void Members_are_taken_in_turn_and_a_frame_too_long_fills_the_buffer()
    {
        var inbox = new BondedInbox(members: 2, frameBytes: 10);
        inbox.Put(0, [1]);
        inbox.Put(0, [2]);
        inbox.Put(1, [3]);
        Assert.Equal([(1, 3), (0, 1), (0, 2)], Enumerable.Range(0, 3).Select(_ => Take(inbox)));

        inbox.Put(0, new byte[10]);
        Assert.Equal(5, inbox.Take(new byte[5], out _, CancellationToken.None));
    }

    [Fact]
    public async Task Nothing_is_allocated_for_a_frame()
    {
        var time = new FakeTimeProvider();
        await using var bonds = new TwoBonds(new BondedOptions { Mode = BondedMode.ActiveBackup }, [_lan, _modem], time);
        bonds.Run(100);   // everything is compiled and every list has grown
        for (var i = 0; i < 10; i++)
        {
            bonds.Run(1);

            // Between two calls of a member's link on the same thread: all that the bond did there.
            Assert.Equal((0, 0), _lan.First.Allocated);
            Assert.Equal((0, 0), _modem.First.Allocated);
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        bonds.First.Send(200);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        bonds.Settle();
    }

    [Fact]
    public async Task Receiving_and_hearing_allocate_nothing()
    {
        await using var link = Open();
        var buffer = new byte[Links.FrameBytesMax + 1];
        var allocated = -1L;
        for (var i = 0; i < 100; i++)
        {
            link.Deliver(i % 2, [(byte)i]);
            var before = GC.GetAllocatedBytesForCurrentThread();
            link.Heard(ReceiveNow(link, buffer, CancellationToken.None).Via);
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Assert.Equal(0, allocated);
    }

    [Fact]
    public async Task A_pending_receive_ends_when_the_token_is_cancelled()
    {
        await using var link = Open();
        using var source = new CancellationTokenSource();
        var ended = Receive(link, source.Token);
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => ended.WaitAsync(Links.Patience, TestContext.Current.CancellationToken));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => link.SendAsync(new byte[1], source.Token).AsTask());
    }

    [Fact]
    public async Task A_closed_bond_ends_its_receive_refuses_frames_and_is_closed_twice_without_harm()
    {
        var link = Open();
        var ended = Receive(link, CancellationToken.None);
        await link.DisposeAsync();
        await link.DisposeAsync();
        var closed = await Assert.ThrowsAsync<HeartbeatLinkException>(() => ended.WaitAsync(Links.Patience, TestContext.Current.CancellationToken));
        Assert.Equal("Link bond: the link was closed", closed.Message);
        Assert.Throws<HeartbeatLinkException>(() => { link.SendAsync(new byte[1], CancellationToken.None).GetAwaiter().GetResult(); });
        Assert.False(_lan.First.IsOpen);
        Assert.False(_modem.First.IsOpen);
    }

    [Fact]
    public async Task A_member_that_blocks_does_not_keep_the_bond_from_closing()
    {
        var link = Open();
        _modem.First.IsBlocked = true;
        Links.Send(link, 1);
        Assert.True(SpinWait.SpinUntil(() => _modem.First.Sent.Length == 1, Links.Patience));
        await link.DisposeAsync().AsTask().WaitAsync(Links.Patience, TestContext.Current.CancellationToken);
        Assert.False(_modem.First.IsOpen);
    }

    [Fact]
    public async Task Every_thread_of_the_bond_is_prepared()
    {
        var threads = new System.Collections.Concurrent.ConcurrentBag<string?>();
        var link = Open(() => threads.Add(Thread.CurrentThread.Name));
        await link.DisposeAsync();
        Assert.Equal(["hacore lan receive", "hacore lan send", "hacore modem receive", "hacore modem send"], threads.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Two_sockets_make_a_bond_that_survives_each_of_them()
    {
        var (a, b) = (Links.FreePort(), Links.FreePort());
        var (c, d) = (Links.FreePort(), Links.FreePort());
        await using var first = new BondNode(new BondedOptions(), [Udp("lan", a, b), Udp("wan", c, d)], TimeProvider.System);
        var second = new BondNode(new BondedOptions(), [Udp("lan", b, a), Udp("wan", d, c)], TimeProvider.System, isFirst: false);
        await using (second)
        {
            HearsOn(first, second, ["lan", "wan"]);
        }

        // The second node comes back with one of its sockets taken away, then with the other.
        foreach (var (own, peer, missing) in ((int, int, string)[])[(d, c, "lan"), (b, a, "wan")])
        {
            var left = missing == "lan" ? "wan" : "lan";
            HeartbeatMember[] members = [BondNode.Member(missing, new NoTransport()), Udp(left, own, peer)];
            await using var node = new BondNode(new BondedOptions(), members, TimeProvider.System, isFirst: false);
            HearsOn(first, node, [left]);
            Assert.Equal("no such device", node.State(missing).Detail);
        }
    }

    /// <summary>Sends in both directions until each end has heard a new frame and the members are alive.</summary>
    private static void HearsOn(BondNode first, BondNode second, string[] members)
    {
        var (heardFirst, heardSecond) = (first.Heard.Length, second.Heard.Length);
        Assert.True(SpinWait.SpinUntil(
            () =>
            {
                first.Send(1);
                second.Send(2);
                return first.Heard.Length > heardFirst && second.Heard.Length > heardSecond && members.All(member => second.State(member).IsAlive);
            },
            Links.Patience));
    }

    private static HeartbeatMember Udp(string name, int own, int peer) =>
        BondNode.Member(name, new UdpTransport(new UdpOptions { PeerAddress = "127.0.0.1", LocalAddress = "127.0.0.1", LocalPort = own, PeerPort = peer }));

    private BondedLink Open(Action? prepare = null)
    {
        var context = Links.Context();
        var link = (BondedLink)new BondedTransport(new BondedOptions(), [BondNode.Member("lan", _lan.First), BondNode.Member("modem", _modem.First)])
            .OpenAsync(
                new HeartbeatLinkContext
                {
                    Cluster = context.Cluster,
                    Link = new LinkId("bond"),
                    LocalNode = context.LocalNode,
                    Peer = context.Peer,
                    FrameBytesMax = context.FrameBytesMax,
                    TimeProvider = context.TimeProvider,
                    LoggerFactory = context.LoggerFactory,
                    PrepareThread = prepare ?? (static () => { }),
                },
                CancellationToken.None).GetAwaiter().GetResult();
        Assert.True(SpinWait.SpinUntil(() => _lan.First is { IsOpen: true, IsFetched: true } && _modem.First is { IsOpen: true, IsFetched: true }, Links.Patience));
        return link;
    }

    private static Task<HeartbeatReceiveResult> Receive(BondedLink link, CancellationToken token) => Task.Factory.StartNew(
        () => ReceiveNow(link, new byte[Links.FrameBytesMax + 1], token), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private static HeartbeatReceiveResult ReceiveNow(BondedLink link, byte[] buffer, CancellationToken token) => link.ReceiveAsync(buffer, token).GetAwaiter().GetResult();

    private static (int Member, int First) Take(BondedInbox inbox)
    {
        var buffer = new byte[20];
        Assert.Equal(1, inbox.Take(buffer, out var member, CancellationToken.None));
        return (member, buffer[0]);
    }

    private sealed class NoTransport : IHeartbeatTransport
    {
        public ValueTask<IHeartbeatLink> OpenAsync(HeartbeatLinkContext context, CancellationToken cancellationToken) => throw new HeartbeatLinkException("no such device");
    }
}
