using Microsoft.Extensions.Configuration;

namespace HaCore.Configuration;

/// <summary>Everything said about a cluster, merged and not yet checked. Code and configuration write it, validation reads it.</summary>
internal sealed class ClusterSettings(ClusterRegistration registration)
{
    public ClusterRegistration Registration { get; } = registration;

    /// <summary>What is wrong with what was read; validation adds to it.</summary>
    public List<string> Errors { get; } = [];

    /// <summary>Lists that could not be read as a whole: what is missing in them is no second error.</summary>
    public Unread Unread { get; set; }

    public List<string> Nodes { get; } = [];

    public string? LocalNode { get; set; }

    public string? KeyFile { get; set; }

    public string? StateDirectory { get; set; }

    public bool RealTime { get; set; }

    public HaClusterTimes Times { get; } = new();

    public FencingSettings Fencing { get; } = new();

    public FencingPolicyEntry? FencingPolicy { get; set; }

    public List<FencingDeviceEntry> FencingDevices { get; } = [];

    /// <summary>Null: this node does not reset itself.</summary>
    public SelfFencingEntry? SelfFencing { get; set; }

    /// <summary>Null: nothing tells a dead peer from a dead network of this node's own.</summary>
    public NetworkProbeEntry? NetworkProbe { get; set; }

    public List<LinkEntry> Links { get; } = [];

    /// <summary>Every link that is none of others: the members of composites in place of the composites.</summary>
    public IEnumerable<LinkEntry> Ways => Links.SelectMany(link => link.Component.IsComposite ? link.Members : [link]);

    /// <summary>What there is at most one of.</summary>
    public IEnumerable<PartEntry> Parts => new PartEntry?[] { SelfFencing, NetworkProbe }.OfType<PartEntry>();

    /// <summary>Composites whose members are being said, the innermost on top.</summary>
    public Stack<LinkEntry> OpenComposites { get; } = [];

    public List<GroupEntry> Groups { get; } = [];

    /// <summary>"PerNode" sections, in the order in which they were bound.</summary>
    public List<IConfigurationSection> PerNode { get; } = [];

    /// <summary>Adds a link to the cluster, or to the composite that is open.</summary>
    public void Add(LinkEntry link) => (OpenComposites.TryPeek(out var composite) ? composite.Members : Links).Add(link);

    /// <summary>Everything that has options of its own, for binding them by name. The first of two with the same name; the second is an error.</summary>
    public ItemEntry? FindItem(string name)
    {
        foreach (var item in Links.Concat(Links.SelectMany(link => link.Members)).Concat<ItemEntry>(FencingDevices))
        {
            if (string.Equals(item.Name, name, StringComparison.OrdinalIgnoreCase))
            {
                return item;
            }
        }

        foreach (var group in Groups)
        {
            foreach (var item in group.Resources)
            {
                if (string.Equals(item.Name, name, StringComparison.OrdinalIgnoreCase))
                {
                    return item;
                }
            }
        }

        foreach (var part in Parts)
        {
            if (string.Equals(part.Name, name, StringComparison.OrdinalIgnoreCase))
            {
                return part;
            }
        }

        return null;
    }
}

[Flags]
internal enum Unread
{
    None = 0,
    Nodes = 1,
    Links = 2,
    Groups = 4,
    Resources = 8,
    Devices = 16,
}

/// <param name="Name">As digests and messages show it.</param>
/// <param name="NeedsDevice">Does it make no sense without a fencing device?</param>
/// <param name="Create">Makes it, once.</param>
internal sealed record FencingPolicyEntry(string Name, bool NeedsDevice, Func<IServiceProvider, FencingSettings, IFencingPolicy> Create);

/// <summary>A link, a fencing device, a resource or a part: something with a name, a type and options of its own.</summary>
internal abstract class ItemEntry
{
    public required string Name { get; init; }

    /// <summary>Configuration type word.</summary>
    public required string Type { get; init; }

    /// <summary>Where it is configured; null for what came from code.</summary>
    public IConfigurationSection? Section { get; init; }

    /// <summary>What the local node's "PerNode" says about it.</summary>
    public List<IConfigurationSection> Overrides { get; } = [];

    /// <summary>It takes part in everything but its options.</summary>
    public bool HasUnknownType { get; init; }

    /// <summary>Reported already: binding the options would say the same again, in the binder's words.</summary>
    public bool HasBadValues { get; set; }

    public abstract OptionsShape Shape { get; }
}

internal sealed class LinkEntry : ItemEntry
{
    public required Component<IHeartbeatTransport> Component { get; init; }

    public LinkSettings Settings { get; } = new();

    /// <summary>Of a composite; empty otherwise.</summary>
    public List<LinkEntry> Members { get; } = [];

    /// <summary>How slow its line is, once its options are read; null when that does not matter.</summary>
    public ILinePace? Line { get; set; }

    public override OptionsShape Shape => Component.Shape;
}

internal sealed class FencingDeviceEntry : ItemEntry
{
    public required Component<IFencingDevice> Component { get; init; }

    public FencingDeviceSettings Settings { get; } = new();

    /// <summary>What its options can check, once they are read; null when nothing.</summary>
    public IFencingDeviceOptions? Options { get; set; }

    public override OptionsShape Shape => Component.Shape;
}

internal sealed class ResourceEntry : ItemEntry
{
    public required Component<IResourceAgent> Component { get; init; }

    public ResourceSettings Settings { get; } = new();

    public override OptionsShape Shape => Component.Shape;
}

internal sealed class GroupEntry
{
    public required string Name { get; init; }

    public string? PreferredNode { get; set; }

    public FailbackPolicy Failback { get; set; }

    public TimeSpan FailbackDelay { get; set; }

    public int RestartLimit { get; set; } = 3;   // a crash loop gives up in seconds, one unlucky evening does not move the group

    public TimeSpan RestartWindow { get; set; } = TimeSpan.FromMinutes(10);

    public ColdStartPolicy ColdStart { get; set; }

    public SplitBrainPolicy SplitBrain { get; set; }

    public List<ResourceEntry> Resources { get; } = [];
}
