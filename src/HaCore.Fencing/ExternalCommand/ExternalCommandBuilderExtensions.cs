using HaCore;
using HaCore.Fencing;
using HaCore.Fencing.ExternalCommand;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds fencing devices that are programs of the site's own.</summary>
public static class ExternalCommandBuilderExtensions
{
    /// <summary>Adds a program that cuts a node off. Also makes the type word "ExternalCommand" known, as <see cref="AddExternalCommandDeviceType"/> does.</summary>
    /// <param name="builder">The cluster.</param>
    /// <param name="name">Name of the device, unique in the cluster.</param>
    /// <param name="configure">Sets the program and its arguments.</param>
    /// <param name="settings">Sets level, timeout, retries and monitoring.</param>
    public static IHaClusterBuilder AddExternalCommandDevice(
        this IHaClusterBuilder builder, string name, Action<ExternalCommandOptions>? configure = null, Action<FencingDeviceSettings>? settings = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.AddExternalCommandDeviceType().AddFencingDevice<ExternalCommandDevice, ExternalCommandOptions>(name, configure, settings);
    }

    /// <summary>
    /// Lets configuration use <c>"Fencing": { "Devices": [ { "Name": "power", "Type": "ExternalCommand", "Program": "/usr/local/sbin/power-off", "Arguments": [ "{node}" ] } ] }</c>.
    /// Twice is fine.
    /// </summary>
    /// <param name="builder">The cluster.</param>
    public static IHaClusterBuilder AddExternalCommandDeviceType(this IHaClusterBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<ExternalCommandOptions>, ExternalCommandOptionsValidator>());
        return builder.AddFencingDeviceType<ExternalCommandDevice, ExternalCommandOptions>("ExternalCommand", static (section, options) => section.Bind(options));
    }
}
