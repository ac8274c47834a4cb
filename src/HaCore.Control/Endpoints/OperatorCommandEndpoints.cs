using HaCore.Control.Contract;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace HaCore.Control;

/// <summary>The commands that packages added: what there is, and carrying one out. Audited as the engine's own.</summary>
internal sealed class OperatorCommandEndpoints(ControlDoor door)
{
    private const int ValueCharactersMax = 1024;
    private const int OutputCharactersMax = 1 << 20;   // what a terminal can still be scrolled through

    public void Map(IEndpointRouteBuilder cluster)
    {
        cluster.MapGet(ControlPaths.Commands, door.ForCluster((http, entry) => ControlDoor.WriteAsync(
            http, StatusCodes.Status200OK, new CommandsDocument([.. entry.Commands.Select(SnapshotMapping.ToDocument)]), ContractJson.Default.CommandsDocument)));
        cluster.MapPost(ControlPaths.Commands + "/{command}", door.ForCluster(ExecuteAsync));
    }

    private async Task ExecuteAsync(HttpContext http, ClusterEntry entry)
    {
        var caller = Caller.Of(http);
        var name = (string)http.Request.RouteValues["command"]!;
        var cluster = entry.Cluster.Name;
        if (entry.Commands.FirstOrDefault(command => command.Name == name) is not { } command)
        {
            var detail = $"there is no command \"{Quoted.Shorten(name)}\" in the cluster {cluster}; added are: {string.Join(", ", entry.Commands.Select(c => c.Name).DefaultIfEmpty("none"))}";
            door.Audit.Invalid(cluster, Quoted.Shorten(name), "", caller, detail);
            await ControlDoor.AnswerAsync(http, StatusCodes.Status404NotFound, false, detail).ConfigureAwait(false);
            return;
        }

        var (request, error) = await RequestBody.ReadAsync(http, ContractJson.Default.ExecuteRequest).ConfigureAwait(false);
        var given = request?.Arguments ?? new Dictionary<string, string>();
        var text = string.Join(' ', given.Select(pair => $"{pair.Key}={pair.Value}"));
        var arguments = new Dictionary<string, string>(StringComparer.Ordinal);
        error ??= Fill(command, given, arguments);
        if (error is not null)
        {
            door.Audit.Invalid(cluster, name, text, caller, error);
            await ControlDoor.AnswerAsync(http, StatusCodes.Status400BadRequest, false, error).ConfigureAwait(false);
            return;
        }

        var context = new OperatorCommandContext { Cluster = entry.Cluster, Arguments = arguments, Caller = caller.ToString(), TimeProvider = door.TimeProvider };
        await RunAsync(http, command, context, text, caller).ConfigureAwait(false);
    }

    private async Task RunAsync(HttpContext http, IOperatorCommand command, OperatorCommandContext context, string text, Caller caller)
    {
        var cluster = context.Cluster.Name;
        OperatorCommandResult result;
        try
        {
            result = await command.ExecuteAsync(context, http.RequestAborted).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            door.Audit.Unanswered(cluster, command.Name, text, caller);
            return;
        }
#pragma warning disable CA1031 // A package's code may throw anything; the operator is told, the host goes on.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            door.Audit.Faulted(cluster, command.Name, text, caller, exception);
            await ControlDoor.AnswerAsync(http, StatusCodes.Status500InternalServerError, false, $"{command.Name} failed in the host: {exception.Message}").ConfigureAwait(false);
            return;
        }

        door.Audit.Ended(cluster, command.Name, text, caller, result.ExitCode);
        var output = result.Output.Length <= OutputCharactersMax ? result.Output : result.Output[..OutputCharactersMax] + "\n(cut off)\n";
        await ControlDoor.WriteAsync(http, StatusCodes.Status200OK, new ExecuteDocument(result.ExitCode, output), ContractJson.Default.ExecuteDocument).ConfigureAwait(false);
    }

    /// <summary>Fills the arguments in from what was given and the defaults; says what is wrong, or null.</summary>
    private static string? Fill(IOperatorCommand command, IReadOnlyDictionary<string, string> given, Dictionary<string, string> arguments)
    {
        foreach (var name in given.Keys.Where(name => command.Parameters.All(parameter => parameter.Name != name)))
        {
            return $"the parameter \"{Quoted.Shorten(name)}\" must be one of {string.Join(", ", command.Parameters.Select(p => p.Name).DefaultIfEmpty("none"))}: {command.Name} would ignore it";
        }

        foreach (var parameter in command.Parameters)
        {
            var isFlag = parameter.Kind == OperatorCommandParameterKind.Flag;
            var value = given.GetValueOrDefault(parameter.Name) ?? (isFlag ? "false" : parameter.Default);
            if (value is null && parameter.IsRequired)
            {
                return $"{parameter.Name} (missing) must be given: {parameter.Description}";
            }

            if (value is { Length: > ValueCharactersMax })
            {
                return $"{parameter.Name} ({value.Length} characters) must have at most {ValueCharactersMax} characters: it is an argument, not a file";
            }

            if (isFlag && value is not ("true" or "false"))
            {
                return $"{parameter.Name} (\"{Quoted.Shorten(value!)}\") must be \"true\" or \"false\": it is a flag";
            }

            if (value is not null)
            {
                arguments[parameter.Name] = value;
            }
        }

        return null;
    }
}
