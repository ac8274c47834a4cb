namespace HaCore.Testing.Simulation.Disasters;

/// <summary>Draws the actions of one disaster: first which kinds happen at all and how often, then one after the other.</summary>
internal sealed class ActionDrawer
{
    private readonly DisasterPlan _plan;
    private readonly SimRandom _random;
    private readonly FencingSite _site;
    private readonly TimeSpan _dead;
    private readonly List<DisasterKind> _kinds = [];   // each as often as its weight
    private readonly List<DisasterAction> _actions = [];

    public ActionDrawer(DisasterPlan plan, FencingSite site, SimRandom random)
    {
        _plan = plan;
        _random = random;
        _site = site;
        _dead = plan.Times.DeadTime;
        Choose();
    }

    public IReadOnlyList<DisasterAction> Draw()
    {
        if (_site == FencingSite.Reliable)
        {
            // Devices of a reliable site still take their time, and the machine they hit boots again.
            Add(TimeSpan.Zero, DisasterKind.Device, node: 0);
            Add(TimeSpan.Zero, DisasterKind.Device, node: 1);
        }

        var at = _dead * (_random.NextDouble() * 3);
        while (at < _plan.Length)
        {
            Add(at, _kinds[_random.Next(_kinds.Count)], _random.Next(2));
            at += Gap();
        }

        return [.. _actions.OrderBy(static a => a.At)];   // stable: what was drawn first happens first
    }

    /// <summary>Mostly shorter than a heartbeat or about a dead time: where the races are; sometimes long enough to settle.</summary>
    private TimeSpan Gap() => _dead * (_random.Next(10) switch
    {
        < 4 => _random.NextDouble() * 0.1,
        < 7 => _random.NextDouble() * 1.2,
        < 9 => _random.NextDouble() * 3,
        _ => 3 + (_random.NextDouble() * 5),
    });

    private void Choose()
    {
        Allow(5, 3, DisasterKind.StartAll);
        Maybe(0.7, 3, DisasterKind.Cut, DisasterKind.HealWires);
        Maybe(0.4, 2, DisasterKind.CutOneWay, DisasterKind.HealWires);
        Maybe(0.3, 2, DisasterKind.Pull, DisasterKind.Plug);
        Maybe(0.4, 2, DisasterKind.Lose, DisasterKind.HealWires);
        Maybe(0.3, 2, DisasterKind.Delay, DisasterKind.HealWires);
        Maybe(0.25, 2, DisasterKind.Reorder);
        Maybe(0.25, 2, DisasterKind.Duplicate);
        Maybe(0.2, 2, DisasterKind.Corrupt);
        if (_plan.LinkMembers > 0)
        {
            Allow(1, 2, DisasterKind.Member);
        }

        Maybe(0.5, 2, DisasterKind.Kill);
        Maybe(0.5, 2, DisasterKind.PowerOff);
        Maybe(0.05, 1, DisasterKind.Tear);
        Maybe(0.5, 3, DisasterKind.Freeze);
        if (_plan.SelfFencing is null)
        {
            // A machine whose clock stops again and again without a link cannot know that its right is over, and each pause is too short for its watchdog.
            Maybe(0.25, 2, DisasterKind.Pause);
        }

        Maybe(0.2, 2, DisasterKind.Suspend);
        Maybe(0.3, 1, DisasterKind.Leave);
        Maybe(0.08, 1, DisasterKind.Reconfigure);
        Maybe(0.1, 1, DisasterKind.WallClock);
        Maybe(0.3, 1, DisasterKind.DiskLatency, DisasterKind.DiskLands);
        Maybe(0.2, 1, DisasterKind.DiskFull, DisasterKind.DiskWorks);
        Maybe(0.15, 1, DisasterKind.DiskHang, DisasterKind.DiskWorks);
        Maybe(0.5, 2, DisasterKind.ResourceDies, DisasterKind.ResourceBreaks);
        Maybe(0.4, 2, DisasterKind.StartMode, DisasterKind.AgentsWork);
        Maybe(0.35, 2, DisasterKind.StopMode, DisasterKind.AgentsWork);
        Maybe(0.35, 2, DisasterKind.ProbeMode, DisasterKind.AgentsWork);
        Maybe(0.4, 1, DisasterKind.AgentTime);
        Maybe(0.3, 1, DisasterKind.Readiness);
        Maybe(0.2, 1, DisasterKind.ProbeRequest);
        Maybe(0.1, 1, DisasterKind.TwinFact);
        if (_plan.Groups.Any(static g => g.ReplicatedData))
        {
            Maybe(0.6, 2, DisasterKind.Replica);
        }

        if (_site == FencingSite.Faulty)
        {
            Allow(2, 4, DisasterKind.Device);
        }

        Maybe(0.4, 3, DisasterKind.Move);
        Maybe(0.3, 1, DisasterKind.Standby, DisasterKind.Online);
        Maybe(0.25, 1, DisasterKind.Maintenance);
        Maybe(0.3, 1, DisasterKind.ClearFailures);
        Maybe(0.15, 1, DisasterKind.ClearDivergence);
        Maybe(0.3, 1, DisasterKind.ConfirmDown, DisasterKind.Take);
        Maybe(0.2, 1, DisasterKind.LookAtToken, DisasterKind.ConfirmStale);
        Maybe(0.15, 1, DisasterKind.NetworkReach);
        Maybe(0.1, 1, DisasterKind.Mistake);
        if (_plan.OperatorLies)
        {
            Allow(3, 3, DisasterKind.ConfirmFalsely);
        }

        if (_plan.HasAttacker)
        {
            Allow(2, 4, DisasterKind.Replay);
            Allow(1, 3, DisasterKind.Reflect, DisasterKind.Forge);
        }
    }

