using System.Net;
using System.Net.Sockets;
using HaCore.Vserver.Tests;

namespace HaCore.Fencing.Tests.Ping;

/// <summary>Real ICMP, in namespaces of the test's own: a node (192.0.2.10, 2001:db8::10) and a gateway (192.0.2.1, 2001:db8::1) at one cable.</summary>
public sealed class RealPingTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(300);
    private readonly NetworkNamespace? _node;
    private readonly NetworkNamespace? _gateway;

    public RealPingTests()
    {
        if (NetworkNamespace.Unavailable is not null)
        {
            return;
        }

        (_node, _gateway) = (NetworkNamespace.Create(), NetworkNamespace.Create());
        Node.Ip($"link add eth1 type veth peer name eth2 netns {Gateway.Path}");
        Node.Ip("address add 192.0.2.10/24 dev eth1");
        Node.Ip("address add 2001:db8::10/64 dev eth1 nodad");
        Gateway.Ip("address add 192.0.2.1/24 dev eth2");
        Gateway.Ip("address add 2001:db8::1/64 dev eth2 nodad");
        Node.Ip("link set lo up");
        Gateway.Ip("link set eth2 up");
        Node.Ip("link set eth1 up");
    }

    private NetworkNamespace Node => _node ?? throw new InvalidOperationException("no namespaces");

    private NetworkNamespace Gateway => _gateway ?? throw new InvalidOperationException("no namespaces");

    public void Dispose()
    {
        _node?.Dispose();
        _gateway?.Dispose();
    }

    [Theory]
    [InlineData("127.0.0.1", "1 0", false)]
    [InlineData("127.0.0.1", "0 0", true)]
    [InlineData("::1", "0 0", true)]
    [InlineData("192.0.2.1", "1 0", false)]
    [InlineData("192.0.2.1", "0 0", true)]
    [InlineData("2001:db8::1", "1 0", false)]
    [InlineData("2001:db8::1", "0 0", true)]
    public void A_target_that_is_there_answers_on_either_kind_of_socket(string target, string groups, bool unprivileged)
    {
        SkipWithoutNamespaces();
        using var socket = Open(target, groups, null);
        Assert.Equal(unprivileged, socket.IsUnprivileged);

        Assert.Equal(1, Round(socket, Patience, target));
    }

    [Fact]
    public void Bound_to_its_interface_it_asks_there()
    {
        SkipWithoutNamespaces();
        using var socket = Open("192.0.2.1", "0 0", "eth1");

        Assert.Equal(1, Round(socket, Patience, "192.0.2.1"));
    }

    [Fact]
    public void Bound_to_another_interface_nobody_answers()
    {
        SkipWithoutNamespaces();
        using var socket = Open("192.0.2.1", "0 0", "lo");

        Assert.Equal(0, Round(socket, Short, "192.0.2.1"));
    }

    [Theory]
    [InlineData("route add blackhole 192.0.2.77", "192.0.2.77")]     // nothing leaves
    [InlineData("link set eth1 down", "192.0.2.1")]                  // the cable's near end
    [InlineData("route show", "198.51.100.1")]                       // no route at all
    [InlineData("route show", "192.0.2.99")]                         // nobody there: ARP fails
    public void A_target_that_is_not_there_is_silent_without_a_fault(string command, string target)
    {
        SkipWithoutNamespaces();
        Node.Ip(command);
        using var socket = Open(target, "0 0", null);

        Assert.Equal(0, Round(socket, Short, target));
        Assert.Equal(0, Round(socket, Short, target));
    }

    [Fact]
    public void The_one_that_answers_is_told_from_the_ones_that_do_not()
    {
        SkipWithoutNamespaces();
        Node.Ip("route add blackhole 198.51.100.0/24");
        using var socket = Open("192.0.2.1", "0 0", null);

        Assert.Equal(1, Round(socket, Short, "198.51.100.7", "192.0.2.1", "192.0.2.99"));
    }

    [Fact]
    public void Rounds_on_real_sockets_allocate_next_to_nothing()
    {
        SkipWithoutNamespaces();
        using var socket = Open("192.0.2.1", "0 0", null);
        var rounds = Rounds(socket, "192.0.2.1");
        var bytes = new List<long>();
        for (var i = 0; i < 50; i++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            rounds.Ask();
            rounds.Collect(Patience);
            rounds.TakeAll();
            bytes.Add(GC.GetAllocatedBytesForCurrentThread() - before);
            Assert.Equal(1, rounds.Answered);
        }

        Assert.InRange(bytes[^1], 0, 500);   // 240 measured: three polls; .NET's own Ping takes kilobytes and the thread pool
    }

    private static void SkipWithoutNamespaces() => Assert.SkipUnless(NetworkNamespace.Unavailable is null, NetworkNamespace.Unavailable ?? "");

    private EchoSocket Open(string target, string groups, string? device) => Node.Run(() =>
    {
        File.WriteAllText("/proc/sys/net/ipv4/ping_group_range", groups);   // of the thread's namespace
        return EchoSocket.Open(IPAddress.Parse(target).AddressFamily, device, 4711);
    });

    private static int Round(EchoSocket socket, TimeSpan timeout, params string[] targets)
    {
        var rounds = Rounds(socket, targets);
        rounds.Ask();
        var clock = TimeProvider.System;
        var start = clock.GetTimestamp();
        while (!rounds.Collect(timeout - clock.GetElapsedTime(start)) && clock.GetElapsedTime(start) < timeout)
        {
        }

        rounds.TakeAll();
        return rounds.Answered;
    }

    private static PingRounds Rounds(EchoSocket socket, params string[] targets) =>
        new([.. targets.Select(IPAddress.Parse)], family => family == IPAddress.Parse(targets[0]).AddressFamily ? socket : null, cookie: 0x1234567890);
}
