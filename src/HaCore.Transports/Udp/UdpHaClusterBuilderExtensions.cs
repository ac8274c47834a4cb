using HaCore;
using HaCore.Transports;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds UDP heartbeat links to a cluster.</summary>
public static class UdpHaClusterBuilderExtensions
{
    private const string TypeWord = "Udp";

    /// <summary>Adds a heartbeat link over UDP. Also makes the type word "Udp" known, as <see cref="AddUdpTransportType"/> does.</summary>
    /// <param name="builder">The cluster.</param>
    /// <param name="name">Name of the link, unique in the cluster: 1 to 63 letters, digits, '.', '-', '_'.</param>
    /// <param name="configure">Sets the options. They are checked when the host starts.</param>
    /// <param name="settings">Sets the pace of the link; null for the usual.</param>
    public static IHaClusterBuilder AddUdpTransport(
        this IHaClusterBuilder builder, string name, Action<UdpOptions> configure, Action<LinkSettings>? settings = null)
    {
        ArgumentNullException.ThrowIfNull(configure);
        return builder.AddUdpTransportType().AddTransport<UdpTransport, UdpOptions>(name, configure, settings);
    }

    /// <summary>
    /// Lets the cluster's configuration have links of <c>"Type": "Udp"</c>, whose keys are the properties of <see cref="UdpOptions"/>. Calling it again changes nothing.
    /// </summary>
    /// <param name="builder">The cluster.</param>
    public static IHaClusterBuilder AddUdpTransportType(this IHaClusterBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<UdpOptions>, UdpOptionsValidator>());
        return builder.AddTransportType<UdpTransport, UdpOptions>(TypeWord, static (section, options) => section.Bind(options));
    }
}
