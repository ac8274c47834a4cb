using Microsoft.Extensions.Configuration;

namespace HaCore.Configuration;

/// <summary>Reads a cluster's configuration section into its settings.</summary>
internal sealed class ConfigurationReader(ClusterSettings settings)
{
    private readonly SectionReader _reader = new(settings.Errors);

    public void Read(IConfigurationSection section)
    {
        if (!_reader.IsObject(section))
        {
            return;
        }

        _reader.CheckKeys(section, [.. ConfigurationKeys.Cluster, .. settings.Registration.NetworkProbeTypes.Keys]);
        _reader.Text(section, "LocalNode", value => settings.LocalNode = value);
        _reader.Text(section, "KeyFile", value => settings.KeyFile = value);
        _reader.Text(section, "StateDirectory", value => settings.StateDirectory = value);
        _reader.Flag(section, "RealTime", value => settings.RealTime = value);
        ReadNodes(section.GetSection("Nodes"));
        ReadTimes(section.GetSection("Times"));
        ReadFencing(section.GetSection("Fencing"));
        new PartReader(settings, _reader).Read(section);
        ReadLinks(section.GetSection("Links"));
        ReadGroups(section.GetSection("Groups"));
        settings.PerNode.Add(section.GetSection("PerNode"));
    }

    private void ReadNodes(IConfigurationSection section)
    {
        foreach (var item in Items(section, Unread.Nodes))
        {
            if (item.Value is { } text)
            {
                settings.Nodes.Add(text);
                continue;
            }

            _reader.CheckKeys(item, ConfigurationKeys.Node);
            if (NameOf(item, "node", Unread.Nodes) is { } name)
            {
                settings.Nodes.Add(name);
            }
        }
    }

    private void ReadTimes(IConfigurationSection section)
    {
        if (!_reader.IsObject(section))
        {
            return;
        }

        var times = settings.Times;
        _reader.CheckKeys(section, ConfigurationKeys.Times);
        _reader.Choice<TimesProfile>(section, "Profile", times.Use);
        _reader.Time(section, nameof(times.HeartbeatInterval), value => times.HeartbeatInterval = value);
        _reader.Time(section, nameof(times.WarnTime), value => times.WarnTime = value);
        _reader.Time(section, nameof(times.DeadTime), value => times.DeadTime = value);
        _reader.Time(section, nameof(times.InitialDeadTime), value => times.InitialDeadTime = value);
        _reader.Number(section, nameof(times.FlapLimit), value => times.FlapLimit = value);
        _reader.Time(section, nameof(times.FlapWindow), value => times.FlapWindow = value);
        _reader.Time(section, nameof(times.FlapHold), value => times.FlapHold = value);
    }

    private void ReadFencing(IConfigurationSection section)
    {
        if (!_reader.IsObject(section))
        {
            return;
        }

        var fencing = settings.Fencing;
        _reader.CheckKeys(section, ConfigurationKeys.Fencing);
        _reader.Choice<FencingPolicyKind>(section, "Policy", value => settings.FencingPolicy = FencingPolicyEntries.Of(value));
        _reader.Time(section, nameof(fencing.Delay), value => fencing.Delay = value);
        _reader.Time(section, nameof(fencing.Jitter), value => fencing.Jitter = value);
        _reader.Choice<NetworkDeadAction>(section, nameof(fencing.NetworkDead), value => fencing.NetworkDead = value);
        _reader.Flag(section, nameof(fencing.FenceAtStart), value => fencing.FenceAtStart = value);
        _reader.Flag(section, nameof(fencing.StopWhenLoserIsDeaf), value => fencing.StopWhenLoserIsDeaf = value);
        ReadFencingDevices(section.GetSection("Devices"));
    }

    private void ReadFencingDevices(IConfigurationSection section)
    {
        foreach (var item in Items(section, Unread.Devices))
        {
            if (NameOf(item, "fencing device", Unread.Devices) is not { } name)
            {
                continue;
            }

            var type = TypeOf(item, "fencing device", settings.Registration.FencingDeviceTypes);
            var device = new FencingDeviceEntry
            {
                Name = name,
                Type = type?.Word ?? "",
                Section = item,
                HasUnknownType = type is null,
                Component = type?.Component ?? Component<IFencingDevice>.From(_ => throw new InvalidOperationException()),
            };
            type?.Defaults?.Invoke(device.Settings);
            SettingsReader.Read(_reader, item, device, device.Settings, ConfigurationKeys.FencingDevice);
            settings.FencingDevices.Add(device);
        }
    }

    private void ReadLinks(IConfigurationSection section)
    {
        foreach (var item in Items(section, Unread.Links))
        {
            if (ReadLink(item) is { } link)
            {
                settings.Links.Add(link);
            }
        }
    }

