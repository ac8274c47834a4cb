using System.Diagnostics.CodeAnalysis;
using HaCore;
using HaCore.Configuration;
using Microsoft.Extensions.Configuration;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>What can be said about a cluster. See <see cref="IHaClusterBuilder"/> for the rules that all of it follows.</summary>
public static partial class HaClusterBuilderExtensions
{
    /// <summary>
    /// Reads the cluster from a configuration section: nodes, times, links, groups, everything (docs/operating/configuration.md). What is said in code after this
    /// call wins over the section, what is said before it is overridden; nodes, links and groups of both add up. Changes of the configuration while the host runs are not read.
    /// </summary>
    public static IHaClusterBuilder Bind(this IHaClusterBuilder builder, IConfigurationSection section)
    {
        ArgumentNullException.ThrowIfNull(section);
        return builder.With(settings => new ConfigurationReader(settings).Read(section));
    }

    /// <summary>Adds one of the two nodes.</summary>
    /// <param name="builder">The cluster.</param>
    /// <param name="name">1 to 63 letters, digits, '.', '-', '_', the first a letter or digit. Case matters.</param>
    public static IHaClusterBuilder AddNode(this IHaClusterBuilder builder, string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return builder.With(settings => settings.Nodes.Add(name));
    }

    /// <summary>Says which of the two nodes this is. Default: this machine's name up to the first dot.</summary>
    public static IHaClusterBuilder UseLocalNode(this IHaClusterBuilder builder, string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return builder.With(settings => settings.LocalNode = name);
    }

    /// <summary>Says where the keys are that sign the heartbeats. Required: keys come from this file only, never from configuration.</summary>
    /// <param name="builder">The cluster.</param>
    /// <param name="path">Full path; the file belongs to the service's user, mode 0600, the same on both nodes.</param>
    public static IHaClusterBuilder UseKeyFile(this IHaClusterBuilder builder, string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return builder.With(settings => settings.KeyFile = path);
    }

    /// <summary>Says where this node keeps what must survive a restart. Default: /var/lib/hacore/&lt;cluster&gt;.</summary>
    /// <param name="builder">The cluster.</param>
    /// <param name="path">Full path on a local disk; one directory for each node and cluster.</param>
    public static IHaClusterBuilder UseStateDirectory(this IHaClusterBuilder builder, string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return builder.With(settings => settings.StateDirectory = path);
    }

    /// <summary>Sets the times to those of a profile. Default <see cref="TimesProfile.Lan"/>.</summary>
    public static IHaClusterBuilder UseTimes(this IHaClusterBuilder builder, TimesProfile profile) =>
        builder.With(settings => settings.Times.Use(profile));

    /// <summary>Changes single times of what was said before.</summary>
    public static IHaClusterBuilder UseTimes(this IHaClusterBuilder builder, Action<HaClusterTimes> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        return builder.With(settings => configure(settings.Times));
    }

    /// <summary>
    /// Runs the heartbeat threads with real-time priority (SCHED_RR) and locked memory. Default false. Needs CAP_SYS_NICE and a memory-lock limit;
    /// what is missing is reported at start and in the status, and the node runs without it.
    /// </summary>
    public static IHaClusterBuilder UseRealTime(this IHaClusterBuilder builder, bool enabled = true) =>
        builder.With(settings => settings.RealTime = enabled);

    /// <summary>Adds a heartbeat link whose transport the host makes itself.</summary>
    /// <param name="builder">The cluster.</param>
    /// <param name="name">Name of the link, unique in the cluster.</param>
    /// <param name="create">Makes the transport; called once, at start.</param>
    public static IHaClusterBuilder AddTransport(this IHaClusterBuilder builder, string name, Func<IServiceProvider, IHeartbeatTransport> create) =>
        AddTransport(builder, name, create, static _ => { });

    /// <inheritdoc cref="AddTransport(IHaClusterBuilder, string, Func{IServiceProvider, IHeartbeatTransport})"/>
    /// <param name="builder">The cluster.</param>
    /// <param name="name">Name of the link, unique in the cluster.</param>
    /// <param name="create">Makes the transport; called once, at start.</param>
    /// <param name="settings">Sets the pace of the link.</param>
    public static IHaClusterBuilder AddTransport(
        this IHaClusterBuilder builder, string name, Func<IServiceProvider, IHeartbeatTransport> create, Action<LinkSettings> settings)
    {
        ArgumentNullException.ThrowIfNull(create);
        return AddTransport(builder, name, Component<IHeartbeatTransport>.From(create), settings);
    }

