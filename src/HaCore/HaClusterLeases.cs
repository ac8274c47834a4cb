using System.Globalization;
using HaCore.Configuration;
using HaCore.Hosting;
using HaCore.State;
using Microsoft.Extensions.DependencyInjection;

namespace HaCore;

/// <summary>What a program that died left behind, ended by another one that runs no engine: for <c>ExecStopPost=</c> of systemd.service(5).</summary>
public static class HaClusterLeases
{
    /// <summary>
    /// Stops what the cluster's leased resources (<see cref="ILeasedResourceAgent"/>: addresses) have active on this machine, at once instead of when their
    /// leases run out. Nothing else is touched: mounts, guests and daemons are adopted or stopped by the next start, in order. The hold mark stays, too.
    /// </summary>
    /// <param name="services">The container of a host that was built and not started; it must know the cluster.</param>
    /// <param name="cluster">Name of the cluster.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>
    /// Succeeded: nothing of it is active here any more. NotOnThisNode: left alone on purpose, because the cluster is in maintenance and what runs is to
    /// run on (rule W). Retryable: not done, with the reason; the leases run out all the same.
    /// </returns>
    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException">The configuration is refused.</exception>
    /// <remarks>
    /// It holds the lock of the state directory while it works, so it neither disturbs a program that runs nor races with one that starts. It reads the state
    /// and writes nothing.
    /// </remarks>
    public static async Task<OperationResult> EndAsync(IServiceProvider services, string cluster, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentException.ThrowIfNullOrEmpty(cluster);
        var definition = ClusterDefinitionFactory.Create(services, cluster);
        if (!Directory.Exists(definition.StateDirectory))
        {
            return OperationResult.Succeeded;   // no program of this node ever ran here
        }

        try
        {
            using var directory = StateDirectory.Open(definition.StateDirectory, cluster);
            if (directory.Load() is { Maintenance: true })
            {
                return OperationResult.NotOnThisNode("the cluster is in maintenance: what runs here is to run on");
            }

            return await StopAllAsync(definition, services, cancellationToken).ConfigureAwait(false);
        }
        catch (StateFileException exception)
        {
            return OperationResult.Retryable(exception.Message);
        }
    }

    private static async Task<OperationResult> StopAllAsync(ClusterDefinition definition, IServiceProvider services, CancellationToken cancellationToken)
    {
        var failures = new List<string>();
        for (var g = definition.Engine.Groups.Count - 1; g >= 0; g--)
        {
            var group = definition.Engine.Groups[g];
            for (var r = group.Resources.Count - 1; r >= 0; r--)
            {
                if (await StopAsync(definition, g, r, services, cancellationToken).ConfigureAwait(false) is { } failure)
                {
                    failures.Add($"{group.Resources[r].Name}: {failure}");
                }
            }
        }

        return failures.Count == 0 ? OperationResult.Succeeded : OperationResult.Retryable(string.Join("; ", failures));
    }

    /// <summary>Null when the resource is not active here, or is none of those that may be ended without an engine.</summary>
    private static async Task<string?> StopAsync(
        ClusterDefinition definition, int group, int resource, IServiceProvider services, CancellationToken cancellationToken)
    {
        var engine = definition.Engine;
        var settings = definition.Resources[group][resource];
        IResourceAgent? agent = null;
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(settings.Stop.Timeout);
        try
        {
            agent = settings.CreateAgent(services);
            if (agent is not ILeasedResourceAgent)
            {
                return null;
            }

            var result = await agent.StopAsync(
                new OperationContext
                {
                    Cluster = engine.Cluster,
                    Group = engine.Groups[group].Name,
                    Resource = engine.Groups[group].Resources[resource].Name,
                    LocalNode = engine.LocalNode,
                    Peer = engine.Peer,
                    Timeout = settings.Stop.Timeout,
                    TimeProvider = services.GetService<TimeProvider>() ?? TimeProvider.System,
                    DeadTime = engine.Times.DeadTime,
                    Reason = OperationReason.Recovery,
                },
                timeout.Token).ConfigureAwait(false);
            return result.Outcome == OperationOutcome.Succeeded ? null : result.Detail ?? result.Outcome.ToString();
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested)
        {
            return string.Create(CultureInfo.InvariantCulture, $"its stop did not end within {settings.Stop.Timeout.TotalSeconds:0.###} s");
        }
#pragma warning disable CA1031 // One agent that throws must not keep the others from ending what they left.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            return $"{exception.GetType().Name}: {exception.Message}";
        }
        finally
        {
            await Disposal.DisposeAsync(agent).ConfigureAwait(false);
        }
    }
}
