using Microsoft.Extensions.DependencyInjection;

namespace HaCore;

/// <summary>
/// Describes one cluster while the host is being built; made by
/// <see cref="HaClusterServiceCollectionExtensions.AddHaCluster(IServiceCollection, string, Action{IHaClusterBuilder})"/>. What can be said with it are extension
/// methods: <c>AddX</c> adds one more, <c>UseX</c> replaces the single one, and where two calls set the same thing the later wins. Nothing is checked
/// before the host starts; then everything is, and all errors are reported at once. Not thread-safe.
/// </summary>
public interface IHaClusterBuilder
{
    /// <summary>Name of the cluster.</summary>
    string Name { get; }

    /// <summary>The host's services, for extensions that need some of their own.</summary>
    IServiceCollection Services { get; }
}

/// <summary>Describes one group: resources that start in the order in which they are added, stop in reverse, and move together. Not thread-safe.</summary>
public interface IHaGroupBuilder
{
    /// <summary>Name of the group.</summary>
    string Name { get; }

    /// <summary>The cluster that the group belongs to.</summary>
    IHaClusterBuilder Cluster { get; }
}
