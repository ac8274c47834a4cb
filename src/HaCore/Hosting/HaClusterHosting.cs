using HaCore.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace HaCore.Hosting;

/// <summary>The seam to the builder.</summary>
internal static class HaClusterHosting
{
    /// <summary>Makes the host run the cluster that was described under this name. Once per name.</summary>
    public static void Register(IServiceCollection services, string name)
    {
        services.AddLogging();
        services.AddKeyedSingleton(name, (provider, _) => new HaClusterHost(provider, name));
        services.AddSingleton<IHostedService>(provider => provider.GetRequiredKeyedService<HaClusterHost>(name));
        services.AddKeyedSingleton<IHaCluster>(name, (provider, _) => provider.GetRequiredKeyedService<HaClusterHost>(name).Cluster);
        services.TryAddSingleton(ResolveOnlyCluster);
    }

    private static IHaCluster ResolveOnlyCluster(IServiceProvider provider)
    {
        var names = provider.GetServices<ClusterName>().Select(cluster => cluster.Value).ToList();
        return names.Count == 1
            ? provider.GetRequiredKeyedService<IHaCluster>(names[0])
            : throw new InvalidOperationException($"This host runs {names.Count} clusters ({string.Join(", ", names)}): say which, with [FromKeyedServices(\"{names.FirstOrDefault()}\")] IHaCluster.");
    }
}
