using Microsoft.Extensions.DependencyInjection;

namespace HaCore.Configuration;

/// <summary>Names one cluster of this host: all of them are enumerable where the keyed services are not.</summary>
internal sealed record ClusterName(string Value);

/// <summary>The host's own name; replaced in tests.</summary>
internal sealed record HostName(string Value)
{
    public static HostName OfThisMachine { get; } = new(Environment.MachineName);

    /// <summary>Up to the first dot.</summary>
    public string Short => Value.Split('.', 2)[0];
}

/// <summary>The settings and the definition of one cluster, each made once per container.</summary>
internal sealed class ClusterDefinitionSource
{
    private readonly Lazy<ClusterSettings> _settings;
    private readonly Lazy<ClusterDefinition> _definition;

    public ClusterDefinitionSource(IServiceProvider services, string cluster)
    {
        var registration = services.GetRequiredKeyedService<ClusterRegistration>(cluster);
        _settings = new(() =>
        {
            var settings = registration.Replay();
            settings.LocalNode ??= services.GetRequiredService<HostName>().Short;
            new PerNodeReader(settings).Read();
            return settings;
        });
        _definition = new(() => new ClusterDefinitionBuilder(services, _settings.Value).Build());
    }

    /// <summary>Merged, not checked.</summary>
    public ClusterSettings Settings => _settings.Value;

    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException">Something is wrong; every error is in it.</exception>
    public ClusterDefinition Definition => _definition.Value;
}

/// <summary>The seam to the shell.</summary>
internal static class ClusterDefinitionFactory
{
    /// <summary>The definition of a cluster of this host, made and checked at the first call.</summary>
    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException">Something is wrong; every error is in it.</exception>
    public static ClusterDefinition Create(IServiceProvider services, string cluster) =>
        services.GetRequiredKeyedService<ClusterDefinitionSource>(cluster).Definition;
}