    private void Maybe(double probability, int weightMax, params ReadOnlySpan<DisasterKind> kinds)
    {
        if (_random.Chance(probability))
        {
            Allow(1, weightMax, kinds);
        }
    }

    private void Allow(int weightMin, int weightMax, params ReadOnlySpan<DisasterKind> kinds)
    {
        var weight = _random.Next(Math.Min(weightMin, weightMax), Math.Max(weightMin, weightMax) + 1);
        foreach (var kind in kinds)
        {
            for (var i = 0; i < weight; i++)
            {
                _kinds.Add(kind);
            }
        }
    }

    private void Add(TimeSpan at, DisasterKind kind, int node)
    {
        var action = Fill(new DisasterAction(at, kind) { Node = node });
        _actions.Add(action);
        if (kind == DisasterKind.Tear)
        {
            // The operator comes after a while, looks, and follows the advice of the refusal.
            var comes = at + (_dead * (1 + (_random.NextDouble() * 5)));
            _actions.Add(new DisasterAction(comes, DisasterKind.SetAside) { Node = node });
        }
        else if (kind == DisasterKind.Reconfigure || (kind == DisasterKind.Maintenance && action.Mode == 1 && _random.OneIn(3)))
        {
            // What an edited configuration, and mostly maintenance, are followed by: the program is stopped and started again.
            var stops = at + Short(1);
            _actions.Add(new DisasterAction(stops, DisasterKind.Leave) { Node = node });
            _actions.Add(new DisasterAction(stops + Short(6), DisasterKind.StartAll));
        }
    }

