using HaCore;
using HaCore.Vserver;
using HaCore.Vserver.IpAddress;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds addresses that move with their group.</summary>
public static class IpAddressBuilderExtensions
{
    /// <summary>Adds an IPv4 address. Also makes the type word "IpAddress" known, as <see cref="AddIpAddressType"/> does.</summary>
    /// <param name="builder">The group.</param>
    /// <param name="name">Name of the resource, unique in the cluster.</param>
    /// <param name="configure">Sets address, interface and announcements.</param>
    /// <param name="settings">Sets timeouts, retries and probe interval.</param>
    public static IHaGroupBuilder AddIpAddress(
        this IHaGroupBuilder builder, string name, Action<IpAddressOptions>? configure = null, Action<ResourceSettings>? settings = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Cluster.AddIpAddressType();
        return builder.AddResource<IpAddressAgent, IpAddressOptions>(name, configure, settings);
    }

    /// <summary>
    /// Lets configuration use <c>{ "Name": "web-ip", "Type": "IpAddress", "Address": "192.0.2.92/24", "Interface": "eth1" }</c>. Twice is fine.
    /// </summary>
    /// <param name="builder">The cluster.</param>
    public static IHaClusterBuilder AddIpAddressType(this IHaClusterBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<IpAddressOptions>, IpAddressOptionsValidator>());
        return builder.AddAgentType<IpAddressAgent, IpAddressOptions>("IpAddress", static (section, options) => section.Bind(options));
    }
}
