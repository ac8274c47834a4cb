using System.Diagnostics.CodeAnalysis;
using HaCore;
using HaCore.Configuration;
using HaCore.Hosting;
using Microsoft.Extensions.Configuration;

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

    /// <summary>Adds a fencing device.</summary>
    /// <typeparam name="TDevice">Made once, with the services that its constructor asks for.</typeparam>
    /// <param name="builder">The cluster.</param>
    /// <param name="name">Name of the device, unique in the cluster.</param>
    public static IHaClusterBuilder AddFencingDevice<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TDevice>(
        this IHaClusterBuilder builder, string name)
        where TDevice : class, IFencingDevice =>
        builder.AddDevice(name, Component<IFencingDevice>.Without<TDevice>(), configure: null);

    /// <summary>Adds a fencing device that the host makes itself.</summary>
    /// <param name="builder">The cluster.</param>
    /// <param name="name">Name of the device, unique in the cluster.</param>
    /// <param name="create">Makes it; called once, at start.</param>
    public static IHaClusterBuilder AddFencingDevice(this IHaClusterBuilder builder, string name, Func<IServiceProvider, IFencingDevice> create) =>
        AddFencingDevice(builder, name, create, static _ => { });

    /// <inheritdoc cref="AddFencingDevice(IHaClusterBuilder, string, Func{IServiceProvider, IFencingDevice})"/>
    /// <param name="builder">The cluster.</param>
    /// <param name="name">Name of the device, unique in the cluster.</param>
    /// <param name="create">Makes it; called once, at start.</param>
    /// <param name="settings">Sets level, timeout, retries and monitoring.</param>
    public static IHaClusterBuilder AddFencingDevice(
        this IHaClusterBuilder builder, string name, Func<IServiceProvider, IFencingDevice> create, Action<FencingDeviceSettings> settings)
    {
        ArgumentNullException.ThrowIfNull(create);
        return builder.AddDevice(name, Component<IFencingDevice>.From(create), settings);
    }

    /// <summary>Adds a fencing device that has options.</summary>
    /// <typeparam name="TDevice">Its constructor takes a <typeparamref name="TOptions"/> and whatever services it needs.</typeparam>
    /// <typeparam name="TOptions">
    /// Options of this one device, named "cluster/device"; validators of the type are run at start, and <see cref="IFencingDeviceOptions"/> if it implements that.
    /// </typeparam>
    /// <param name="builder">The cluster.</param>
    /// <param name="name">Name of the device, unique in the cluster.</param>
    /// <param name="configure">Sets the options; null for the defaults.</param>
    public static IHaClusterBuilder AddFencingDevice<
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TDevice,
        [DynamicallyAccessedMembers(OptionsShape.Members)] TOptions>(
        this IHaClusterBuilder builder, string name, Action<TOptions>? configure)
        where TDevice : class, IFencingDevice
        where TOptions : class =>
        AddFencingDevice<TDevice, TOptions>(builder, name, configure, settings: null);

    /// <inheritdoc cref="AddFencingDevice{TDevice, TOptions}(IHaClusterBuilder, string, Action{TOptions})"/>
    /// <param name="builder">The cluster.</param>
    /// <param name="name">Name of the device, unique in the cluster.</param>
    /// <param name="configure">Sets the options; null for the defaults.</param>
    /// <param name="settings">Sets level, timeout, retries and monitoring; null for what is usual for its type.</param>
    public static IHaClusterBuilder AddFencingDevice<
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TDevice,
        [DynamicallyAccessedMembers(OptionsShape.Members)] TOptions>(
        this IHaClusterBuilder builder, string name, Action<TOptions>? configure, Action<FencingDeviceSettings>? settings)
        where TDevice : class, IFencingDevice
        where TOptions : class
    {
        builder.ConfigureItem(name, configure);
        return builder.AddDevice(name, Component<IFencingDevice>.With<TDevice, TOptions>(), settings);
    }

    /// <summary>
    /// Lets configuration use a type of fencing device: <c>{ "Name": "x", "Type": "word", ... }</c> in <c>"Fencing": { "Devices": [ ... ] }</c>. Packages of devices call
    /// this in an extension method of their own.
    /// </summary>
    /// <typeparam name="TDevice">As in <see cref="AddFencingDevice{TDevice, TOptions}(IHaClusterBuilder, string, Action{TOptions})"/>.</typeparam>
    /// <typeparam name="TOptions">Its public settable properties are the keys that the section may have.</typeparam>
    /// <param name="builder">The cluster.</param>
    /// <param name="word">The type word. Twice the same for the same device is fine.</param>
    /// <param name="bind">
    /// <c>static (section, options) =&gt; section.Bind(options)</c>, written in the assembly that owns the options so that its binder is generated there (AOT-safe).
    /// </param>
    /// <param name="defaults">Settings that are usual for this type; a site may override them.</param>
    /// <exception cref="InvalidOperationException">The word stands for another device already, or the options use a key that every device has.</exception>
    public static IHaClusterBuilder AddFencingDeviceType<
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TDevice,
        [DynamicallyAccessedMembers(OptionsShape.Members)] TOptions>(
        this IHaClusterBuilder builder, string word, Action<IConfigurationSection, TOptions> bind, Action<FencingDeviceSettings>? defaults = null)
        where TDevice : class, IFencingDevice
        where TOptions : class
    {
        var types = ClusterRegistration.Of(builder).FencingDeviceTypes;
        return builder.AddFencingCommand().AddType(types, new(word, Component<IFencingDevice>.With<TDevice, TOptions>(), defaults), bind, ConfigurationKeys.FencingDevice);
    }

    private static IHaClusterBuilder UsePolicy(this IHaClusterBuilder builder, FencingPolicyEntry policy) =>
        builder.With(settings => settings.FencingPolicy = policy);

    private static IHaClusterBuilder AddDevice(
        this IHaClusterBuilder builder, string name, Component<IFencingDevice> component, Action<FencingDeviceSettings>? configure)
    {
        ArgumentNullException.ThrowIfNull(name);
        return builder.AddFencingCommand().With(settings =>
        {
            var word = settings.Registration.WordOf(component);
            var device = new FencingDeviceEntry { Name = name, Type = word, Component = component };
            if (settings.Registration.FencingDeviceTypes.TryGetValue(word, out var type) && type.Component.Implementation == component.Implementation)
            {
                type.Defaults?.Invoke(device.Settings);
            }

            configure?.Invoke(device.Settings);
            settings.FencingDevices.Add(device);
        });
    }

    /// <summary>"hactl fencing", once, in clusters that have devices or could have them.</summary>
    private static IHaClusterBuilder AddFencingCommand(this IHaClusterBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var isThere = builder.Services.Any(service => service.IsKeyedService && Equals(service.ServiceKey, builder.Name) && service.KeyedImplementationType == typeof(FencingCommand));
        return isThere ? builder : builder.AddOperatorCommand<FencingCommand>();
    }
}
