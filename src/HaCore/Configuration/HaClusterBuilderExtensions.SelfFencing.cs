using System.Diagnostics.CodeAnalysis;
using HaCore;
using HaCore.Configuration;
using Microsoft.Extensions.Configuration;

namespace Microsoft.Extensions.DependencyInjection;

public static partial class HaClusterBuilderExtensions
{
    /// <summary>Resets this machine when its program dies or loses its right to run, so that the peer can take over after a time instead of a fence. Replaces an earlier one.</summary>
    /// <typeparam name="TSelfFencing">Its constructor takes a <typeparamref name="TOptions"/> and whatever services it needs.</typeparam>
    /// <typeparam name="TOptions">Its options, named "cluster/SelfFencing"; validators of the type are run at start.</typeparam>
    /// <param name="builder">The cluster.</param>
    /// <param name="configure">Sets the options; null for the defaults.</param>
    /// <param name="settings">Sets what is the same for every kind; null for the defaults.</param>
    public static IHaClusterBuilder UseSelfFencing<
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TSelfFencing,
        [DynamicallyAccessedMembers(OptionsShape.Members)] TOptions>(
        this IHaClusterBuilder builder, Action<TOptions>? configure, Action<SelfFencingSettings>? settings)
        where TSelfFencing : class, ISelfFencing
        where TOptions : class
    {
        builder.ConfigureItem(SelfFencingEntry.Key, configure);
        return builder.UseSelfFencing(Component<ISelfFencing>.With<TSelfFencing, TOptions>(), settings);
    }

    /// <summary>Uses self-fencing that the host makes itself. Replaces an earlier one.</summary>
    /// <param name="builder">The cluster.</param>
    /// <param name="create">Makes it; called once, at start.</param>
    /// <param name="settings">Sets what is the same for every kind; null for the defaults.</param>
    public static IHaClusterBuilder UseSelfFencing(
        this IHaClusterBuilder builder, Func<IServiceProvider, ISelfFencing> create, Action<SelfFencingSettings>? settings)
    {
        ArgumentNullException.ThrowIfNull(create);
        return builder.UseSelfFencing(Component<ISelfFencing>.From(create), settings);
    }

    /// <summary>
    /// Lets configuration use a kind of self-fencing: <c>"SelfFencing": { "Type": "word", ... }</c>. Packages call this in an extension method of their own.
    /// </summary>
    /// <typeparam name="TSelfFencing">As in <see cref="UseSelfFencing{TSelfFencing, TOptions}"/>.</typeparam>
    /// <typeparam name="TOptions">Its public settable properties are the keys that the section may have.</typeparam>
    /// <param name="builder">The cluster.</param>
    /// <param name="word">The type word. Twice the same for the same kind is fine.</param>
    /// <param name="bind">
    /// <c>static (section, options) =&gt; section.Bind(options)</c>, written in the assembly that owns the options so that its binder is generated there (AOT-safe).
    /// </param>
    /// <exception cref="InvalidOperationException">The word stands for another kind already, or the options use a key that every kind has.</exception>
    public static IHaClusterBuilder AddSelfFencingType<
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TSelfFencing,
        [DynamicallyAccessedMembers(OptionsShape.Members)] TOptions>(
        this IHaClusterBuilder builder, string word, Action<IConfigurationSection, TOptions> bind)
        where TSelfFencing : class, ISelfFencing
        where TOptions : class
    {
        var types = ClusterRegistration.Of(builder).SelfFencingTypes;
        return builder.AddType(types, new(word, Component<ISelfFencing>.With<TSelfFencing, TOptions>(), null), bind, ConfigurationKeys.SelfFencing);
    }

    /// <summary>Lets this node tell a dead peer from a dead network of its own. Replaces an earlier one.</summary>
    /// <typeparam name="TProbe">Its constructor takes a <typeparamref name="TOptions"/> and whatever services it needs.</typeparam>
    /// <typeparam name="TOptions">Its options, named "cluster/key"; validators of the type are run at start.</typeparam>
    /// <param name="builder">The cluster.</param>
    /// <param name="key">Key of its section in configuration, also the name of its options.</param>
    /// <param name="configure">Sets the options; null for the defaults.</param>
    public static IHaClusterBuilder UseNetworkProbe<
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TProbe,
        [DynamicallyAccessedMembers(OptionsShape.Members)] TOptions>(
        this IHaClusterBuilder builder, string key, Action<TOptions>? configure)
        where TProbe : class, INetworkProbe
        where TOptions : class
    {
        builder.ConfigureItem(key, configure);
        return builder.With(settings => settings.NetworkProbe = new() { Name = key, Type = key, Component = Component<INetworkProbe>.With<TProbe, TOptions>() });
    }

    /// <summary>Uses a network probe that the host makes itself. Replaces an earlier one.</summary>
    /// <param name="builder">The cluster.</param>
    /// <param name="create">Makes it; called once, at start.</param>
    public static IHaClusterBuilder UseNetworkProbe(this IHaClusterBuilder builder, Func<IServiceProvider, INetworkProbe> create)
    {
        ArgumentNullException.ThrowIfNull(create);
        return builder.With(settings => settings.NetworkProbe = new() { Name = "NetworkProbe", Type = "", Component = Component<INetworkProbe>.From(create) });
    }

    /// <summary>Lets the cluster's section have a key of its own for a network probe. Packages call this in an extension method of their own.</summary>
    /// <typeparam name="TProbe">As in <see cref="UseNetworkProbe{TProbe, TOptions}"/>.</typeparam>
    /// <typeparam name="TOptions">Its public settable properties are the keys that the section may have.</typeparam>
    /// <param name="builder">The cluster.</param>
    /// <param name="key">The key. Twice the same for the same probe is fine.</param>
    /// <param name="bind">
    /// <c>static (section, options) =&gt; section.Bind(options)</c>, written in the assembly that owns the options so that its binder is generated there (AOT-safe).
    /// </param>
    /// <exception cref="InvalidOperationException">The key stands for another probe already, or is one that every cluster has.</exception>
    public static IHaClusterBuilder AddNetworkProbeType<
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TProbe,
        [DynamicallyAccessedMembers(OptionsShape.Members)] TOptions>(
        this IHaClusterBuilder builder, string key, Action<IConfigurationSection, TOptions> bind)
        where TProbe : class, INetworkProbe
        where TOptions : class
    {
        if (ConfigurationKeys.Cluster.Contains(key, StringComparer.OrdinalIgnoreCase))
        {
            throw new InvalidOperationException($"The key \"{key}\" belongs to every cluster and cannot stand for {typeof(TProbe)} as well: choose another.");
        }

        var types = ClusterRegistration.Of(builder).NetworkProbeTypes;
        return builder.AddType(types, new(key, Component<INetworkProbe>.With<TProbe, TOptions>(), null), bind, []);
    }

    private static IHaClusterBuilder UseSelfFencing(this IHaClusterBuilder builder, Component<ISelfFencing> component, Action<SelfFencingSettings>? configure) =>
        builder.With(settings =>
        {
            var entry = new SelfFencingEntry { Name = SelfFencingEntry.Key, Type = settings.Registration.WordOf(component), Component = component };
            configure?.Invoke(entry.Settings);
            settings.SelfFencing = entry;
        });
}
