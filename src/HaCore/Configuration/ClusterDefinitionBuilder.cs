using HaCore.Engine;
using HaCore.Wire;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace HaCore.Configuration;

/// <summary>Checks the merged settings and makes a definition of them, or says everything that is wrong at once.</summary>
internal sealed class ClusterDefinitionBuilder(IServiceProvider services, ClusterSettings settings)
{
    private const int LeaveDeadTimes = 2;   // one until the peer echoes that nothing is held here, one for "Left" (rule V)

    private readonly List<string> _errors = [.. settings.Errors];
    private readonly int _frameBytesMax = FrameCodec.MaxBytes([.. settings.Groups.Select(group => group.Resources.Count)]);

    public ClusterDefinition Build()
    {
        new ClusterRules(settings, _errors).Check();
        ValidateOptions();
        CheckOperatorCommands();
        CheckSelfFencing();
        var policy = CreatePolicy();
        if (_errors.Count > 0)
        {
            throw new OptionsValidationException(settings.Registration.Name, typeof(ClusterDefinition), _errors);
        }

        return new()
        {
            Engine = CreateEngine(policy!),
            Transports = [.. settings.Links.Select(CreateTransport)],
            Resources = [.. settings.Groups.Select(group => (IReadOnlyList<ResourceDefinition>)[.. group.Resources.Select(CreateResource)])],
            FencingDevices = [.. settings.FencingDevices.OrderBy(device => device.Settings.Level).Select(CreateDevice)], // stable: the order within a level stays
            SelfFencing = settings.SelfFencing is { } fencing
                ? new(Creator(fencing.Component, fencing.Name), SelfFencingRules.RightTime(settings), fencing.Settings.Margin)
                : null,
            NetworkProbe = settings.NetworkProbe is { } probe ? Creator(probe.Component, probe.Name) : null,
            KeyFile = settings.KeyFile!,
            StateDirectory = settings.StateDirectory ?? "/var/lib/hacore/" + settings.Registration.Name,
            RealTime = settings.RealTime,
            ShutdownBudget = ShutdownBudget(),
            Warnings = Warnings(),
        };
    }

    private void ValidateOptions()
    {
        foreach (var link in settings.Links.SelectMany(link => link.Members.Prepend(link)).Where(link => !link.HasBadValues))
        {
            link.Line = ValidateOptions("Link", link.Name, link.Component) as ILinePace;
            CheckLine(link);
        }

        foreach (var resource in settings.Groups.SelectMany(group => group.Resources).Where(resource => !resource.HasBadValues))
        {
            ValidateOptions("Resource", resource.Name, resource.Component);
        }

        foreach (var device in settings.FencingDevices.Where(device => !device.HasBadValues))
        {
            device.Options = ValidateOptions("Fencing device", device.Name, device.Component) as IFencingDeviceOptions;
        }

        FencingDeviceRules.CheckSites(settings, _errors);

        if (settings.SelfFencing is { HasBadValues: false } fencing)
        {
            ValidateOptions("Section", fencing.Name, fencing.Component);
        }

        if (settings.NetworkProbe is { HasBadValues: false } probe)
        {
            ValidateOptions("Section", probe.Name, probe.Component);
        }
    }

