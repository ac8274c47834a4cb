using System.Globalization;
using System.Text.Json.Serialization.Metadata;
using HaCore.Control.Contract;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace HaCore.Control;

/// <summary>The engine's commands, each a POST of a typed body: 200 accepted, 409 refused by the engine, 400 not understood.</summary>
internal sealed class CommandEndpoints(ControlDoor door)
{
    public void Map(IEndpointRouteBuilder cluster)
    {
        Map(cluster, "standby", ContractJson.Default.StandbyRequest, Standby);
        Map(cluster, "online", ContractJson.Default.OnlineRequest, Online);
        Map(cluster, "move", ContractJson.Default.MoveRequest, Move);
        Map(cluster, "maintenance", ContractJson.Default.MaintenanceRequest, Maintenance);
        Map(cluster, "clear", ContractJson.Default.ClearRequest, Clear);
        Map(cluster, "clear-divergence", ContractJson.Default.ClearDivergenceRequest, ClearDivergence);
        Map(cluster, "confirm-down", ContractJson.Default.ConfirmDownRequest, ConfirmDown);
        Map(cluster, "take", ContractJson.Default.TakeRequest, Take);
    }

    private void Map<TRequest>(IEndpointRouteBuilder cluster, string command, JsonTypeInfo<TRequest> type, Func<IHaCluster, TRequest, PreparedCommand> prepare)
        where TRequest : class =>
        cluster.MapPost(command, door.ForCluster(async (http, entry) =>
        {
            var caller = Caller.Of(http);
            var (request, error) = await RequestBody.ReadAsync(http, type).ConfigureAwait(false);
            var prepared = request is null ? PreparedCommand.Invalid("", error!) : prepare(entry.Cluster, request);
            await RunAsync(http, entry.Cluster, command, prepared, caller).ConfigureAwait(false);
        }));

    private async Task RunAsync(HttpContext http, IHaCluster cluster, string command, PreparedCommand prepared, Caller caller)
    {
        if (prepared.Error is { } error)
        {
            door.Audit.Invalid(cluster.Name, command, prepared.Arguments, caller, error);
            await ControlDoor.AnswerAsync(http, StatusCodes.Status400BadRequest, false, error).ConfigureAwait(false);
            return;
        }

        CommandAnswer answer;
        try
        {
            answer = await prepared.RunAsync!(http.RequestAborted).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            door.Audit.Unanswered(cluster.Name, command, prepared.Arguments, caller);
            return;
        }

        if (answer.Accepted)
        {
            door.Audit.Accepted(cluster.Name, command, prepared.Arguments, caller, answer.Detail);
        }
        else
        {
            door.Audit.Refused(cluster.Name, command, prepared.Arguments, caller, answer.Detail);
        }

        await ControlDoor.AnswerAsync(http, answer.Accepted ? StatusCodes.Status200OK : StatusCodes.Status409Conflict, answer.Accepted, answer.Detail).ConfigureAwait(false);
    }

    private static PreparedCommand Standby(IHaCluster cluster, StandbyRequest request) => new(
        $"node={request.Node}{(request.Force ? " force" : "")}",
        RequestRules.Node(cluster, request.Node),
        token => cluster.StandbyAsync(new(request.Node!), request.Force, token));

    private static PreparedCommand Online(IHaCluster cluster, OnlineRequest request) => new(
        $"node={request.Node}",
        RequestRules.Node(cluster, request.Node),
        token => cluster.OnlineAsync(new(request.Node!), token));

    private static PreparedCommand Move(IHaCluster cluster, MoveRequest request) => new(
        $"group={request.Group} {(request.Automatic ? "automatic" : $"node={request.Node}")}",
        RequestRules.Group(cluster, request.Group) ?? RequestRules.Target(cluster, request),
        token => cluster.MoveAsync(new(request.Group!), request.Node is { } node ? new NodeId(node) : null, token));

