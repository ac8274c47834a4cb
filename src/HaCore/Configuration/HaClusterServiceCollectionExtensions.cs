using HaCore;
using HaCore.Commands;
using HaCore.Configuration;
using HaCore.Hosting;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds HaCore clusters to a host.</summary>
public static class HaClusterServiceCollectionExtensions
{
    /// <summary>
    /// Adds a cluster to the host. Clusters of different names in one host are independent of each other. Raises <see cref="HostOptions.ShutdownTimeout"/>
    /// to what stopping every resource may take.
    /// </summary>
    /// <param name="services">The host's services.</param>
    /// <param name="name">Name of the cluster: 1 to 63 letters, digits, '.', '-', '_', the first a letter or digit; the same on both nodes.</param>
    /// <param name="configure">Says what the cluster is. Called at once.</param>
    /// <exception cref="InvalidOperationException">The name is already taken in this host.</exception>
    public static IServiceCollection AddHaCluster(this IServiceCollection services, string name, Action<IHaClusterBuilder> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(configure);
        if (ClusterRegistration.Find(services, name) is not null)
        {
            throw new InvalidOperationException(
                $"The cluster \"{name}\" is added twice: one name is one cluster. Give the second another name, or say everything in one AddHaCluster.");
        }

        services.AddOptions();
        services.TryAddSingleton(HostName.OfThisMachine);
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<ICommandRunner, CommandRunner>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IPostConfigureOptions<HostOptions>, ShutdownTimeoutSetup>());
        services.AddKeyedSingleton(name, new ClusterRegistration(name));
        services.AddSingleton(new ClusterName(name));
        services.AddKeyedSingleton(name, (provider, _) => new ClusterDefinitionSource(provider, name));
        HaClusterHosting.Register(services, name);
        configure(new HaClusterBuilder(name, services));
        return services;
    }

    private sealed record HaClusterBuilder(string Name, IServiceCollection Services) : IHaClusterBuilder;
}
