using HaCore.Engine;

namespace HaCore.Transports.Tests;

/// <summary>Which member is up and which carries the heartbeats, on time that is told: 200 ms between heartbeats, 2 s dead time.</summary>
public sealed class BondedHealthTests
{
    private const int Lan = 0;
    private const int Modem = 1;
    private static readonly TimeSpan s_step = TimeSpan.FromMilliseconds(100);
    private readonly List<HeartbeatMemberState> _states = [];
    private readonly bool[] _passes = [true, true];
    private BondedHealth _health = null!;
    private Instant _now = new(0);

    private HeartbeatMemberState[] Last =>
        [_states.Last(state => state.Member.Value == "lan"), _states.Last(state => state.Member.Value == "modem")];

    private string Active => string.Join(' ', Last.Where(state => state.IsActive).Select(state => state.Member.Value));

    [Fact]
    public void Each_member_is_told_once_after_opening()
    {
        Start(BondedMode.AllLinks);
        Assert.Equal([("lan", false, true, null), ("modem", false, true, null)], _states.Select(state => (state.Member.Value, state.IsAlive, state.IsActive, state.Detail)));
    }

    [Fact]
    public void With_all_links_all_are_active_and_a_lost_one_is_named()
    {
        Open(BondedMode.AllLinks);
        Run(5);
        Assert.All(Last, state => Assert.Equal((true, true, null), (state.IsAlive, state.IsActive, state.Detail)));

        _passes[Modem] = false;
        Run(3);
        Assert.Equal(new HeartbeatMemberState(new LinkId("modem"), false, true, "nothing heard for 2.1 s"), Last[Modem]);
        Assert.True(Last[Lan].IsAlive);

        _passes[Modem] = true;
        Run(0.1);
        Assert.True(Last[Modem].IsAlive);
    }

    [Fact]
    public void The_primary_carries_the_heartbeats_and_before_anything_was_heard_all_do()
    {
        Open(BondedMode.ActiveBackup);
        Assert.Equal("lan modem", Active);
        Run(0.1);
        Assert.Equal("lan", Active);
        Run(60);
        Assert.All(Last, state => Assert.True(state.IsAlive));
        Assert.Equal(5, _states.Count);   // two at first, lan up, modem in reserve, modem up: nothing flapped
    }

    [Theory]
    [InlineData("modem", Modem, "lan")]
    [InlineData(null, Lan, "modem")]
    public void A_silent_active_member_is_replaced_after_its_pace_and_the_down_delay(string? primary, int failing, string heir)
    {
        Open(BondedMode.ActiveBackup, o => o.Primary = primary);
        Run(5);
        Assert.NotEqual(heir, Active);

        _passes[failing] = false;
        Run(1.0);   // half a second between monitor frames, half a second down delay
        Assert.NotEqual(heir, Active);
        Run(0.1);
        Assert.Equal(heir, Active);
        Assert.Equal("nothing heard for 1.1 s", Last[failing].Detail);
    }

    [Fact]
    public void The_primary_is_used_again_when_it_was_good_for_the_up_delay()
    {
        Open(BondedMode.ActiveBackup, o => o.UpDelay = TimeSpan.FromSeconds(3));
        Run(1);
        _passes[Lan] = false;
        Run(2);
        _passes[Lan] = true;
        Run(0.1);
        Assert.Equal((false, "frames arrive again; it is used again when they have for 3 s without a break"), (Last[Lan].IsAlive, Last[Lan].Detail));
        Run(2.9);
        Assert.Equal("modem", Active);
        Run(0.1);
        Assert.Equal("lan", Active);
        Assert.True(Last[Lan].IsAlive);
    }

    [Fact]
    public void A_flapping_member_stays_out()
    {
        Open(BondedMode.ActiveBackup);
        Run(1);
        for (var i = 0; i < 20; i++)
        {
            _passes[Lan] = false;
            Run(1.5);
            Assert.Equal("modem", Active);
            _passes[Lan] = true;
            Run(3.5);   // the up delay is 4 s
            Assert.Equal("modem", Active);
        }

        Run(1);
        Assert.Equal("lan", Active);
    }