    /// <summary>Adds a heartbeat link.</summary>
    /// <typeparam name="TTransport">Its constructor takes a <typeparamref name="TOptions"/> and whatever services it needs.</typeparam>
    /// <typeparam name="TOptions">Options of this one link, named "cluster/link"; validators of the type are run at start.</typeparam>
    /// <param name="builder">The cluster.</param>
    /// <param name="name">Name of the link, unique in the cluster.</param>
    /// <param name="configure">Sets the options; null for the defaults.</param>
    public static IHaClusterBuilder AddTransport<
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TTransport,
        [DynamicallyAccessedMembers(OptionsShape.Members)] TOptions>(
        this IHaClusterBuilder builder, string name, Action<TOptions>? configure)
        where TTransport : class, IHeartbeatTransport
        where TOptions : class =>
        AddTransport<TTransport, TOptions>(builder, name, configure, settings: null);

    /// <inheritdoc cref="AddTransport{TTransport, TOptions}(IHaClusterBuilder, string, Action{TOptions})"/>
    /// <param name="builder">The cluster.</param>
    /// <param name="name">Name of the link, unique in the cluster.</param>
    /// <param name="configure">Sets the options; null for the defaults.</param>
    /// <param name="settings">Sets the pace of the link; null for what is usual for its type.</param>
    public static IHaClusterBuilder AddTransport<
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TTransport,
        [DynamicallyAccessedMembers(OptionsShape.Members)] TOptions>(
        this IHaClusterBuilder builder, string name, Action<TOptions>? configure, Action<LinkSettings>? settings)
        where TTransport : class, IHeartbeatTransport
        where TOptions : class
    {
        builder.ConfigureItem(name, configure);
        return AddTransport(builder, name, Component<IHeartbeatTransport>.With<TTransport, TOptions>(), settings);
    }

    /// <summary>Adds a heartbeat link that is made of others, its members, such as a bond.</summary>
    /// <typeparam name="TTransport">Its constructor takes a <typeparamref name="TOptions"/>, an <c>IReadOnlyList&lt;HeartbeatMember&gt;</c> and whatever services it needs.</typeparam>
    /// <typeparam name="TOptions">Options of this one link, named "cluster/link"; validators of the type are run at start.</typeparam>
    /// <param name="builder">The cluster.</param>
    /// <param name="name">Name of the link, unique in the cluster.</param>
    /// <param name="configure">Sets the options; null for the defaults.</param>
    /// <param name="members">Adds the members, with the calls that add a link to a cluster. Called at once. 2 to 8, none of them a composite.</param>
    /// <param name="settings">Sets the pace of the whole; null for the usual. Each member has its own pace beside it.</param>
    public static IHaClusterBuilder AddCompositeTransport<
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TTransport,
        [DynamicallyAccessedMembers(OptionsShape.Members)] TOptions>(
        this IHaClusterBuilder builder, string name, Action<TOptions>? configure, Action<IHaClusterBuilder> members, Action<LinkSettings>? settings = null)
        where TTransport : class, IHeartbeatTransport
        where TOptions : class
    {
        ArgumentNullException.ThrowIfNull(members);
        builder.ConfigureItem(name, configure);
        AddTransport(builder, name, Component<IHeartbeatTransport>.Composite<TTransport, TOptions>(), settings);
        members(builder);
        return builder.With(static settings => settings.OpenComposites.Pop());
    }

