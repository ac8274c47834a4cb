using HaCore;
using HaCore.Fencing;
using HaCore.Fencing.FenceAgent;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds fencing devices that are programs of the fence-agents project.</summary>
public static class FenceAgentBuilderExtensions
{
    /// <summary>Adds a fence agent. Also makes the type word "FenceAgent" known, as <see cref="AddFenceAgentDeviceType"/> does.</summary>
    /// <param name="builder">The cluster.</param>
    /// <param name="name">Name of the device, unique in the cluster.</param>
    /// <param name="configure">Sets the program and what it is told.</param>
    /// <param name="settings">Sets level, timeout, retries and monitoring.</param>
    public static IHaClusterBuilder AddFenceAgentDevice(
        this IHaClusterBuilder builder, string name, Action<FenceAgentOptions>? configure = null, Action<FencingDeviceSettings>? settings = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.AddFenceAgentDeviceType().AddFencingDevice<FenceAgentDevice, FenceAgentOptions>(name, configure, settings);
    }

    /// <summary>
    /// Lets configuration use
    /// <c>"Fencing": { "Devices": [ { "Name": "bmc", "Type": "FenceAgent", "Program": "/usr/sbin/fence_ipmilan", "Targets": { ... }, "PasswordFile": "..." } ] }</c>. Twice is fine.
    /// </summary>
    /// <param name="builder">The cluster.</param>
    public static IHaClusterBuilder AddFenceAgentDeviceType(this IHaClusterBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<FenceAgentOptions>, FenceAgentOptionsValidator>());
        return builder.AddFencingDeviceType<FenceAgentDevice, FenceAgentOptions>("FenceAgent", static (section, options) => section.Bind(options));
    }
}
