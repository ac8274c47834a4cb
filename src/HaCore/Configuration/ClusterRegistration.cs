using Microsoft.Extensions.DependencyInjection;

namespace HaCore.Configuration;

/// <summary>What was said about one cluster while the host was built. Replayed, in the order in which it was said, when the host starts.</summary>
internal sealed class ClusterRegistration(string name)
{
    private readonly List<Action<ClusterSettings>> _steps = [];

    public string Name { get; } = name;

    public Dictionary<string, ComponentWord<IResourceAgent, ResourceSettings>> AgentTypes { get; } = new(StringComparer.OrdinalIgnoreCase);

    public Dictionary<string, ComponentWord<IHeartbeatTransport, LinkSettings>> TransportTypes { get; } = new(StringComparer.OrdinalIgnoreCase);

    public Dictionary<string, ComponentWord<IFencingDevice, FencingDeviceSettings>> FencingDeviceTypes { get; } = new(StringComparer.OrdinalIgnoreCase);

    public Dictionary<string, ComponentWord<ISelfFencing, SelfFencingSettings>> SelfFencingTypes { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>By the key of their section.</summary>
    public Dictionary<string, ComponentWord<INetworkProbe, NoSettings>> NetworkProbeTypes { get; } = new(StringComparer.OrdinalIgnoreCase);

    public void Add(Action<ClusterSettings> step) => _steps.Add(step);

    /// <summary>Fresh settings: a service collection may build more than one provider.</summary>
    public ClusterSettings Replay()
    {
        var settings = new ClusterSettings(this);
        foreach (var step in _steps)
        {
            step(settings);
        }

        return settings;
    }

    /// <summary>Name of the options of a link, resource or device.</summary>
    public string OptionsName(string item) => $"{Name}/{item}";

    /// <summary>The word that stands for this agent in configuration and digests.</summary>
    public string WordOf(Component<IResourceAgent> component) => WordOf(AgentTypes.Values, component);

    /// <inheritdoc cref="WordOf(Component{IResourceAgent})"/>
    public string WordOf(Component<IHeartbeatTransport> component) => WordOf(TransportTypes.Values, component);

    /// <inheritdoc cref="WordOf(Component{IResourceAgent})"/>
    public string WordOf(Component<IFencingDevice> component) => WordOf(FencingDeviceTypes.Values, component);

    /// <inheritdoc cref="WordOf(Component{IResourceAgent})"/>
    public string WordOf(Component<ISelfFencing> component) => WordOf(SelfFencingTypes.Values, component);

    public static ClusterRegistration Of(IHaClusterBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return Find(builder.Services, builder.Name)
            ?? throw new ArgumentException($"The cluster \"{builder.Name}\" is not in these services: get the builder from AddHaCluster.", nameof(builder));
    }

    public static ClusterRegistration? Find(IServiceCollection services, string name)
    {
        foreach (var service in services)
        {
            if (service.IsKeyedService && service.ServiceType == typeof(ClusterRegistration) && name.Equals(service.ServiceKey))
            {
                return service.KeyedImplementationInstance as ClusterRegistration;
            }
        }

        return null;
    }

    private static string WordOf<TContract, TSettings>(IEnumerable<ComponentWord<TContract, TSettings>> words, Component<TContract> component)
        where TContract : class
    {
        foreach (var word in words)
        {
            if (word.Component.Implementation == component.Implementation)
            {
                return word.Word;
            }
        }

        return component.DefaultWord;
    }
}
