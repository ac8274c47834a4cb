using HaCore.Engine;

namespace HaCore.Testing.Simulation.Disasters;

/// <summary>
/// Draws disasters. Not every fault is in every run (swarm testing: Groce et al., 2012): a run without crashes reaches states that a crash would have
/// wiped out, and a run with nothing but crashes others.
/// </summary>
internal static class Swarm
{
    private static readonly string[] LinkNames = ["lan", "crossover", "serial"];
    private static readonly string[] ResourceNames = ["disk", "service", "address"];

    public static DisasterPlan Draw(ulong seed, DisasterSimulationOptions? options = null)
    {
        options ??= new DisasterSimulationOptions();
        var random = new SimRandom(seed);
        var times = DrawTimes(random, options.Profile);
        var site = options.Fencing ?? DrawSite(random);
        var isWatched = random.OneIn(5);
        var policy = options.Policy is { } given
            ? new DrawnPolicy(given, "of the caller", options.MayProceedUnfenced)
            : DrawnPolicy.Draw(random, site, times, isWatched);
        var lies = options.Policy is null && !policy.Unfenced ? random.Next(40) : -1;
        var links = LinkNames[..random.Next(1, 4)];
        var isLong = random.OneIn(60);
        var dead = times.DeadTime;
        var watchdog = dead * (0.5 + random.NextDouble());
        var right = dead * (1.2 + random.NextDouble());
        var plan = new DisasterPlan
        {
            Seed = seed,
            Links = links,
            Groups = DrawGroups(random, dead),
            Times = times,
            Policy = policy.Create,
            PolicyText = policy.Text,
            Devices = site == FencingSite.None ? 0 : 1,
            FenceAtStart = random.OneIn(2),
            Unfenced = policy.Unfenced,
            AgentsLie = lies == 0,
            OperatorLies = lies == 1,
            HasAttacker = random.OneIn(8),
            RealSignature = seed % 100 == 0,
            DriftOfA = random.Next(-200, 201),
            DriftOfB = random.Next(-200, 201),
            DiskLatency = random.Time(TimeSpan.Zero, random.OneIn(5) ? dead / 2 : dead / 50),
            SelfFencing = isWatched ? new EngineSelfFencing(right, right + watchdog + (dead / 4)) : null,
            WatchdogTimeout = watchdog,
            BothStart = !random.OneIn(5),
            Length = dead * (isLong ? 150 + (random.NextDouble() * 300) : 4 + (random.NextDouble() * 14)),
            LinkMembers = random.OneIn(10) ? 2 : 0,
            Actions = [],
        };
        return plan with { Actions = new ActionDrawer(plan, site, random).Draw() };
    }

    private static FencingSite DrawSite(SimRandom random) => random.Next(10) switch
    {
        0 => FencingSite.None,
        < 4 => FencingSite.Reliable,
        _ => FencingSite.Faulty,
    };

    private static EngineTimes DrawTimes(SimRandom random, TimesProfile? profile)
    {
        var times = new HaClusterTimes();
        var drawn = random.Next(20);
        times.Use(profile ?? (drawn switch { < 2 => TimesProfile.Fast, < 3 => TimesProfile.Heartbeat2004, _ => TimesProfile.Lan }));
        if (profile is null && drawn >= 17)
        {
            times.HeartbeatInterval = random.Time(TimeSpan.FromMilliseconds(100), TimeSpan.FromMilliseconds(1000));
            times.DeadTime = times.HeartbeatInterval * random.Next(3, 12);
            times.WarnTime = (times.HeartbeatInterval + times.DeadTime) / 2;
            times.InitialDeadTime = times.DeadTime * random.Next(1, 8);
        }
        else if (profile is null && random.OneIn(2))
        {
            times.InitialDeadTime = times.DeadTime * random.Next(1, 5);   // the shipped one covers slow boots, of which there are none here
        }

        return new EngineTimes
        {
            HeartbeatInterval = times.HeartbeatInterval,
            WarnTime = times.WarnTime,
            DeadTime = times.DeadTime,
            InitialDeadTime = times.InitialDeadTime,
            FlapLimit = random.OneIn(4) ? 0 : random.Next(1, 5),
        };
    }

