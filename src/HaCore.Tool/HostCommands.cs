using System.CommandLine;
using HaCore.Control.Contract;

namespace HaCore.Tool;

/// <summary>The commands that packages added to the host, as commands of this tool. Learned from the running host: this program loads nothing.</summary>
internal static class HostCommands
{
    public static Command Build(CommandDocument document, Func<ParseResult, Func<ToolSession, CancellationToken, Task<int>>, CancellationToken, Task<int>> run)
    {
        var command = new Command(document.Name, Plain.Line(document.Description));
        var values = new List<(ParameterDocument Parameter, Func<ParseResult, string?> Read)>();
        foreach (var parameter in document.Parameters)
        {
            values.Add((parameter, Add(command, parameter)));
        }

        command.SetAction((parsed, cancellationToken) => run(
            parsed,
            (session, token) => ExecuteAsync(session, document.Name, values.Select(value => (value.Parameter.Name, value.Read(parsed))), token),
            cancellationToken));
        return command;
    }

    private static Func<ParseResult, string?> Add(Command command, ParameterDocument parameter)
    {
        var description = Plain.Line(parameter.Description) + (parameter.Default is { } value ? $" Default: {Plain.Line(value)}." : "");
        switch (parameter.Kind)
        {
            case "argument":
                var argument = new Argument<string?>(parameter.Name) { Description = description, Arity = parameter.Required ? ArgumentArity.ExactlyOne : ArgumentArity.ZeroOrOne };
                command.Add(argument);
                return parsed => parsed.GetValue(argument);
            case "flag":
                var flag = new Option<bool>($"--{parameter.Name}") { Description = description };
                command.Add(flag);
                return parsed => parsed.GetValue(flag) ? "true" : null;
            default:
                var option = new Option<string?>($"--{parameter.Name}") { Description = description, Required = parameter.Required };
                command.Add(option);
                return parsed => parsed.GetValue(option);
        }
    }

    private static async Task<int> ExecuteAsync(ToolSession session, string command, IEnumerable<(string Name, string? Value)> values, CancellationToken cancellationToken)
    {
        var cluster = await session.GetClusterAsync(cancellationToken).ConfigureAwait(false);
        var arguments = values.Where(value => value.Value is not null).ToDictionary(value => value.Name, value => value.Value!);
        var outcome = await session.Client.ExecuteAsync(cluster, command, new ExecuteRequest(arguments), cancellationToken).ConfigureAwait(false);
        await session.Console.Out.WriteAsync(outcome.Output.Length == 0 || outcome.Output.EndsWith('\n') ? outcome.Output : outcome.Output + "\n").ConfigureAwait(false);
        return outcome.ExitCode;
    }
}
