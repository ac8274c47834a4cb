using HaCore.Engine;

namespace HaCore.Transports;

/// <summary>
/// Which members of a bond work and which of them carry the heartbeats. Pure: time is handed in, what changed is handed out. The owner lets one thread in at a time.
/// </summary>
/// <remarks>
/// Active-backup follows mode 1 of the Linux bonding driver with primary_reselect=always: https://docs.kernel.org/networking/bonding.html. As there,
/// the up delay is ignored while no member is up.
/// </remarks>
internal sealed class BondedHealth
{
    private const int None = -1;
    private const int LateFactor = 2;   // one look per heartbeat is the rule: a second one missing is this node's lateness

    private readonly BondedPlan _plan;
    private readonly Entry[] _entries;
    private readonly Action<int, HeartbeatMemberState> _changed;
    private Instant _lastLook;
    private int _active = None;

    /// <param name="plan">Times.</param>
    /// <param name="members">In the order in which they are preferred after the primary.</param>
    /// <param name="now">Now.</param>
    /// <param name="changed">Told at once, and here once for each member, what its state is; members that become active before those that no longer are.</param>
    public BondedHealth(BondedPlan plan, IReadOnlyList<HeartbeatMember> members, Instant now, Action<int, HeartbeatMemberState> changed)
    {
        _plan = plan;
        _entries = [.. members.Select(member => new Entry(member))];
        _changed = changed;
        _lastLook = now;
        Report();
    }

    public void Opened(int member, Instant now)
    {
        var entry = _entries[member];
        entry.IsOpen = true;
        if (!entry.IsStuck)
        {
            entry.AwaitFrom(now);
        }

        Settle(now);
    }

    public void Closed(int member, string detail, Instant now)
    {
        var entry = _entries[member];
        entry.IsOpen = false;
        entry.Fail(detail);
        Settle(now);
    }

    /// <summary>An authentic frame of the peer came.</summary>
    public void Heard(int member, Instant now)
    {
        Expire(now);   // first: this frame does not undo the silence before it
        var entry = _entries[member];
        if (entry.IsUsable)
        {
            entry.SilentSince = now;
            if (entry.GoodSince == Instant.Never)
            {
                entry.GoodSince = now;
                entry.Detail = $"frames arrive again; it is used again when they have for {BondedPlan.Text(_plan.UpDelay)} without a break";
            }
        }

        Settle(now);
    }

    /// <summary>Time has passed. Called for each frame that is sent.</summary>
    /// <param name="now">Now.</param>
    /// <param name="stuck">A bit for each member: the frame before has not left it.</param>
    public void Look(Instant now, uint stuck = 0)
    {
        for (var i = 0; i < _entries.Length; i++)
        {
            var entry = _entries[i];
            var isStuck = (stuck & (1u << i)) != 0;
            if (isStuck && !entry.IsStuck)
            {
                // What is heard on it does not help: this node's own frames do not go out.
                entry.Fail($"a frame has not left it for {BondedPlan.Text(_plan.SilentAfter(entry.Member))}");
            }
            else if (!isStuck && entry is { IsStuck: true, IsOpen: true })
            {
                entry.AwaitFrom(now);
            }

            entry.IsStuck = isStuck;
        }

        Settle(now);
    }

    private void Settle(Instant now)
    {
        Expire(now);
        var isAnyUp = false;
        foreach (var entry in _entries)
        {
            entry.IsUp |= entry.GoodSince != Instant.Never && (!entry.WasUp || _plan.Mode == BondedMode.AllLinks || now - entry.GoodSince >= _plan.UpDelay);
            isAnyUp |= entry.IsUp;
        }

        if (!isAnyUp && FirstGood() is { } first)
        {
            first.IsUp = true;
            Await(now);
        }

        Choose();
        Report();
    }

    private void Expire(Instant now)
    {
        var late = now - _lastLook > _plan.Interval * LateFactor ? now - _lastLook - _plan.Interval : TimeSpan.Zero;
        _lastLook = now;
        foreach (var entry in _entries)
        {
            if (entry.SilentSince == Instant.Never)
            {
                continue;
            }

            // What was not heard while this node was paused says nothing about the member (rule L).
            entry.SilentSince += late;
            var silent = now - entry.SilentSince;
            if (silent > _plan.SilentAfter(entry.Member))
            {
                entry.Fail($"nothing heard for {BondedPlan.Text(silent)}");
            }
        }
    }

    // The peer speaks again. That nothing was heard on the other members says something about them only from now on.
    private void Await(Instant now)
    {
        foreach (var entry in _entries)
        {
            if (entry.IsUsable && entry.GoodSince == Instant.Never)
            {
                entry.AwaitFrom(now);
            }
        }
    }

    private Entry? FirstGood()
    {
        var primary = _entries[_plan.Primary];
        return primary.GoodSince != Instant.Never ? primary : Array.Find(_entries, static entry => entry.GoodSince != Instant.Never);
    }

    private void Choose()
    {
        if (_entries[_plan.Primary].IsUp)
        {
            _active = _plan.Primary;
        }
        else if (_active == None || !_entries[_active].IsUp)
        {
            _active = Array.FindIndex(_entries, static entry => entry.IsUp);
        }
    }

    private void Report()
    {
        Report(isActive: true);
        Report(isActive: false);
    }

    private void Report(bool isActive)
    {
        for (var i = 0; i < _entries.Length; i++)
        {
            var entry = _entries[i];
            if (isActive == (_plan.Mode == BondedMode.AllLinks || _active == None || _active == i))
            {
                entry.WasUp |= entry.IsUp;
                var detail = entry.IsUp ? null : entry.Detail;
                if (entry.Reported is not { } last || last.IsAlive != entry.IsUp || last.IsActive != isActive || last.Detail != detail)
                {
                    entry.Reported = new HeartbeatMemberState(entry.Member.Link, entry.IsUp, isActive, detail);
                    _changed(i, entry.Reported);
                }
            }
        }
    }

    private sealed class Entry(HeartbeatMember member)
    {
        public HeartbeatMember Member => member;

        public bool IsOpen { get; set; }

        public bool IsStuck { get; set; }

        public bool IsUsable => IsOpen && !IsStuck;

        public bool IsUp { get; set; }

        /// <summary>Only a member that failed has to prove itself before it is used again.</summary>
        public bool WasUp { get; set; }

        /// <summary>From when on frames have arrived without a break; never while it is silent.</summary>
        public Instant GoodSince { get; set; } = Instant.Never;

        /// <summary>When a frame was heard last, or from when on one was to be expected; never while none is.</summary>
        public Instant SilentSince { get; set; } = Instant.Never;

        /// <summary>Why it is not up. Null while it is not known whether it is: nobody is warned of that.</summary>
        public string? Detail { get; set; }

        public HeartbeatMemberState? Reported { get; set; }

        public void AwaitFrom(Instant now)
        {
            SilentSince = now;
            Detail = null;
        }

        public void Fail(string detail)
        {
            IsUp = false;
            GoodSince = Instant.Never;
            SilentSince = Instant.Never;
            Detail = detail;
        }
    }
}
