using System.Diagnostics.CodeAnalysis;
using HaCore;
using HaCore.Configuration;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>What can be said about a group. Packages of agents wrap <see cref="AddResource{TAgent, TOptions}"/> in an <c>AddMyThing</c> of their own.</summary>
public static class HaGroupBuilderExtensions
{
    /// <summary>Says where the group runs when both nodes can. Default: wherever it is; at the very first start, the node that owns term 0.</summary>
    public static IHaGroupBuilder PreferNode(this IHaGroupBuilder builder, string node)
    {
        ArgumentNullException.ThrowIfNull(node);
        return builder.With((_, group) => group.PreferredNode = node);
    }

    /// <summary>Says when the group returns to its preferred node. Default <see cref="FailbackPolicy.Never"/>: each move costs the users a short outage.</summary>
    /// <param name="builder">The group.</param>
    /// <param name="policy">When.</param>
    /// <param name="delay">How long the preferred node must have been ready without a break; only and always with <see cref="FailbackPolicy.AfterDelay"/>. 0 to 30 days.</param>
    public static IHaGroupBuilder Failback(this IHaGroupBuilder builder, FailbackPolicy policy, TimeSpan delay = default) =>
        builder.With((_, group) => (group.Failback, group.FailbackDelay) = (policy, delay));

    /// <summary>Says how often the group is restarted in place before it moves. Default: 3 restarts within 10 minutes.</summary>
    /// <param name="builder">The group.</param>
    /// <param name="restarts">0 to 100; 0 moves at the first failure.</param>
    /// <param name="window">1 s to 30 days.</param>
    public static IHaGroupBuilder RestartLimit(this IHaGroupBuilder builder, int restarts, TimeSpan window) =>
        builder.With((_, group) => (group.RestartLimit, group.RestartWindow) = (restarts, window));

    /// <summary>
    /// Says what to do with replicated data when the peer is confirmed down and this node cannot know whether its copy is the newest.
    /// Default <see cref="ColdStartPolicy.WaitForPeer"/>.
    /// </summary>
    public static IHaGroupBuilder ColdStart(this IHaGroupBuilder builder, ColdStartPolicy policy) =>
        builder.With((_, group) => group.ColdStart = policy);

    /// <summary>
    /// What to do with the group after both nodes held it at the same time and one of them has stopped it (rule C). Default
    /// <see cref="SplitBrainPolicy.WaitForOperator"/>.
    /// </summary>
    public static IHaGroupBuilder SplitBrain(this IHaGroupBuilder builder, SplitBrainPolicy policy) =>
        builder.With((_, group) => group.SplitBrain = policy);

    /// <summary>Adds a resource: started after those that are added before it, stopped before them.</summary>
    /// <typeparam name="TAgent">One instance for this resource. Its constructor takes a <typeparamref name="TOptions"/> and whatever services it needs.</typeparam>
    /// <typeparam name="TOptions">Options of this one resource, named "cluster/resource"; validators of the type are run at start.</typeparam>
    /// <param name="builder">The group.</param>
    /// <param name="name">Name of the resource, unique in the cluster.</param>
    /// <param name="configure">Sets the options.</param>
    /// <param name="settings">Sets timeouts, retries and probe interval.</param>
    public static IHaGroupBuilder AddResource<
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TAgent,
        [DynamicallyAccessedMembers(OptionsShape.Members)] TOptions>(
        this IHaGroupBuilder builder, string name, Action<TOptions>? configure = null, Action<ResourceSettings>? settings = null)
        where TAgent : class, IResourceAgent
        where TOptions : class
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Cluster.ConfigureItem(name, configure);
        return AddResource(builder, name, Component<IResourceAgent>.With<TAgent, TOptions>(), settings);
    }

    /// <summary>Adds a resource whose agent has no options.</summary>
    /// <typeparam name="TAgent">One instance for this resource, made with the services that its constructor asks for.</typeparam>
    /// <param name="builder">The group.</param>
    /// <param name="name">Name of the resource, unique in the cluster.</param>
    public static IHaGroupBuilder AddResource<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TAgent>(
        this IHaGroupBuilder builder, string name)
        where TAgent : class, IResourceAgent =>
        AddResource<TAgent>(builder, name, static (ResourceSettings _) => { });

    /// <inheritdoc cref="AddResource{TAgent}(IHaGroupBuilder, string)"/>
    /// <param name="builder">The group.</param>
    /// <param name="name">Name of the resource, unique in the cluster.</param>
    /// <param name="settings">Sets timeouts, retries and probe interval.</param>
    public static IHaGroupBuilder AddResource<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TAgent>(
        this IHaGroupBuilder builder, string name, Action<ResourceSettings> settings)
        where TAgent : class, IResourceAgent
    {
        ArgumentNullException.ThrowIfNull(name);
        return AddResource(builder, name, Component<IResourceAgent>.Without<TAgent>(), settings);
    }

    private static IHaGroupBuilder AddResource(
        IHaGroupBuilder builder, string name, Component<IResourceAgent> component, Action<ResourceSettings>? configure) =>
        builder.With((settings, group) =>
        {
            var word = settings.Registration.WordOf(component);
            var resource = new ResourceEntry { Name = name, Type = word, Component = component };
            if (settings.Registration.AgentTypes.TryGetValue(word, out var type) && type.Component.Implementation == component.Implementation)
            {
                type.Defaults?.Invoke(resource.Settings);
            }

            configure?.Invoke(resource.Settings);
            group.Resources.Add(resource);
        });

    private static IHaGroupBuilder With(this IHaGroupBuilder builder, Action<ClusterSettings, GroupEntry> step)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var group = builder as HaGroupBuilder
            ?? throw new ArgumentException("This group builder is not the one that AddGroup hands out.", nameof(builder));
        group.Add(step);
        return builder;
    }
}
