using HaCore;
using HaCore.Transports;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds heartbeat links that are made of others to a cluster.</summary>
public static class BondedHaClusterBuilderExtensions
{
    private const string TypeWord = "Bonded";

    /// <summary>Adds a bond of other links. Also makes the type word "Bonded" known, as <see cref="AddBondedTransportType"/> does.</summary>
    /// <param name="builder">The cluster.</param>
    /// <param name="name">Name of the bond, unique in the cluster: 1 to 63 letters, digits, '.', '-', '_'.</param>
    /// <param name="configure">Sets the options; null for all links. They are checked when the host starts.</param>
    /// <param name="members">Adds the members, with the calls that add a link to a cluster. Called at once. 2 to 8, none of them a bond.</param>
    /// <param name="settings">Sets the pace of the whole bond; null for that of its fastest member.</param>
    public static IHaClusterBuilder AddBondedTransport(
        this IHaClusterBuilder builder, string name, Action<BondedOptions>? configure, Action<IHaClusterBuilder> members, Action<LinkSettings>? settings = null) =>
        builder.AddBondedTransportType().AddCompositeTransport<BondedTransport, BondedOptions>(name, configure, members, settings);

    /// <summary>
    /// Lets the cluster's configuration have links of <c>"Type": "Bonded"</c>, whose keys are the properties of <see cref="BondedOptions"/> and <c>Members</c>, a list of
    /// links. Calling it again changes nothing.
    /// </summary>
    /// <param name="builder">The cluster.</param>
    public static IHaClusterBuilder AddBondedTransportType(this IHaClusterBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<BondedOptions>, BondedOptionsValidator>());
        return builder.AddCompositeTransportType<BondedTransport, BondedOptions>(TypeWord, static (section, options) => section.Bind(options));
    }
}
