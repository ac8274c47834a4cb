using Microsoft.Extensions.Configuration;

namespace HaCore.Configuration;

/// <summary>
/// "PerNode:&lt;node&gt;:&lt;resource, link or fencing device&gt;": what one file for both machines says differently for one of them. The other node's part is checked as well, so
/// that a mistake in it shows on the machine where the file was written.
/// </summary>
internal sealed class PerNodeReader(ClusterSettings settings)
{
    private readonly SectionReader _reader = new(settings.Errors);

    public void Read()
    {
        foreach (var node in settings.PerNode.SelectMany(section => section.GetChildren()))
        {
            if (settings.Unread.HasFlag(Unread.Nodes) || settings.Nodes.Contains(node.Key, StringComparer.OrdinalIgnoreCase))
            {
                ReadNode(node, string.Equals(node.Key, settings.LocalNode, StringComparison.OrdinalIgnoreCase));
            }
            else
            {
                _reader.Error(node, $"\"{node.Key}\" is none of the configured nodes ({string.Join(", ", settings.Nodes)}){NearestName.Hint(node.Key, settings.Nodes)}");
            }
        }
    }

    private void ReadNode(IConfigurationSection node, bool isLocal)
    {
        foreach (var section in node.GetChildren())
        {
            var item = settings.FindItem(section.Key);
            if (item is not null)
            {
                ReadItem(section, item, isLocal);
            }
            else if ((settings.Unread & (Unread.Links | Unread.Groups | Unread.Resources | Unread.Devices)) == 0)
            {
                var hint = NearestName.Find(section.Key, Names()) is { } nearest ? $"did you mean \"{nearest}\"?" : $"there are {string.Join(", ", Names())}.";
                _reader.Error(section, $"no link, resource, fencing device or section has the name \"{section.Key}\"; {hint}");
            }
        }
    }

    private void ReadItem(IConfigurationSection section, ItemEntry item, bool isLocal)
    {
        var errors = settings.Errors.Count;
        if (!_reader.IsObject(section))
        {
            return;
        }

        var hasBinder = item switch
        {
            LinkEntry link => ReadLink(section, link, isLocal),
            ResourceEntry resource => ReadResource(section, resource, isLocal),
            FencingDeviceEntry device => ReadDevice(section, device, isLocal),
            PartEntry part => ReadPart(section, part),
            _ => throw new InvalidOperationException($"{item.GetType()} has no settings of its own."),
        };
        if (errors != settings.Errors.Count || item.HasUnknownType)
        {
            return;
        }

        if (!hasBinder && section.GetChildren().Any(child => item.Shape.TryGet(child.Key, out _)))
        {
            _reader.Error(section, $"the options of \"{item.Name}\" can be set in code only: its type has no configuration word (AddAgentType, AddTransportType, AddFencingDeviceType).");
        }
        else if (isLocal)
        {
            item.Overrides.Add(section);
        }
    }

    private bool ReadLink(IConfigurationSection section, LinkEntry link, bool isLocal)
    {
        SettingsReader.Read(_reader, section, link, isLocal ? link.Settings : new(), ConfigurationKeys.LinkPerNode);
        return settings.Registration.TransportTypes.TryGetValue(link.Type, out var type) && type.Component.Implementation == link.Component.Implementation;
    }

    private bool ReadResource(IConfigurationSection section, ResourceEntry resource, bool isLocal)
    {
        SettingsReader.Read(_reader, section, resource, isLocal ? resource.Settings : new(), ConfigurationKeys.ResourcePerNode);
        return settings.Registration.AgentTypes.TryGetValue(resource.Type, out var type) && type.Component.Implementation == resource.Component.Implementation;
    }

    private bool ReadDevice(IConfigurationSection section, FencingDeviceEntry device, bool isLocal)
    {
        SettingsReader.Read(_reader, section, device, isLocal ? device.Settings : new(), ConfigurationKeys.FencingDevicePerNode);
        return settings.Registration.FencingDeviceTypes.TryGetValue(device.Type, out var type) && type.Component.Implementation == device.Component.Implementation;
    }

    /// <summary>Its own options only: what is the same for every kind both nodes must agree on.</summary>
    private bool ReadPart(IConfigurationSection section, PartEntry part)
    {
        _reader.CheckKeys(section, [], part.Shape);
        part.HasBadValues |= !_reader.CheckValues(section, part.Shape);
        return part switch
        {
            SelfFencingEntry fencing => settings.Registration.SelfFencingTypes.TryGetValue(part.Type, out var type) && type.Component.Implementation == fencing.Component.Implementation,
            NetworkProbeEntry probe => settings.Registration.NetworkProbeTypes.TryGetValue(part.Type, out var type) && type.Component.Implementation == probe.Component.Implementation,
            _ => throw new InvalidOperationException($"{part.GetType()} has no configuration word."),
        };
    }

    private List<string> Names() =>
    [
        .. settings.Links.SelectMany(link => link.Members.Prepend(link)).Select(link => link.Name),
        .. settings.Groups.SelectMany(group => group.Resources).Select(resource => resource.Name),
        .. settings.FencingDevices.Select(device => device.Name),
        .. settings.Parts.Select(part => part.Name),
    ];
}