    private void CheckLine(LinkEntry link)
    {
        if (link.Line is not { } line)
        {
            return;
        }

        try
        {
            TimeRules.CheckLine(link.Name, line, _frameBytesMax, settings.Times, _errors);
        }
#pragma warning disable CA1031 // A transport's arithmetic may throw anything; the other errors are to be reported as well.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            _errors.Add($"Link \"{link.Name}\": how long a frame of {_frameBytesMax} bytes takes on its line cannot be told, so its pace cannot be kept (a bug of the transport): {exception.Message}");
        }
    }

    private object? ValidateOptions<TContract>(string what, string name, Component<TContract> component) where TContract : class
    {
        try
        {
            return component.Options(services, settings.Registration.OptionsName(name));
        }
        catch (OptionsValidationException exception)
        {
            _errors.AddRange(exception.Failures.Select(failure => $"{what} \"{name}\": {failure}"));
        }
#pragma warning disable CA1031 // A configure action of the site or the binder may throw anything; the other errors are to be reported as well.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            _errors.Add($"{what} \"{name}\": its options cannot be set: {exception.Message}");
        }

        return null;
    }

    private void CheckOperatorCommands()
    {
        try
        {
            OperatorCommandRules.Check(services.GetKeyedServices<IOperatorCommand>(settings.Registration.Name), _errors);
        }
#pragma warning disable CA1031 // The constructor of a package's command may throw anything; the other errors are to be reported as well.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            _errors.Add($"An operator command cannot be made: {exception.Message}");
        }
    }

    private void CheckSelfFencing()
    {
        if (settings.SelfFencing is null)
        {
            return;
        }

        var name = settings.Registration.Name;
        var others = services.GetServices<ClusterName>().Select(cluster => cluster.Value).Where(other => other != name)
            .Where(other => services.GetRequiredKeyedService<ClusterDefinitionSource>(other).Settings.SelfFencing is not null);
        SelfFencingRules.CheckAlone(name, [.. others], _errors);
    }

    private IFencingPolicy? CreatePolicy()
    {
        try
        {
            return settings.FencingPolicy?.Create(services, settings.Fencing);
        }
#pragma warning disable CA1031 // The constructor of a site's own policy may throw anything; the other errors are to be reported as well.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            _errors.Add($"The fencing policy \"{settings.FencingPolicy!.Name}\" cannot be made: {exception.Message}");
            return null;
        }
    }

    private EngineConfiguration CreateEngine(IFencingPolicy policy)
    {
        var local = settings.LocalNode!;
        return new()
        {
            Cluster = settings.Registration.Name,
            LocalNode = new(local),
            Peer = new(settings.Nodes.Single(node => node != local)),
            ClusterHash = Digest.OfName(settings.Registration.Name),
            ClusterDigest = ClusterDigest(),
            Times = new()
            {
                HeartbeatInterval = settings.Times.HeartbeatInterval,
                WarnTime = settings.Times.WarnTime,
                DeadTime = settings.Times.DeadTime,
                InitialDeadTime = settings.Times.InitialDeadTime,
                FlapLimit = settings.Times.FlapLimit,
                FlapWindow = settings.Times.FlapWindow,
                FlapHold = settings.Times.FlapHold,
            },
            Links = [.. settings.Links.Select(CreateLink)],
            Groups = [.. settings.Groups.Select(CreateGroup)],
            FencingPolicy = policy,
            FencingDeviceCount = settings.FencingDevices.Count,
            FenceAtStart = settings.Fencing.FenceAtStart,
            StopWhenLoserIsDeaf = settings.Fencing.StopWhenLoserIsDeaf,
        };
    }

    private LinkConfiguration CreateLink(LinkEntry link)
    {
        var pace = TimeRules.PaceOf(link, settings.Times, _frameBytesMax);
        return new(new(link.Name), pace.Interval, pace.MinGap) { Members = [.. link.Members.Select(member => new LinkId(member.Name))] };
    }

    private Func<IServiceProvider, IHeartbeatTransport> CreateTransport(LinkEntry link)
    {
        var name = settings.Registration.OptionsName(link.Name);
        var members = link.Members.ConvertAll(member => (Entry: member, Pace: TimeRules.PaceOf(member, settings.Times, _frameBytesMax), Create: CreateTransport(member)));
        return services => link.Component.Create(services, name, members.ConvertAll(member => new HeartbeatMember
        {
            Link = new(member.Entry.Name),
            Transport = member.Create(services),
            Interval = member.Pace.Interval,
            MinGap = member.Pace.MinGap,
            LostAfter = LinkConfiguration.LostAfter(member.Pace.Interval, settings.Times.DeadTime),
        }));
    }

    private GroupConfiguration CreateGroup(GroupEntry group) => new()
    {
        Name = new(group.Name),
        Hash = Digest.OfName(group.Name),
        Digest = GroupDigest(group),
        PreferredNode = group.PreferredNode is { } preferred ? new NodeId(preferred) : null,
        Failback = group.Failback,
        FailbackDelay = group.FailbackDelay,
        RestartLimit = group.RestartLimit,
        RestartWindow = group.RestartWindow,
        ReplicatedData = group.Resources.Exists(resource => resource.Settings.CarriesReplicatedData),
        ColdStart = group.ColdStart,
        SplitBrain = group.SplitBrain,
        Resources =
        [
            .. group.Resources.Select(resource => new ResourceConfiguration
            {
                Name = new(resource.Name),
                Type = resource.Type,
                HasPrepare = typeof(IStandbyResourceAgent).IsAssignableFrom(resource.Component.Implementation),
                ProbeInterval = resource.Settings.ProbeInterval,
                UnknownProbesMax = resource.Settings.UnknownProbesMax,
            }),
        ],
    };

    /// <summary>Name, nodes, times and self-fencing: what both nodes must agree on outside the groups (rule M3).</summary>
    private ulong ClusterDigest()
    {
        using var digest = new Digest();
        digest.Add("cluster 1").Add(settings.Registration.Name);
        foreach (var node in settings.Nodes.Order(StringComparer.Ordinal))
        {
            digest.Add(node);
        }

        var times = settings.Times;
        digest.Add(times.HeartbeatInterval).Add(times.WarnTime).Add(times.DeadTime).Add(times.InitialDeadTime);
        digest.Add(times.FlapLimit).Add(times.FlapWindow).Add(times.FlapHold);
        if (settings.SelfFencing is not null)
        {
            digest.Add(SelfFencingEntry.Key).Add(SelfFencingRules.RightTime(settings));
        }

        return digest.ToUInt64();
    }

    /// <summary>Order, names and types of the resources, placement, fencing, and whether the data is replicated, which decides how rule R6 is read.</summary>
    private ulong GroupDigest(GroupEntry group)
    {
        using var digest = new Digest();
        digest.Add("group 1").Add(group.Name).Add(group.Resources.Count);
        foreach (var resource in group.Resources)
        {
            digest.Add(resource.Name).Add(resource.Type).Add(resource.Settings.CarriesReplicatedData ? 1 : 0);
        }

        digest.Add(group.PreferredNode).Add((long)group.Failback).Add(group.FailbackDelay);
        digest.Add(group.RestartLimit).Add(group.RestartWindow).Add((long)group.ColdStart);
        if (group.SplitBrain != SplitBrainPolicy.WaitForOperator)
        {
            digest.Add((long)group.SplitBrain); // the default adds nothing: a node of a release without the option agrees with it
        }

        digest.Add(settings.FencingPolicy!.Name);
        AddDevices(digest);
        return digest.ToUInt64();
    }

    /// <summary>Level, name and type of each, as one definition serves both machines. Without a device nothing: digests of before stay what they were.</summary>
    private void AddDevices(Digest digest)
    {
        if (settings.FencingDevices.Count == 0)
        {
            return;
        }

        digest.Add("devices 1").Add(settings.FencingDevices.Count);
        foreach (var device in settings.FencingDevices.OrderBy(device => device.Settings.Level))
        {
            digest.Add(device.Settings.Level).Add(device.Name).Add(device.Type);
        }
    }

    private FencingDeviceDefinition CreateDevice(FencingDeviceEntry device) => new()
    {
        Name = device.Name,
        Type = device.Type,
        Level = device.Settings.Level,
        Fence = new(device.Settings.Timeout, device.Settings.Retries, device.Settings.RetryDelay),
        MonitorInterval = device.Settings.MonitorInterval,
        MonitorTimeout = device.Settings.MonitorTimeout,
        Create = Creator(device.Component, device.Name),
    };

    private ResourceDefinition CreateResource(ResourceEntry resource) => new()
    {
        CreateAgent = Creator(resource.Component, resource.Name),
        Probe = ToSettings(resource.Settings.Probe),
        Prepare = ToSettings(resource.Settings.Prepare),
        Start = ToSettings(resource.Settings.Start),
        Stop = ToSettings(resource.Settings.Stop),
    };

    private Func<IServiceProvider, TContract> Creator<TContract>(Component<TContract> component, string name) where TContract : class
    {
        var optionsName = settings.Registration.OptionsName(name);
        return services => component.Create(services, optionsName, []);
    }

    private static OperationSettings ToSettings(OperationLimits limits) => new(limits.Timeout, limits.Retries, limits.RetryDelay);

    /// <summary>Groups stop at the same time, mostly; the sum is what they need when they do not.</summary>
    private TimeSpan ShutdownBudget()
    {
        var budget = LeaveDeadTimes * settings.Times.DeadTime;
        foreach (var stop in settings.Groups.SelectMany(group => group.Resources).Select(resource => resource.Settings.Stop))
        {
            budget += (stop.Timeout * (1 + stop.Retries)) + (stop.RetryDelay * stop.Retries);
        }

        return budget;
    }

    private List<string> Warnings()
    {
        var warnings = new List<string>();
        if (settings.Ways.Count() == 1)
        {
            warnings.Add($"There is only one link (\"{settings.Links[0].Name}\"): a single cable, card or switch can cut the nodes off from each other. Add a second way.");
        }

        TimeRules.Warn(settings, warnings);
        return warnings;
    }
}