    /// <summary>Adds a group of resources.</summary>
    /// <param name="builder">The cluster.</param>
    /// <param name="name">Name of the group, unique in the cluster.</param>
    /// <param name="configure">Says what is in it, in starting order. Called at once.</param>
    public static IHaClusterBuilder AddGroup(this IHaClusterBuilder builder, string name, Action<IHaGroupBuilder> configure)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(configure);
        var group = new HaGroupBuilder(name, builder);
        configure(group);
        return builder.With(settings => settings.Groups.Add(group.Replay(settings)));
    }

    /// <summary>
    /// Lets configuration use a resource type: <c>{ "Name": "x", "Type": "word", ... }</c>. Packages of agents call this in an extension method of their own.
    /// </summary>
    /// <typeparam name="TAgent">As in <see cref="HaGroupBuilderExtensions.AddResource{TAgent, TOptions}"/>.</typeparam>
    /// <typeparam name="TOptions">Its public settable properties are the keys that the section may have.</typeparam>
    /// <param name="builder">The cluster.</param>
    /// <param name="word">The type word. Twice the same for the same agent is fine.</param>
    /// <param name="bind">
    /// <c>static (section, options) =&gt; section.Bind(options)</c>, written in the assembly that owns the options so that its binder is generated there (AOT-safe).
    /// </param>
    /// <param name="defaults">Settings that are usual for this type; a site may override them.</param>
    /// <exception cref="InvalidOperationException">The word stands for another agent already, or the options use a key that every resource has.</exception>
    public static IHaClusterBuilder AddAgentType<
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TAgent,
        [DynamicallyAccessedMembers(OptionsShape.Members)] TOptions>(
        this IHaClusterBuilder builder, string word, Action<IConfigurationSection, TOptions> bind, Action<ResourceSettings>? defaults = null)
        where TAgent : class, IResourceAgent
        where TOptions : class
    {
        var types = ClusterRegistration.Of(builder).AgentTypes;
        return builder.AddType(types, new(word, Component<IResourceAgent>.With<TAgent, TOptions>(), defaults), bind, ConfigurationKeys.Resource);
    }

    /// <summary>Lets configuration use a link type: <c>{ "Name": "x", "Type": "word", ... }</c>. Packages of transports call this in an extension method of their own.</summary>
    /// <typeparam name="TTransport">As in <see cref="AddTransport{TTransport, TOptions}(IHaClusterBuilder, string, Action{TOptions})"/>.</typeparam>
    /// <typeparam name="TOptions">Its public settable properties are the keys that the section may have.</typeparam>
    /// <param name="builder">The cluster.</param>
    /// <param name="word">The type word. Twice the same for the same transport is fine.</param>
    /// <param name="bind">
    /// <c>static (section, options) =&gt; section.Bind(options)</c>, written in the assembly that owns the options so that its binder is generated there (AOT-safe).
    /// </param>
    /// <param name="defaults">A pace that is usual for this type; a site may override it.</param>
    /// <exception cref="InvalidOperationException">The word stands for another transport already, or the options use a key that every link has.</exception>
    public static IHaClusterBuilder AddTransportType<
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TTransport,
        [DynamicallyAccessedMembers(OptionsShape.Members)] TOptions>(
        this IHaClusterBuilder builder, string word, Action<IConfigurationSection, TOptions> bind, Action<LinkSettings>? defaults = null)
        where TTransport : class, IHeartbeatTransport
        where TOptions : class
    {
        var types = ClusterRegistration.Of(builder).TransportTypes;
        return builder.AddType(types, new(word, Component<IHeartbeatTransport>.With<TTransport, TOptions>(), defaults), bind, ConfigurationKeys.Link);
    }

    /// <summary>
    /// Lets configuration use a composite link type: <c>{ "Name": "x", "Type": "word", "Members": [ { a link }, ... ], ... }</c>. As <see cref="AddTransportType{TTransport, TOptions}"/> otherwise.
    /// </summary>
    /// <typeparam name="TTransport">As in <see cref="AddCompositeTransport{TTransport, TOptions}"/>.</typeparam>
    /// <typeparam name="TOptions">Its public settable properties are the keys that the section may have beside "Members".</typeparam>
    /// <param name="builder">The cluster.</param>
    /// <param name="word">The type word. Twice the same for the same transport is fine.</param>
    /// <param name="bind">
    /// <c>static (section, options) =&gt; section.Bind(options)</c>, written in the assembly that owns the options so that its binder is generated there (AOT-safe).
    /// </param>
    /// <exception cref="InvalidOperationException">The word stands for another transport already, or the options use a key that every link has.</exception>
    public static IHaClusterBuilder AddCompositeTransportType<
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TTransport,
        [DynamicallyAccessedMembers(OptionsShape.Members)] TOptions>(
        this IHaClusterBuilder builder, string word, Action<IConfigurationSection, TOptions> bind)
        where TTransport : class, IHeartbeatTransport
        where TOptions : class
    {
        var types = ClusterRegistration.Of(builder).TransportTypes;
        return builder.AddType(types, new(word, Component<IHeartbeatTransport>.Composite<TTransport, TOptions>(), null), bind, ConfigurationKeys.CompositeLink);
    }

    internal static IHaClusterBuilder With(this IHaClusterBuilder builder, Action<ClusterSettings> step)
    {
        ClusterRegistration.Of(builder).Add(step);
        return builder;
    }

    internal static void ConfigureItem<TOptions>(this IHaClusterBuilder builder, string name, Action<TOptions>? configure)
        where TOptions : class
    {
        ArgumentNullException.ThrowIfNull(name);
        if (configure is not null)
        {
            builder.Services.Configure(ClusterRegistration.Of(builder).OptionsName(name), configure);
        }
    }

    private static IHaClusterBuilder AddTransport(
        IHaClusterBuilder builder, string name, Component<IHeartbeatTransport> component, Action<LinkSettings>? configure)
    {
        ArgumentNullException.ThrowIfNull(name);
        return builder.With(settings =>
        {
            var word = settings.Registration.WordOf(component);
            var link = new LinkEntry { Name = name, Type = word, Component = component };
            if (settings.Registration.TransportTypes.TryGetValue(word, out var type) && type.Component.Implementation == component.Implementation)
            {
                type.Defaults?.Invoke(link.Settings);
            }

            configure?.Invoke(link.Settings);
            settings.Add(link);
            if (component.IsComposite)
            {
                settings.OpenComposites.Push(link);
            }
        });
    }
}