    [Fact]
    public void Without_a_member_that_is_up_all_carry_the_heartbeats_and_the_first_one_heard_is_used_at_once()
    {
        Open(BondedMode.ActiveBackup);
        Run(1);
        _passes[Lan] = _passes[Modem] = false;
        Run(2);
        Assert.Equal("lan modem", Active);

        _passes[Modem] = true;
        Run(0.1);
        Assert.Equal("modem", Active);
        Assert.Null(Last[Lan].Detail);        // the peer speaks again: this one has its time to be heard
        Run(1.1);
        Assert.NotNull(Last[Lan].Detail);
    }

    [Fact]
    public void A_member_that_breaks_is_replaced_at_once_and_named_with_the_reason()
    {
        Open(BondedMode.ActiveBackup);
        Run(1);
        _health.Closed(Lan, "no such device", _now);
        Assert.Equal("modem", Active);
        Assert.Equal("no such device", Last[Lan].Detail);

        _health.Heard(Lan, _now);   // fetched before it broke
        Assert.False(Last[Lan].IsAlive);
    }

    [Fact]
    public void The_heir_is_told_before_the_heritage_is_taken_away()
    {
        Open(BondedMode.ActiveBackup);
        Run(1);
        _states.Clear();
        _health.Closed(Lan, "gone", _now);
        Assert.Equal(["modem", "lan"], _states.Select(state => state.Member.Value));
    }

    [Fact]
    public void A_pause_of_this_node_is_not_held_against_its_members()
    {
        Open(BondedMode.ActiveBackup);
        Run(1);
        _now += TimeSpan.FromMinutes(1);
        _health.Look(_now);
        Assert.All(Last, state => Assert.True(state.IsAlive));
        Assert.Equal("lan", Active);
    }

    [Fact]
    public void A_peer_that_uses_the_other_member_does_not_make_this_node_give_its_own_up()
    {
        Open(BondedMode.ActiveBackup);
        Run(1);
        for (var i = 0; i < 100; i++)
        {
            _health.Heard(Lan, _now);   // at the pace of a reserve only
            for (var j = 0; j < 5; j++)
            {
                _now += s_step;
                _health.Heard(Modem, _now);
            }
        }

        Assert.Equal("lan", Active);
        Assert.All(Last, state => Assert.True(state.IsAlive));
    }

    [Fact]
    public void A_member_never_heard_is_named_once_the_other_was_for_long_enough()
    {
        Open(BondedMode.ActiveBackup);
        _passes[Modem] = false;
        Run(1);
        Assert.Equal((false, null), (Last[Modem].IsAlive, Last[Modem].Detail));
        Run(0.3);
        Assert.StartsWith("nothing heard for", Last[Modem].Detail, StringComparison.Ordinal);
    }

    private void Start(BondedMode mode, Action<BondedOptions>? configure = null)
    {
        var options = new BondedOptions { Mode = mode };
        configure?.Invoke(options);
        HeartbeatMember[] members = [BondNode.Member("lan", null!), BondNode.Member("modem", null!, interval: TimeSpan.FromMilliseconds(250))];
        Assert.Empty(BondedPlan.Check(options, members));
        _health = new BondedHealth(new BondedPlan(options, members, BondNode.Interval), members, _now, (member, state) =>
        {
            Assert.Equal(members[member].Link, state.Member);
            _states.Add(state);
        });
    }

    private void Open(BondedMode mode, Action<BondedOptions>? configure = null)
    {
        Start(mode, configure);
        _health.Opened(Lan, _now);
        _health.Opened(Modem, _now);
    }

    /// <summary>Time passes; each member that passes frames brings one in each step.</summary>
    private void Run(double seconds)
    {
        for (var end = _now + TimeSpan.FromSeconds(seconds); _now < end;)
        {
            _now += s_step;
            _health.Look(_now);
            for (var i = 0; i < _passes.Length; i++)
            {
                if (_passes[i])
                {
                    _health.Heard(i, _now);
                }
            }
        }
    }
}
