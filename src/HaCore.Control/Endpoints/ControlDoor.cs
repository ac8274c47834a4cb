using System.Text.Json.Serialization.Metadata;
using HaCore.Control.Contract;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace HaCore.Control;

/// <summary>
/// What the operator can see and do, for every cluster of one host. Endpoints are plain request delegates: nothing is bound by reflection, and what an operator
/// mistyped is told in the words of this project.
/// </summary>
internal sealed class ControlDoor
{
    private readonly Dictionary<string, ClusterEntry> _clusters;

    public ControlDoor(IServiceProvider services)
    {
        _clusters = services.GetKeyedServices<IHaCluster>(KeyedService.AnyKey).ToDictionary(
            cluster => cluster.Name,
            cluster => new ClusterEntry(cluster, [.. services.GetKeyedServices<IOperatorCommand>(cluster.Name)]),
            StringComparer.Ordinal);
        TimeProvider = services.GetService<TimeProvider>() ?? TimeProvider.System;
        Audit = new CommandAudit(new QuietLogger(services.GetRequiredService<ILoggerFactory>().CreateLogger(Log.Category)));
    }

    public TimeProvider TimeProvider { get; }

    public CommandAudit Audit { get; }

    public IEndpointConventionBuilder Map(IEndpointRouteBuilder endpoints, string prefix)
    {
        var group = endpoints.MapGroup(prefix);
        group.MapGet(ControlPaths.Clusters, ListAsync);
        var one = group.MapGroup(ControlPaths.Clusters + "/{cluster}");
        one.MapGet("", ForCluster((http, entry) => WriteAsync(http, StatusCodes.Status200OK, SnapshotMapping.ToDocument(entry.Cluster.Current), ContractJson.Default.SnapshotDocument)));
        one.MapGet(ControlPaths.Notices, ForCluster((http, entry) => EventStreams.NoticesAsync(http, entry.Cluster, TimeProvider)));
        one.MapGet(ControlPaths.Snapshots, ForCluster((http, entry) => EventStreams.SnapshotsAsync(http, entry.Cluster, TimeProvider)));
        new CommandEndpoints(this).Map(one);
        new OperatorCommandEndpoints(this).Map(one);
        return group;
    }

    /// <summary>An endpoint below a cluster; 404 with the names that there are if it is none of this host's.</summary>
    public RequestDelegate ForCluster(Func<HttpContext, ClusterEntry, Task> handle) => async http =>
    {
        var name = (string)http.Request.RouteValues["cluster"]!;
        if (_clusters.TryGetValue(name, out var entry))
        {
            await handle(http, entry).ConfigureAwait(false);
            return;
        }

        var names = string.Join(", ", _clusters.Keys.Order(StringComparer.Ordinal));
        await AnswerAsync(http, StatusCodes.Status404NotFound, false, $"there is no cluster \"{Quoted.Shorten(name)}\" in this host; its clusters are: {names}").ConfigureAwait(false);
    };

    public static Task AnswerAsync(HttpContext http, int status, bool accepted, string detail) =>
        WriteAsync(http, status, new AnswerDocument(accepted, detail), ContractJson.Default.AnswerDocument);

    public static Task WriteAsync<T>(HttpContext http, int status, T document, JsonTypeInfo<T> type)
    {
        http.Response.StatusCode = status;
        http.Response.Headers.CacheControl = "no-store";
        return http.Response.WriteAsJsonAsync(document, type, cancellationToken: http.RequestAborted);
    }

    private Task ListAsync(HttpContext http)
    {
        var clusters = _clusters.Values
            .Select(entry => new ClusterDocument(entry.Cluster.Name, entry.Cluster.Current.LocalNode.ToString()))
            .OrderBy(cluster => cluster.Cluster, StringComparer.Ordinal);
        return WriteAsync(http, StatusCodes.Status200OK, new ClustersDocument(Environment.ProcessId, [.. clusters]), ContractJson.Default.ClustersDocument);
    }
}

/// <summary>One cluster of the host, with the commands that packages added to it.</summary>
internal sealed record ClusterEntry(IHaCluster Cluster, IReadOnlyList<IOperatorCommand> Commands);