    private static PreparedCommand Maintenance(IHaCluster cluster, MaintenanceRequest request) => new(
        $"enabled={request.Enabled}",
        request.Enabled is null ? "enabled (missing) must be true or false: maintenance is never toggled, or two operators would undo each other's word" : null,
        token => cluster.SetMaintenanceAsync(request.Enabled!.Value, token));

    private static PreparedCommand Clear(IHaCluster cluster, ClearRequest request) => new(
        $"group={request.Group}",
        RequestRules.Group(cluster, request.Group),
        token => cluster.ClearFailuresAsync(new(request.Group!), token));

    private static PreparedCommand ClearDivergence(IHaCluster cluster, ClearDivergenceRequest request) => new(
        string.Create(CultureInfo.InvariantCulture, $"group={request.Group} term={request.Term}"),
        RequestRules.Group(cluster, request.Group)
            ?? (request.Term is null ? "term (missing) must be the term that the status shows with the group: it proves that this divergence was looked at" : null),
        token => cluster.ClearDivergenceAsync(new(request.Group!), request.Term!.Value, token));

    private static PreparedCommand ConfirmDown(IHaCluster cluster, ConfirmDownRequest request) => new(
        $"node={request.Node} token={request.Token}",
        RequestRules.Node(cluster, request.Node)
            ?? (string.IsNullOrEmpty(request.Token) ? "token (missing) must be the token that the status shows with the node: it proves that nothing was heard since someone looked" : null),
        token => cluster.ConfirmDownAsync(new(request.Node!), request.Token!, token));

    private static PreparedCommand Take(IHaCluster cluster, TakeRequest request) => new(
        $"group={request.Group} acceptDataLoss={request.AcceptDataLoss}",
        RequestRules.Group(cluster, request.Group)
            ?? (request.AcceptDataLoss is not true ? $"acceptDataLoss ({request.AcceptDataLoss?.ToString() ?? "missing"}) must be true: what the peer wrote last may be lost, and someone must have said so" : null),
        token => cluster.TakeAsync(new(request.Group!), true, token));
}

/// <summary>A command that was read and checked.</summary>
/// <param name="Arguments">For the audit line.</param>
/// <param name="Error">Why it is not carried out; null if it is.</param>
/// <param name="RunAsync">Carries it out. Only without an error.</param>
internal sealed record PreparedCommand(string Arguments, string? Error, Func<CancellationToken, ValueTask<CommandAnswer>>? RunAsync)
{
    public static PreparedCommand Invalid(string arguments, string error) => new(arguments, error, null);
}

/// <summary>What a request may name. Before the engine runs nothing is known, and the cluster refuses by itself.</summary>
internal static class RequestRules
{
    public static string? Node(IHaCluster cluster, string? node)
    {
        var nodes = cluster.Current.Nodes;
        return nodes.Count > 0 && nodes.All(known => known.Node.Value != node)
            ? $"node ({Named(node)}) must be one of {string.Join(", ", nodes.Select(known => known.Node))}, or nobody can be told"
            : node is null ? "node (missing) must be a node of the cluster, or nobody can be told" : null;
    }

    public static string? Group(IHaCluster cluster, string? group)
    {
        var groups = cluster.Current.Groups;
        return groups.Count > 0 && groups.All(known => known.Group.Value != group)
            ? $"group ({Named(group)}) must be one of {string.Join(", ", groups.Select(known => known.Group))}: there is no other to act on"
            : group is null ? "group (missing) must be a group of the cluster: there is nothing else to act on" : null;
    }

    public static string? Target(IHaCluster cluster, MoveRequest request) => (request.Node, request.Automatic) switch
    {
        (null, true) => null,
        (not null, true) => $"node ({Quoted.Shorten(request.Node)}) must be left out with automatic: the configured placement says where the group goes",
        (_, false) => Node(cluster, request.Node) is { } error ? $"{error}; automatic returns the group to its configured placement" : null,
    };

    private static string Named(string? value) => value is null ? "missing" : $"\"{Quoted.Shorten(value)}\"";
}
