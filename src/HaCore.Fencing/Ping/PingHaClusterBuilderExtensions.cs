using HaCore;
using HaCore.Fencing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds ping targets to a cluster.</summary>
public static class PingHaClusterBuilderExtensions
{
    private const string Key = "PingTargets";

    /// <summary>
    /// Pings addresses outside the cluster, so that a node whose own network is dead takes nothing over on its own judgement. They never confirm that a peer is down.
    /// Also makes the key "PingTargets" known, as <see cref="AddPingTargetsType"/> does.
    /// </summary>
    /// <param name="builder">The cluster.</param>
    /// <param name="configure">Sets the options. They are checked when the host starts.</param>
    public static IHaClusterBuilder UsePingTargets(this IHaClusterBuilder builder, Action<PingOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        return builder.AddPingTargetsType().UseNetworkProbe<PingTargets, PingOptions>(Key, configure);
    }

    /// <summary>Lets the cluster's configuration have <c>"PingTargets": { "Targets": [ ... ], ... }</c>, whose keys are the properties of <see cref="PingOptions"/>. Calling it again changes nothing.</summary>
    /// <param name="builder">The cluster.</param>
    public static IHaClusterBuilder AddPingTargetsType(this IHaClusterBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<PingOptions>, PingOptionsValidator>());
        return builder.AddNetworkProbeType<PingTargets, PingOptions>(Key, static (section, options) => section.Bind(options));
    }
}
