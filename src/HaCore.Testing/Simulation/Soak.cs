using HaCore.Engine;

namespace HaCore.Testing.Simulation;

/// <summary>
/// Random trouble, made from one seed: cuts, loss, delays, crashes, freezes, restarts, failing agents and disks, fencing devices that fail but
/// never lie. The promise must hold at every step; when the trouble ends, every group must run on exactly one node.
/// </summary>
internal sealed class Soak
{
    private static readonly string[] LinkNames = ["lan", "crossover", "serial"];
    private static readonly string[] ResourceNames = ["disk", "service", "address"];

    private static readonly TimeSpan HealTime = TimeSpan.FromMinutes(20);   // covers the longest wait between two fence orders
    private readonly World _world;
    private readonly Random _random;
    private readonly int _groups;

    public Soak(int seed)
    {
        _random = new Random(seed);
        _groups = _random.Next(1, 4);
        _world = new World(s => Configure(s, seed));
        foreach (var node in _world.Nodes)
        {
            node.Disk.Latency = TimeSpan.FromMilliseconds(_random.Next(0, 40));
        }
    }

    public World World => _world;

    public void Run(int steps)
    {
        _world.Start("a");
        if (_random.Next(2) == 0)
        {
            _world.Start("b");
        }

        for (var i = 0; i < steps; i++)
        {
            Trouble(_world.Nodes[_random.Next(2)]);
            _world.Advance(Pause());
        }

        Heal();
    }

    private void Configure(WorldSettings settings, int seed)
    {
        settings.Seed = seed;
        settings.Links = [.. LinkNames.Take(_random.Next(1, 4))];
        settings.Policy = new FencePolicy(TimeSpan.FromMilliseconds(_random.Next(0, 1500)), TimeSpan.FromMilliseconds(_random.Next(0, 5000)));
        settings.FenceAtStart = _random.Next(2) == 0;
        var (driftOfA, driftOfB) = (_random.Next(-200, 201), _random.Next(-200, 201));
        settings.DriftPpm = node => node == "a" ? driftOfA : driftOfB;
        for (var i = 0; i < _groups; i++)
        {
            settings.Groups.Add(WorldSettings.Group(
                "g" + i,
                _random.Next(3) switch { 0 => "a", 1 => "b", _ => null },
                (FailbackPolicy)_random.Next(3),
                [.. ResourceNames.Take(_random.Next(1, 4))]) with
            {
                FailbackDelay = TimeSpan.FromSeconds(30),
            });
        }
    }

    /// <summary>Mostly shorter than a heartbeat or about a dead time: where the races are; sometimes long enough to settle.</summary>
    private TimeSpan Pause() => _random.Next(10) switch
    {
        < 4 => TimeSpan.FromMilliseconds(_random.Next(0, 200)),
        < 7 => TimeSpan.FromMilliseconds(_random.Next(0, 2500)),
        < 9 => TimeSpan.FromMilliseconds(_random.Next(0, 8000)),
        _ => TimeSpan.FromSeconds(_random.Next(8, 25)),
    };

    private void Trouble(SimNode node)
    {
        switch (_random.Next(20))
        {
            case 0 or 1 or 2:
                Wires();
                break;
            case 3 or 4:
                _world.HealAll();
                break;
            case 5:
                _world.Crash(node.Key);
                break;
            case 6:
                _world.PowerOff(node.Key);
                break;
            case 7 or 8 or 9:
                foreach (var down in _world.Nodes.Where(n => n.Process is null))
                {
                    _world.Start(down.Key);
                }

                break;
            case 10 or 11:
                Pauses(node);
                break;
            case 12 or 13:
                Agents(node);
                break;
            case 14:
                Repair(node);
                break;
            case 15:
                Disks(node);
                break;
            case 16 or 17:
                Devices(node);
                break;
            default:
                Operator(node);
                break;
        }
    }

    private void Wires()
    {
        foreach (var link in _world.Links)
        {
            foreach (var (_, direction) in link.From)
            {
                direction.Cut = _random.Next(3) == 0;
                direction.Loss = _random.Next(3) == 0 ? _random.NextDouble() : 0;
                direction.Delay = TimeSpan.FromMilliseconds(_random.Next(4) == 0 ? _random.Next(0, 4000) : 1);
                direction.Jitter = TimeSpan.FromMilliseconds(_random.Next(4) == 0 ? _random.Next(0, 1000) : 0);
            }
        }

        if (_random.Next(3) == 0)
        {
            _world.CutAll();
        }
    }

    private void Pauses(SimNode node)
    {
        if (node.Process is not { } process)
        {
            return;
        }

        if (process.Frozen)
        {
            _world.Thaw(node.Key, timerFirst: _random.Next(2) == 0);
            return;
        }

        _world.Freeze(node.Key, framesWait: _random.Next(2) == 0);
        _world.Advance(TimeSpan.FromMilliseconds(_random.Next(0, _random.Next(2) == 0 ? 2500 : 15_000)));
        if (_random.Next(4) != 0)
        {
            _world.Thaw(node.Key, timerFirst: _random.Next(2) == 0);
        }
    }

