using System.Net;

namespace HaCore.Fencing.Tests.Ping;

public sealed class PingRoundsTests
{
    private readonly FakeNetwork _network = new();
    private readonly Dictionary<System.Net.Sockets.AddressFamily, IEchoSocket> _sockets = [];

    [Fact]
    public void Everybody_who_is_alive_is_counted_over_both_families()
    {
        _network.Alive.UnionWith(["192.0.2.1", "2001:db8::1"]);
        var rounds = Create("192.0.2.1", "192.0.2.2", "2001:db8::1");

        Assert.Equal(2, Round(rounds));

        Assert.Equal("192.0.2.2", Assert.Single(rounds.Silent).ToString());
    }

    [Fact]
    public void An_answer_of_the_last_round_does_not_count_in_this_one()
    {
        _network.Forge = asked => (asked.To, (ushort)(asked.Sequence - 1), asked.Cookie);
        var rounds = Create("192.0.2.1");
        Round(rounds);

        Assert.Equal(0, Round(rounds));
    }

    [Fact]
    public void An_answer_with_another_cookie_does_not_count()
    {
        _network.Forge = asked => (asked.To, asked.Sequence, asked.Cookie + 1);

        Assert.Equal(0, Round(Create("192.0.2.1")));
    }

    [Fact]
    public void An_answer_from_another_address_does_not_count()
    {
        _network.Forge = asked => ("192.0.2.99", asked.Sequence, asked.Cookie);

        Assert.Equal(0, Round(Create("192.0.2.1")));
    }

    [Fact]
    public void One_target_does_not_answer_for_another()
    {
        // 192.0.2.2 answers what 192.0.2.1 was asked.
        _network.Forge = asked => asked.To == "192.0.2.1" ? ("192.0.2.2", asked.Sequence, asked.Cookie) : null;

        Assert.Equal(0, Round(Create("192.0.2.1", "192.0.2.2")));
    }

    [Fact]
    public void A_round_allocates_nothing()
    {
        _network.Forge = null;
        var rounds = new PingRounds([IPAddress.Parse("192.0.2.1")], _ => null, 1);
        Round(rounds);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
        {
            rounds.Ask();
            rounds.TakeAll();
            _ = rounds.Answered;
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    private static int Round(PingRounds rounds)
    {
        rounds.Ask();
        rounds.Collect(TimeSpan.Zero);
        rounds.TakeAll();
        return rounds.Answered;
    }

    private PingRounds Create(params string[] targets) => new([.. targets.Select(IPAddress.Parse)], SocketOf, cookie: 0x1000);

    private IEchoSocket SocketOf(System.Net.Sockets.AddressFamily family)
    {
        if (!_sockets.TryGetValue(family, out var socket))
        {
            _sockets.Add(family, socket = _network.Open(family, null, 0));
        }

        return socket;
    }
}
