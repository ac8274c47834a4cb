using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Time.Testing;

namespace HaCore.Transports.Tests;

/// <summary>Two nodes with a bond of two cables in memory, on a clock that the test moves.</summary>
public sealed class BondedLinkTests : IAsyncLifetime
{
    private readonly FakeTimeProvider _time = new();
    private readonly FakeLogCollector _logs = new();
    private readonly MemoryCable _lan = new("lan");
    private readonly MemoryCable _modem = new("modem");
    private TwoBonds? _bonds;

    private TwoBonds Bonds => _bonds!;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        if (_bonds is not null)
        {
            await _bonds.DisposeAsync();
        }
    }

    [Fact]
    public void All_links_carry_every_frame_and_the_bond_survives_the_loss_of_each()
    {
        Start(BondedMode.AllLinks);
        Bonds.Run(5);
        Assert.Equal(_lan.First.Sent, _modem.First.Sent);
        Assert.Equal(Bonds.Numbers, _lan.First.Sent);

        foreach (var cable in (MemoryCable[])[_lan, _modem])
        {
            cable.IsCut = true;
            var heard = Bonds.Second.Heard.Length;
            Bonds.Run(15);
            Assert.Equal(15, Bonds.Second.Heard.Skip(heard).Distinct().Count());
            Assert.Equal((false, true), (Bonds.First.State(cable.Name).IsAlive, Bonds.First.State(cable.Name).IsActive));
            Assert.StartsWith("nothing heard for 2", Bonds.First.State(cable.Name).Detail, StringComparison.Ordinal);
            cable.IsCut = false;
            Bonds.Run(2);
            Assert.True(Bonds.First.State(cable.Name).IsAlive);
        }
    }

    [Fact]
    public void A_member_that_blocks_delays_nobody_and_gets_the_newest_frame()
    {
        Start(BondedMode.AllLinks);
        Bonds.Run(3);
        _modem.First.IsBlocked = true;
        Bonds.Run(100);
        Assert.Equal(103, _lan.First.Sent.Length);
        Assert.Equal(4, _modem.First.Sent.Length);   // one in the blocked call

        _modem.First.IsBlocked = false;
        Bonds.Settle();
        Assert.Equal(Bonds.Numbers[^1], _modem.First.Sent[^1]);
        Assert.Equal(5, _modem.First.Sent.Length);   // and the newest, nothing between
    }

    [Fact]
    public void A_slow_member_sends_the_newest_frame_whenever_its_line_allows()
    {
        // A line that is half loaded by a frame each 450 ms, under heartbeats each 200 ms.
        Start(BondedMode.AllLinks, modem: transport => BondNode.Member("modem", transport, TimeSpan.FromMilliseconds(450), TimeSpan.FromMilliseconds(450)));
        Bonds.Send();
        Bonds.Advance(200);
        Bonds.Send();
        Bonds.Advance(200);
        Bonds.Send();
        Assert.Equal([1], _modem.First.Sent);
        Bonds.Advance(50);
        Assert.Equal([1, 3], _modem.First.Sent);   // the newest at that moment
        Bonds.Advance(150);
        Assert.Equal([1, 3], _modem.First.Sent);   // not twice
        Assert.Equal([1, 2, 3], _lan.First.Sent);

        for (var i = 0; i < 100; i++)
        {
            Bonds.Send();
            for (var j = 0; j < 4; j++)
            {
                Bonds.Advance(50);
            }
        }

        Assert.InRange(_modem.First.Sent.Length, 42, 46);   // 20 s / 450 ms = 44
    }

    [Fact]
    public void A_member_with_an_interval_of_its_own_keeps_it_but_news_goes_out_at_once()
    {
        Start(BondedMode.AllLinks, modem: transport => BondNode.Member("modem", transport, TimeSpan.FromMilliseconds(800), TimeSpan.FromMilliseconds(50)));
        Bonds.Run(8);
        Assert.Equal([1, 5], _modem.First.Sent);

        Bonds.Send();                 // 9: the heartbeat
        Bonds.Advance(60);
        Bonds.Send();                 // 10: before its time
        Bonds.Settle();
        Assert.Equal([1, 5, 9, 10], _modem.First.Sent);
        Bonds.Advance(10);
        Bonds.Send();                 // 11: again, and too soon for the line
        Bonds.Settle();
        Assert.Equal([1, 5, 9, 10], _modem.First.Sent);
        Bonds.Advance(40);
        Assert.Equal([1, 5, 9, 10, 11], _modem.First.Sent);
    }

    [Fact]
    public void A_member_in_reserve_carries_one_frame_in_the_monitor_interval()
    {
        Start(BondedMode.ActiveBackup, o => o.MonitorInterval = TimeSpan.FromMilliseconds(600));
        Bonds.Run(40);
        Assert.Equal("lan", Bonds.First.Active);
        Assert.Equal(40, _lan.First.Sent.Length);
        Assert.InRange(_modem.First.Sent.Length, 13, 16);
        Assert.All(["lan", "modem"], member => Assert.True(Bonds.First.State(member).IsAlive));
    }

    [Fact]
    public void A_reserve_keeps_its_pace_although_heartbeats_jitter()
    {
        Start(BondedMode.ActiveBackup);   // by default the reserve carries every second heartbeat
        var random = new Random(20040701);
        for (var i = 0; i < 40; i++)
        {
            Bonds.Send();
            Bonds.Advance(BondNode.Interval.TotalMilliseconds + random.Next(-5, 6));
        }

        Assert.Equal(20, _modem.First.Sent.Length);
    }

    [Fact]
    public void The_new_active_member_gets_the_newest_frame_at_once()
    {
        Start(BondedMode.ActiveBackup);
        Bonds.Run(12);
        Assert.DoesNotContain((byte)12, _modem.First.Sent);   // in reserve: 12 was not its turn

        _lan.First.OpenFailure = new HeartbeatLinkException("no such device");
        _lan.First.Break(new HeartbeatLinkException("cable torn"));
        Bonds.Until(() => Bonds.First.Active == "modem");
        Bonds.Settle();
        Assert.Equal(12, _modem.First.Sent[^1]);
        Assert.Contains(Bonds.First.States, state => state is { Member.Value: "lan", Detail: "cable torn" });
    }

    [Fact]
    public void A_failed_active_member_is_replaced_on_both_sides_and_the_primary_comes_back()
    {
        Start(BondedMode.ActiveBackup);
        Bonds.Run(10);
        _lan.IsCut = true;
        Bonds.Run(6);   // 1.2 s: the last frame, half a second for the pace, half a second down delay
        Assert.Equal(("modem", "modem"), (Bonds.First.Active, Bonds.Second.Active));
        var sent = _modem.First.Sent.Length;
        Bonds.Run(10);
        Assert.Equal(sent + 10, _modem.First.Sent.Length);

        _lan.IsCut = false;
        Bonds.Run(19);
        Assert.Equal(("modem", "modem"), (Bonds.First.Active, Bonds.Second.Active));
        Bonds.Run(5);
        Assert.Equal(("lan", "lan"), (Bonds.First.Active, Bonds.Second.Active));
    }

    [Fact]
    public void An_active_member_that_takes_no_frames_is_replaced_although_it_is_heard()
    {
        Start(BondedMode.ActiveBackup);
        Bonds.Run(10);
        _lan.First.IsBlocked = true;
        Bonds.Run(7);
        Assert.Equal("modem", Bonds.First.Active);
        Assert.Equal((false, "a frame has not left it for 1 s"), (Bonds.First.State("lan").IsAlive, Bonds.First.State("lan").Detail));
        Bonds.Run(50);
        Assert.Equal("modem", Bonds.First.Active);

        _lan.First.IsBlocked = false;
        Bonds.Settle();
        Bonds.Run(20);
        Assert.Equal("modem", Bonds.First.Active);
        Bonds.Run(5);
        Assert.Equal("lan", Bonds.First.Active);
    }

    [Fact]
    public void A_cut_in_one_direction_leaves_frames_for_both()
    {
        Start(BondedMode.ActiveBackup);
        Bonds.Run(10);
        _lan.First.IsSendingCut = true;
        for (var i = 0; i < 100; i++)
        {
            Bonds.Run(1);
            Assert.InRange(Bonds.Second.Silent, TimeSpan.Zero, BondNode.DeadTime / 3);
            Assert.InRange(Bonds.First.Silent, TimeSpan.Zero, BondNode.DeadTime / 3);
        }

        Assert.Equal("modem", Bonds.Second.Active);
    }

    [Fact]
    public void Noise_strangers_and_own_frames_keep_no_member_up()
    {
        Start(BondedMode.ActiveBackup);
        Bonds.Run(5);
        _lan.IsCut = true;
        for (var i = 0; i < 10; i++)
        {
            _lan.First.Inject([1, (byte)'a']);
            _lan.First.Inject([1, (byte)'x']);
            _lan.First.Inject(new byte[Links.FrameBytesMax + 50]);
            Bonds.Run(1);
        }

        Assert.False(Bonds.First.State("lan").IsAlive);
        Assert.Equal("modem", Bonds.First.Active);
    }

    [Fact]
    public void A_member_that_cannot_be_opened_is_named_and_opened_within_a_second_after_it_can()
    {
        _modem.First.OpenFailure = new HeartbeatLinkException("no such device");
        Start(BondedMode.AllLinks);
        Bonds.Run(30);
        Assert.Equal((false, "no such device"), (Bonds.First.State("modem").IsAlive, Bonds.First.State("modem").Detail));
        Assert.Equal(30, _lan.First.Sent.Length);
        Assert.Single(Bonds.First.States, state => state.Detail == "no such device");

        _modem.First.OpenFailure = null;
        Bonds.Run(6);
        Assert.True(Bonds.First.State("modem").IsAlive);
    }

    [Fact]
    public void A_member_too_small_for_the_clusters_frames_is_refused_with_both_numbers()
    {
        _modem.First.MaxFrameBytes = 100;
        Start(BondedMode.AllLinks);
        Bonds.Until(() => Bonds.First.State("modem").Detail is not null);
        Assert.Equal("the member carries frames of at most 100 bytes, this cluster's need 200: the member is refused", Bonds.First.State("modem").Detail);
        Bonds.Run(3);
        Assert.Empty(_modem.First.Sent);
        Assert.Equal(3, _lan.First.Sent.Length);
    }

    [Fact]
    public void A_member_with_a_bug_is_reopened_and_logged_once()
    {
        Start(BondedMode.AllLinks);
        for (var i = 0; i < 3; i++)
        {
            var closed = Bonds.First.States.Length;
            _modem.First.Break(new InvalidCastException("bug"));
            Bonds.Until(() => Bonds.First.States.Skip(closed).Any(state => state.Detail == "InvalidCastException: bug"));
            // The member's thread opens it again when it gets a processor; the clock does not wait for that.
            Bonds.Until(() =>
            {
                Bonds.Run(1);
                return Bonds.First.State("modem").IsAlive;
            });
        }

        Assert.Single(_logs.GetSnapshot(), record => record.Id.Id == 2302 && record.Level == LogLevel.Error);
    }

    [Fact]
    public async Task The_last_frame_goes_out_on_every_member_before_the_bond_is_closed()
    {
        Start(BondedMode.ActiveBackup);
        Bonds.Run(12);
        Assert.DoesNotContain((byte)12, _modem.First.Sent);
        await Bonds.First.DisposeAsync();
        Assert.Equal(12, _modem.First.Sent[^1]);
        Assert.Equal(12, _lan.First.Sent[^1]);
    }

    private void Start(BondedMode mode, Action<BondedOptions>? configure = null, Func<IHeartbeatTransport, HeartbeatMember>? modem = null)
    {
        var options = new BondedOptions { Mode = mode };
        configure?.Invoke(options);
        _bonds = new TwoBonds(options, [_lan, _modem], _time, modem, LoggerFactory.Create(logs => logs.SetMinimumLevel(LogLevel.Trace).AddProvider(new FakeLoggerProvider(_logs))));
    }
}