    private LinkEntry? ReadLink(IConfigurationSection item)
    {
        if (NameOf(item, "link", Unread.Links) is not { } name)
        {
            return null;
        }

        var type = TypeOf(item, "link", settings.Registration.TransportTypes);
        var link = new LinkEntry
        {
            Name = name,
            Type = type?.Word ?? "",
            Section = item,
            HasUnknownType = type is null,
            Component = type?.Component ?? Component<IHeartbeatTransport>.From(_ => throw new InvalidOperationException()),
        };
        type?.Defaults?.Invoke(link.Settings);
        SettingsReader.Read(_reader, item, link, link.Settings, link.Component.IsComposite ? ConfigurationKeys.CompositeLink : ConfigurationKeys.Link);
        if (link.Component.IsComposite)
        {
            link.Members.AddRange(Items(item.GetSection("Members"), Unread.Links).Select(ReadLink).OfType<LinkEntry>());
        }

        return link;
    }

    private void ReadGroups(IConfigurationSection section)
    {
        foreach (var item in Items(section, Unread.Groups))
        {
            if (NameOf(item, "group", Unread.Groups) is not { } name)
            {
                continue;
            }

            var group = new GroupEntry { Name = name };
            _reader.CheckKeys(item, ConfigurationKeys.Group);
            _reader.Text(item, nameof(group.PreferredNode), value => group.PreferredNode = value);
            _reader.Choice<FailbackPolicy>(item, nameof(group.Failback), value => group.Failback = value);
            _reader.Time(item, nameof(group.FailbackDelay), value => group.FailbackDelay = value);
            _reader.Number(item, nameof(group.RestartLimit), value => group.RestartLimit = value);
            _reader.Time(item, nameof(group.RestartWindow), value => group.RestartWindow = value);
            _reader.Choice<ColdStartPolicy>(item, nameof(group.ColdStart), value => group.ColdStart = value);
            _reader.Choice<SplitBrainPolicy>(item, nameof(group.SplitBrain), value => group.SplitBrain = value);
            ReadResources(item.GetSection("Resources"), group);
            settings.Groups.Add(group);
        }
    }

    private void ReadResources(IConfigurationSection section, GroupEntry group)
    {
        foreach (var item in Items(section, Unread.Resources))
        {
            if (NameOf(item, "resource", Unread.Resources) is not { } name)
            {
                continue;
            }

            var type = TypeOf(item, "resource", settings.Registration.AgentTypes);
            var resource = new ResourceEntry
            {
                Name = name,
                Type = type?.Word ?? "",
                Section = item,
                HasUnknownType = type is null,
                Component = type?.Component ?? Component<IResourceAgent>.From(_ => throw new InvalidOperationException()),
            };
            type?.Defaults?.Invoke(resource.Settings);
            SettingsReader.Read(_reader, item, resource, resource.Settings, ConfigurationKeys.Resource);
            group.Resources.Add(resource);
        }
    }

    private IReadOnlyList<IConfigurationSection> Items(IConfigurationSection section, Unread list)
    {
        if (_reader.Items(section) is { } items)
        {
            return items;
        }

        settings.Unread |= list;
        return [];
    }

    private string? NameOf(IConfigurationSection item, string what, Unread list)
    {
        string? name = null;
        if (_reader.IsObject(item))
        {
            _reader.Text(item, "Name", value => name = value);
        }

        if (string.IsNullOrEmpty(name))
        {
            _reader.Error(item, $"this {what} has no \"Name\": logs, commands and \"PerNode\" could not tell which one they mean.");
            settings.Unread |= list;
            return null;
        }

        return name;
    }

    private ComponentWord<TContract, TSettings>? TypeOf<TContract, TSettings>(
        IConfigurationSection item, string what, Dictionary<string, ComponentWord<TContract, TSettings>> types)
        where TContract : class
    {
        string? word = null;
        _reader.Text(item, "Type", value => word = value);
        var known = types.Count == 0 ? "none is registered" : "known: " + string.Join(", ", types.Keys.Order(StringComparer.OrdinalIgnoreCase));
        if (string.IsNullOrEmpty(word))
        {
            _reader.Error(item, $"this {what} has no \"Type\" ({known}).");
            return null;
        }

        if (types.TryGetValue(word, out var type))
        {
            return type;
        }

        _reader.Error(item.GetSection("Type"), $"no {what} type \"{word}\" is registered in this host ({known}){NearestName.Hint(word, types.Keys)} " +
            "A package's types are registered by a call on the cluster's builder.");
        return null;
    }
}
