using HaCore.Hosting;
using HaCore.Telemetry;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the health of a cluster to the host's health checks.</summary>
public static class HaClusterHealthCheckExtensions
{
    /// <summary>
    /// Adds a check of the cluster. Healthy: in a session with the peer and nothing lasting to report. Degraded: lasting conditions, or no session.
    /// Unhealthy: the engine has ended, a stop failed, or a resource that should run here has failed.
    /// </summary>
    /// <param name="builder">The host's health checks.</param>
    /// <param name="cluster">Name of the cluster, as in AddHaCluster.</param>
    /// <param name="tags">Tags of the check; none by default.</param>
    public static IHealthChecksBuilder AddHaCluster(this IHealthChecksBuilder builder, string cluster, IEnumerable<string>? tags = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(cluster);
        return builder.Add(new HealthCheckRegistration(
            $"hacore/{cluster}",
            provider => new ClusterHealthCheck(provider.GetRequiredKeyedService<HaClusterHost>(cluster)),
            failureStatus: null,
            tags));
    }
}
