using System.Diagnostics.CodeAnalysis;
using HaCore;
using HaCore.Configuration;

namespace Microsoft.Extensions.DependencyInjection;

public static partial class HaClusterBuilderExtensions
{
    /// <summary>Chooses what to do about a peer that is silent and not proved down. Required: there is no default, because each choice gives something up.</summary>
    public static IHaClusterBuilder UseFencingPolicy(this IHaClusterBuilder builder, FencingPolicyKind kind) =>
        builder.UsePolicy(FencingPolicyEntries.Of(kind));

    /// <summary>Uses a fencing policy of the site's own.</summary>
    /// <param name="builder">The cluster.</param>
    /// <param name="policy">One instance per cluster. Its type's name, without "Policy", is compared between the nodes.</param>
    public static IHaClusterBuilder UseFencingPolicy(this IHaClusterBuilder builder, IFencingPolicy policy)
    {
        ArgumentNullException.ThrowIfNull(policy);
        return builder.UsePolicy(new(FencingPolicyEntries.NameOf(policy.GetType()), NeedsDevice: false, (_, _) => policy));
    }

    /// <summary>Uses a fencing policy of the site's own, made with the services that its constructor asks for.</summary>
    /// <typeparam name="TPolicy">Its name, without "Policy", is compared between the nodes.</typeparam>
    /// <param name="builder">The cluster.</param>
    public static IHaClusterBuilder UseFencingPolicy<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TPolicy>(
        this IHaClusterBuilder builder)
        where TPolicy : class, IFencingPolicy
    {
        var factory = ActivatorUtilities.CreateFactory<TPolicy>([]);
        return builder.UsePolicy(new(FencingPolicyEntries.NameOf(typeof(TPolicy)), NeedsDevice: false, (services, _) => factory(services, [])));
    }

    /// <summary>Changes single settings of fencing beside the policy.</summary>
    public static IHaClusterBuilder UseFencing(this IHaClusterBuilder builder, Action<FencingSettings> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        return builder.With(settings => configure(settings.Fencing));
    }

    /// <summary>Adds a fencing device. Several are tried in the order in which they are added.</summary>
    /// <typeparam name="TDevice">Made once, with the services that its constructor asks for.</typeparam>
    /// <param name="builder">The cluster.</param>
    /// <param name="name">Name of the device, unique in the cluster.</param>
    public static IHaClusterBuilder AddFencingDevice<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TDevice>(
        this IHaClusterBuilder builder, string name)
        where TDevice : class, IFencingDevice =>
        builder.AddDevice(name, Component<IFencingDevice>.Without<TDevice>());

    /// <summary>Adds a fencing device that has options. Several are tried in the order in which they are added.</summary>
    /// <typeparam name="TDevice">Its constructor takes a <typeparamref name="TOptions"/> and whatever services it needs.</typeparam>
    /// <typeparam name="TOptions">Options of this one device, named "cluster/device"; validators of the type are run at start.</typeparam>
    /// <param name="builder">The cluster.</param>
    /// <param name="name">Name of the device, unique in the cluster.</param>
    /// <param name="configure">Sets the options.</param>
    public static IHaClusterBuilder AddFencingDevice<
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TDevice,
        [DynamicallyAccessedMembers(OptionsShape.Members)] TOptions>(
        this IHaClusterBuilder builder, string name, Action<TOptions>? configure)
        where TDevice : class, IFencingDevice
        where TOptions : class
    {
        builder.ConfigureItem(name, configure);
        return builder.AddDevice(name, Component<IFencingDevice>.With<TDevice, TOptions>());
    }

    private static IHaClusterBuilder UsePolicy(this IHaClusterBuilder builder, FencingPolicyEntry policy) =>
        builder.With(settings => settings.FencingPolicy = policy);

    private static IHaClusterBuilder AddDevice(this IHaClusterBuilder builder, string name, Component<IFencingDevice> component)
    {
        ArgumentNullException.ThrowIfNull(name);
        return builder.With(settings => settings.FencingDevices.Add(new(name, component)));
    }
}
