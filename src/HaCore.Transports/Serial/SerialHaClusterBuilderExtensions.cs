using HaCore;
using HaCore.Transports;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds serial heartbeat links to a cluster.</summary>
public static class SerialHaClusterBuilderExtensions
{
    private const string TypeWord = "Serial";

    /// <summary>
    /// Adds a heartbeat link over a serial line. Also makes the type word "Serial" known, as <see cref="AddSerialTransportType"/> does.
    /// The pace of the link follows from the speed of the line: it is at most half loaded.
    /// </summary>
    /// <param name="builder">The cluster.</param>
    /// <param name="name">Name of the link, unique in the cluster: 1 to 63 letters, digits, '.', '-', '_'.</param>
    /// <param name="configure">Sets the options. They are checked when the host starts.</param>
    /// <param name="settings">Sets the pace of the link; null for what the line carries.</param>
    public static IHaClusterBuilder AddSerialTransport(
        this IHaClusterBuilder builder, string name, Action<SerialOptions> configure, Action<LinkSettings>? settings = null)
    {
        ArgumentNullException.ThrowIfNull(configure);
        return builder.AddSerialTransportType().AddTransport<SerialTransport, SerialOptions>(name, configure, settings);
    }

    /// <summary>
    /// Lets the cluster's configuration have links of <c>"Type": "Serial"</c>, whose keys are the properties of <see cref="SerialOptions"/>. Calling it again changes nothing.
    /// </summary>
    /// <param name="builder">The cluster.</param>
    public static IHaClusterBuilder AddSerialTransportType(this IHaClusterBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<SerialOptions>, SerialOptionsValidator>());
        return builder.AddTransportType<SerialTransport, SerialOptions>(TypeWord, static (section, options) => section.Bind(options));
    }
}