    private void Agents(SimNode node)
    {
        var group = node.Resources[_random.Next(_groups)];
        var resource = group[_random.Next(group.Length)];
        switch (_random.Next(7))
        {
            case 0:
                resource.Active = false;   // it died; whatever runs for it finds out
                break;
            case 1:
                resource.Broken = resource.Active;
                break;
            case 2:
                resource.Start = (StartMode)_random.Next(Enum.GetValues<StartMode>().Length);
                break;
            case 3:
                resource.Stop = (StopMode)_random.Next(3);   // never a lie
                break;
            case 4:
                resource.Probe = (ProbeMode)_random.Next(3);
                break;
            case 5:
                resource.Readiness = (Readiness)_random.Next(4);
                break;
            default:
                resource.StartTime = TimeSpan.FromMilliseconds(_random.Next(1, 5000));
                resource.StopTime = TimeSpan.FromMilliseconds(_random.Next(1, 5000));
                break;
        }
    }

    private static void Repair(SimNode node)
    {
        node.Disk.Error = null;
        foreach (var resource in node.Resources.SelectMany(r => r))
        {
            resource.Start = StartMode.Succeed;
            resource.Stop = StopMode.Succeed;
            resource.Probe = ProbeMode.Truth;
            resource.Readiness = Readiness.Ready;
            resource.StartTime = resource.StopTime = TimeSpan.FromMilliseconds(50);
        }
    }

    private void Disks(SimNode node)
    {
        node.Disk.LandsAtCrash = _random.Next(2) == 0;
        node.Disk.Latency = TimeSpan.FromMilliseconds(_random.Next(4) == 0 ? _random.Next(0, 4000) : _random.Next(0, 40));
        node.Disk.Error = _random.Next(4) == 0 ? "No space left on device" : null;
    }

    /// <summary>Devices fail, hang and forget to answer; who says Confirmed has cut the power.</summary>
    private void Devices(SimNode node)
    {
        node.Fence.Mode = _random.Next(8) switch
        {
            0 => FenceMode.Fail,
            1 => FenceMode.Unknown,
            2 => FenceMode.Hang,
            3 => FenceMode.OffButUnknown,
            _ => FenceMode.Confirm,
        };
        node.Fence.Latency = TimeSpan.FromMilliseconds(_random.Next(3) == 0 ? _random.Next(1, 20_000) : _random.Next(1, 1000));
        node.Fence.RebootAfter = _random.Next(2) == 0 ? TimeSpan.FromMilliseconds(_random.Next(1, 10_000)) : null;
    }

    private void Operator(SimNode node)
    {
        if (node.Process is null)
        {
            return;
        }

        var target = _world.Nodes[_random.Next(2)].Name;
        var group = "g" + _random.Next(_groups);
        switch (_random.Next(9))
        {
            case 0 or 1 or 2:
                _world.Order(node.Key, CommandKind.Move, group, _random.Next(4) == 0 ? null : target);
                break;
            case 3:
                _world.Order(node.Key, CommandKind.Standby, node: target, flag: _random.Next(3) == 0);
                break;
            case 4:
                _world.Order(node.Key, CommandKind.Online, node: target);
                break;
            case 5:
                _world.Order(node.Key, CommandKind.ClearFailures, group);
                break;
            case 6:
                _world.Order(node.Key, CommandKind.Maintenance, flag: _random.Next(2) == 0);
                break;
            case 7:
                _world.Stop(node.Key);
                break;
            default:
                _world.Order(node.Key, CommandKind.Take, group, flag: true);
                break;
        }
    }

    /// <summary>Everything works again and the operator tidies up: now the cluster must come to rest with every group running once.</summary>
    private void Heal()
    {
        _world.Say("heal");
        _world.HealAll();
        foreach (var node in _world.Nodes)
        {
            Repair(node);
            node.Disk.Latency = TimeSpan.FromMilliseconds(1);
            node.Fence.Mode = FenceMode.Confirm;
            node.Fence.Latency = TimeSpan.FromMilliseconds(500);
            node.Fence.RebootAfter = TimeSpan.FromSeconds(5);
            _world.Thaw(node.Key);
        }

        _world.Advance(5.Seconds());   // orders that waited in a frozen program are carried out before the operator tidies up
        for (var round = 0; round == 0 || (round < 8 && !AllRun()); round++)
        {
            foreach (var node in _world.Nodes)
            {
                Tidy(node);
            }

            _world.TryRunUntil(AllRun, HealTime / 8);
        }

        _world.RunUntil(AllRun, HealTime, "every group runs on exactly one node");
        _world.RunUntilQuiet(10.Minutes());
        if (!AllRun())
        {
            // A node that was told to leave before the healing, and whose stop hung until now, has only just left (seed 90323).
            Array.ForEach([.. _world.Nodes], Tidy);
            _world.RunUntil(AllRun, HealTime, "every group runs on exactly one node");
            _world.RunUntilQuiet(10.Minutes());
        }

        _world.Expect(AllRun(), "every group runs on exactly one node");
    }

    private void Tidy(SimNode node)
    {
        if (node.Process is null)
        {
            _world.Start(node.Key);
        }

        _world.Order(node.Key, CommandKind.Maintenance, flag: false);
        _world.Order(node.Key, CommandKind.Online, node: node.Name);
        for (var group = 0; group < _groups; group++)
        {
            _world.Order(node.Key, CommandKind.ClearFailures, "g" + group);
        }
    }

    private bool AllRun()
    {
        for (var group = 0; group < _groups; group++)
        {
            if (!_world.Nodes[0].AllActive(group) && !_world.Nodes[1].AllActive(group))
            {
                return false;
            }
        }

        return true;
    }
}
