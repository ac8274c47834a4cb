using HaCore.Configuration;
using HaCore.Engine;
using HaCore.Telemetry;
using Microsoft.Extensions.Logging;

namespace HaCore.Hosting;

/// <summary>All agents of a cluster: created at start, disposed at stop, one operation at a time each.</summary>
internal sealed class AgentInvoker : IAsyncDisposable
{
    private readonly ResourceRunner[][] _groups;
    private readonly ILogger _logger;

    public AgentInvoker(
        ClusterDefinition definition, IServiceProvider services, EventQueue queue, TimeProvider timeProvider, ClusterTelemetry telemetry, ILogger logger)
    {
        _logger = new QuietLogger(logger);
        _groups = new ResourceRunner[definition.Engine.Groups.Count][];
        var ordinal = 0;
        for (var g = 0; g < _groups.Length; g++)
        {
            var group = definition.Engine.Groups[g];
            _groups[g] = new ResourceRunner[group.Resources.Count];
            for (var r = 0; r < _groups[g].Length; r++)
            {
                var place = new ResourcePlace(
                    definition.Engine.Cluster, definition.Engine.LocalNode, definition.Engine.Peer, group.Name, group.Resources[r].Name,
                    g, r, ordinal++, definition.Resources[g][r], definition.Engine.Times.DeadTime);
                _groups[g][r] = new ResourceRunner(place, place.Definition.CreateAgent(services), queue, timeProvider, telemetry, logger);
            }
        }
    }

    /// <summary>Every agent, in order.</summary>
    public IEnumerable<IResourceAgent> Agents => Runners.Select(runner => runner.Agent);

    /// <summary>One for every resource, in order.</summary>
    public IEnumerable<ResourceRunner> Runners => _groups.SelectMany(group => group);

    /// <summary>The resource that an operation is for.</summary>
    public ResourceId NameOf(Decision.Operate operate) => _groups[operate.Group][operate.Resource].Name;

    public void Begin(Decision.Operate operate) => _groups[operate.Group][operate.Resource].Begin(operate);

    public void Cancel(long operation)
    {
        foreach (var group in _groups)
        {
            foreach (var runner in group)
            {
                if (runner.TryCancel(operation))
                {
                    return;
                }
            }
        }
    }

    /// <summary>Cancels what runs and waits for it.</summary>
    public Task EndAsync()
    {
        var runners = _groups.SelectMany(group => group).ToList();
        runners.ForEach(runner => runner.CancelAll());
        return Task.WhenAll(runners.Select(runner => runner.Ended));
    }

    /// <summary>Disposes the agents. Call it after <see cref="EndAsync"/>.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var agent in Agents.Reverse())
        {
            try
            {
                await Disposal.DisposeAsync(agent).ConfigureAwait(false);
            }
#pragma warning disable CA1031 // One agent that cannot be disposed must not keep the others from it.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                Log.AgentFaulted(_logger, exception, agent.GetType().Name, "Dispose");
            }
        }
    }
}

/// <summary>Disposes what may or may not want it.</summary>
internal static class Disposal
{
    public static async ValueTask DisposeAsync(object? instance)
    {
        if (instance is IAsyncDisposable asynchronous)
        {
            await asynchronous.DisposeAsync().ConfigureAwait(false);
        }
        else if (instance is IDisposable disposable)
        {
            disposable.Dispose();
        }
    }
}