    private static GroupConfiguration[] DrawGroups(SimRandom random, TimeSpan dead)
    {
        var groups = new GroupConfiguration[random.Next(1, 4)];
        for (var i = 0; i < groups.Length; i++)
        {
            var resources = ResourceNames[..random.Next(1, 4)];
            var group = WorldSettings.Group("g" + i, random.Of("a", "b", null), (FailbackPolicy)random.Next(3), resources);
            groups[i] = group with
            {
                FailbackDelay = dead * (1 + (random.NextDouble() * 10)),
                RestartLimit = random.Next(0, 4),
                RestartWindow = dead * (2 + (random.NextDouble() * 100)),
                ReplicatedData = random.OneIn(4),
                ColdStart = random.Of(ColdStartPolicy.WaitForPeer, ColdStartPolicy.TakeOver),
                SplitBrain = random.OneIn(4) ? SplitBrainPolicy.DiscardLoser : SplitBrainPolicy.WaitForOperator,
                Resources =
                [
                    .. group.Resources.Select(r => r with
                    {
                        ProbeInterval = dead * (1 + random.Next(5)),
                        HasPrepare = random.OneIn(3),
                        UnknownProbesMax = random.Next(1, 4),
                    }),
                ],
            };
        }

        return groups;
    }
}

/// <summary>The policy of a run: the shipped ones, with drawn delays.</summary>
internal sealed record DrawnPolicy(Func<IFencingPolicy> Create, string Text, bool Unfenced)
{
    public static DrawnPolicy Draw(SimRandom random, FencingSite site, EngineTimes times, bool isWatched)
    {
        var policy = DrawInner(random, site, times, isWatched);
        var dead = random.OneIn(2) ? NetworkDeadAction.StepDown : NetworkDeadAction.Wait;
        return random.OneIn(3) ? policy : policy with { Create = () => new Configuration.NetworkAwarePolicy(policy.Create(), dead), Text = policy.Text + $", network dead: {dead}" };
    }

    private static DrawnPolicy DrawInner(SimRandom random, FencingSite site, EngineTimes times, bool isWatched)
    {
        if (random.OneIn(40))
        {
            var seed = random.NextUInt64();
            return new DrawnPolicy(() => new ErraticPolicy(seed), $"Erratic, seed {seed}", false);
        }

        var drawn = random.Next(20);
        if (isWatched && drawn < 12)
        {
            return new DrawnPolicy(static () => new Configuration.SelfFencingPolicy(), "SelfFencing", false);
        }

        if (drawn < 2)
        {
            return new DrawnPolicy(static () => new Configuration.ProceedUnfencedPolicy(), "ProceedUnfenced", true);
        }

        if (drawn < 5 || site == FencingSite.None)
        {
            return new DrawnPolicy(static () => new Configuration.WaitPolicy(), "Wait", false);
        }

        if (drawn < 6)
        {
            return new DrawnPolicy(static () => new StepDownPolicy(), "StepDown", false);
        }

        var delay = times.DeadTime * (random.NextDouble() * 2);
        if (drawn < 14)
        {
            var jitter = times.DeadTime * random.NextDouble();
            return new DrawnPolicy(() => new Configuration.FencePolicy(delay, jitter), $"Fence, delay {delay.TotalSeconds:0.###} s, jitter {jitter.TotalSeconds:0.###} s", false);
        }

        var atOnce = random.OneIn(2) ? TimeSpan.Zero : times.DeadTime * random.NextDouble();
        return new DrawnPolicy(() => new FencePolicy(atOnce, delay), $"fence after {atOnce.TotalSeconds:0.###} s, without hold {delay.TotalSeconds:0.###} s more", false);
    }
}