    private DisasterAction Fill(DisasterAction action) => action.Kind switch
    {
        DisasterKind.Cut or DisasterKind.Pull => action with { Links = _random.OneIn(3) ? AllLinks : SomeLinks() },
        DisasterKind.CutOneWay => action with { Links = _random.OneIn(2) ? AllLinks : SomeLinks() },
        DisasterKind.Plug or DisasterKind.HealWires => action with { Links = _random.OneIn(2) ? AllLinks : SomeLinks() },
        DisasterKind.Member => action with { Choice = _random.Next(8), Mode = _random.Next(_plan.LinkMembers) },
        DisasterKind.Reconfigure => action with { Choice = Group(), Mode = _random.Next(2) },
        DisasterKind.Lose => action with { Links = SomeLinks(), Share = _random.NextDouble() },
        DisasterKind.Duplicate => action with { Links = SomeLinks(), Share = _random.NextDouble() },
        DisasterKind.Corrupt => action with { Links = SomeLinks(), Share = _random.NextDouble() * 0.5 },
        DisasterKind.Delay => action with { Links = SomeLinks(), Time = Short(2) },
        DisasterKind.Reorder => action with { Links = SomeLinks(), Time = Short(1) },
        DisasterKind.Freeze => action with { Time = Stall(), Choice = _random.Next(4) },
        DisasterKind.Pause or DisasterKind.Suspend => action with { Time = Stall(), Choice = _random.Next(4) },
        DisasterKind.WallClock => action with { Time = TimeSpan.FromHours((_random.NextDouble() * 20_000) - 10_000) },
        DisasterKind.DiskLatency => action with { Time = _random.OneIn(3) ? Short(2) : Short(0.05) },
        DisasterKind.DiskLands => action with { Choice = _random.Next(2) },
        DisasterKind.ResourceDies or DisasterKind.ResourceBreaks => action with { Choice = Resource() },
        DisasterKind.StartMode => action with { Choice = Resource(), Mode = _random.Next(1, Enum.GetValues<StartMode>().Length) },
        DisasterKind.StopMode => action with { Choice = Resource(), Mode = _random.Next(1, Enum.GetValues<StopMode>().Length) },
        DisasterKind.ProbeMode => action with { Choice = Resource(), Mode = Probe() },
        DisasterKind.AgentTime => action with { Choice = Resource(), Time = _random.OneIn(2) ? Short(2.5) : Short(0.1) },
        DisasterKind.Readiness => action with { Choice = Resource(), Mode = _random.Next(4) },
        DisasterKind.ProbeRequest => action with { Choice = Resource() },
        DisasterKind.TwinFact => action with { Choice = Resource(), Mode = _random.Next(ProbeResult.TwinFactBytesMax + 1) },
        DisasterKind.Replica => action with { Choice = Resource(), Mode = _random.Next(3) },
        DisasterKind.Device => Device(action),
        DisasterKind.Move => action with { Choice = Group(), Mode = _random.Next(3) },
        DisasterKind.Standby => action with { Choice = _random.Next(2), Mode = _random.OneIn(3) ? 1 : 0 },
        DisasterKind.Online => action with { Choice = _random.Next(2) },
        DisasterKind.Maintenance => action with { Mode = _random.Next(2) },
        DisasterKind.ClearFailures or DisasterKind.ClearDivergence or DisasterKind.Take => action with { Choice = Group() },
        DisasterKind.Mistake => action with { Choice = Group(), Mode = _random.Next(8) },
        DisasterKind.NetworkReach => action with { Mode = _random.Next(3) },
        DisasterKind.Replay or DisasterKind.Reflect or DisasterKind.Forge => action with { Choice = _random.Next(1_000_000), Links = 1u << _random.Next(_plan.Links.Count) },
        DisasterKind.None or DisasterKind.StartAll or DisasterKind.Kill or DisasterKind.PowerOff or DisasterKind.Tear or DisasterKind.SetAside or DisasterKind.Leave
            or DisasterKind.DiskFull or DisasterKind.DiskHang or DisasterKind.DiskWorks or DisasterKind.AgentsWork or DisasterKind.ConfirmDown
            or DisasterKind.LookAtToken or DisasterKind.ConfirmStale or DisasterKind.ConfirmFalsely => action,
    };

    private DisasterAction Device(DisasterAction action)
    {
        var mode = _site == FencingSite.Reliable || _random.OneIn(2)
            ? FenceMode.Confirm
            : _random.Of(FenceMode.Fail, FenceMode.Unknown, FenceMode.Hang, FenceMode.OffButUnknown, FenceMode.HitsLate);
        return action with
        {
            Mode = (int)mode,
            Time = _random.OneIn(3) ? Short(8) : Short(0.5),
            Pause = _random.OneIn(2) ? TimeSpan.Zero : Short(_random.OneIn(3) ? 0.2 : 4),
        };
    }

    /// <summary>Agents never lie that something is stopped unless the run is about that; that something runs is a lie that costs no data.</summary>
    private int Probe() => (int)(_plan.AgentsLie
        ? _random.Of(ProbeMode.LieStopped, ProbeMode.Unknown, ProbeMode.Hang, ProbeMode.LieRunning)
        : _random.Of(ProbeMode.Unknown, ProbeMode.Hang, ProbeMode.Throw, ProbeMode.LieRunning));

    private uint AllLinks => (1u << _plan.Links.Count) - 1;

    private uint SomeLinks() => (uint)_random.Next(1, 1 << _plan.Links.Count);

    private TimeSpan Short(double deadTimes) => _dead * (_random.NextDouble() * deadTimes);

    /// <summary>Around the borders of rule L: a quarter of the dead time, and the dead time.</summary>
    private TimeSpan Stall() => _random.Next(3) switch
    {
        0 => Short(0.5),
        1 => Short(2),
        _ => Short(8),
    };

    private int Group() => _random.Next(_plan.Groups.Count);

    private int Resource()
    {
        var group = Group();
        return (group * 8) + _random.Next(_plan.Groups[group].Resources.Count);
    }
}
