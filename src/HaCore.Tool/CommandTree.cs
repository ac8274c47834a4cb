using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using HaCore.Control.Contract;

namespace HaCore.Tool;

/// <summary>What can be said to hactl, and what it then does.</summary>
internal sealed class CommandTree
{
    private const string SocketVariable = "HACORE_SOCKET";

    private readonly ToolConsole _console;
    private readonly Option<string?> _cluster = new("--cluster") { Description = "The cluster, where the host runs several.", HelpName = "NAME", Recursive = true };
    private readonly Option<string?> _socket = new("--socket") { Description = $"The host's socket. Default: the environment's {SocketVariable}, or {ControlPaths.SocketDefault}.", HelpName = "PATH", Recursive = true };
    private readonly Option<bool> _noColor = new("--no-color") { Description = "No colours; as with NO_COLOR in the environment.", Recursive = true };
    private readonly RootCommand _root;

    private CommandTree(ToolConsole console)
    {
        _console = console;
        _root = new RootCommand(
            """
            Status, events and commands of a HaCore cluster, through the socket of the host on this machine.

            Exit codes: 0 done, 1 refused by the cluster, 2 not understood, 3 no host answers, 4 not permitted, 5 the host failed, 6 not confirmed;
            status: 10 degraded, 11 down. A command that the host brings passes its own.
            """)
        {
            _cluster, _socket, _noColor,
            Status(), Events(), Standby(), Online(), Move(), Maintenance(), Clear(), ConfirmDown(), Take(), Keygen(),
        };
    }

    public static async Task<int> RunAsync(IReadOnlyList<string> arguments, ToolConsole console, CancellationToken cancellationToken = default)
    {
        try
        {
            var tree = new CommandTree(console);
            var parsed = tree._root.Parse(arguments);
            if (tree.MayBeForTheHost(parsed) && await tree.AddHostCommandsAsync(parsed, cancellationToken).ConfigureAwait(false))
            {
                parsed = tree._root.Parse(arguments);
            }

            if (parsed.Errors.Count > 0)
            {
                throw new ToolException(ExitCode.Usage, $"{string.Join('\n', parsed.Errors.Select(error => error.Message))}\n--help tells what there is");
            }

            var configuration = new InvocationConfiguration { Output = console.Out, Error = console.Error, EnableDefaultExceptionHandler = false };
            return await parsed.InvokeAsync(configuration, cancellationToken).ConfigureAwait(false);
        }
        catch (ToolException failure)
        {
            await console.Error.WriteLineAsync($"hactl: {failure.Message}").ConfigureAwait(false);
            return failure.ExitCode;
        }
        catch (OperationCanceledException)
        {
            return ExitCode.Interrupted;
        }
    }

    // A word that is none of ours, or a call for help, which lists the host's commands as well.
    private bool MayBeForTheHost(ParseResult parsed) => parsed.CommandResult.Command == _root;

    /// <summary>False when there is nothing to add. Nobody who asks for help wants to read that no host runs.</summary>
    private async Task<bool> AddHostCommandsAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var isNamed = parsed.UnmatchedTokens.Count > 0 && !parsed.UnmatchedTokens[0].StartsWith('-');
        try
        {
            using var session = CreateSession(parsed);
            var cluster = await session.GetClusterAsync(cancellationToken).ConfigureAwait(false);
            var commands = (await session.Client.GetCommandsAsync(cluster, cancellationToken).ConfigureAwait(false)).Commands;
            foreach (var command in commands)
            {
                _root.Add(HostCommands.Build(command, RunAsync));
            }

            return commands.Count > 0;
        }
        catch (ToolException failure) when (isNamed)
        {
            throw new ToolException(failure.ExitCode, $"{parsed.UnmatchedTokens[0]} is no command of hactl itself, and the host cannot be asked for its own: {failure.Message}");
        }
        catch (ToolException)
        {
            return false;
        }
    }

    private ToolSession CreateSession(ParseResult parsed)
    {
        var variable = _console.Variable(SocketVariable);
        var socket = parsed.GetValue(_socket) ?? (string.IsNullOrEmpty(variable) ? ControlPaths.SocketDefault : variable);
        return new ToolSession(_console, socket, parsed.GetValue(_cluster), parsed.GetValue(_noColor));
    }

    private async Task<int> RunAsync(ParseResult parsed, Func<ToolSession, CancellationToken, Task<int>> action, CancellationToken cancellationToken)
    {
        using var session = CreateSession(parsed);
        return await action(session, cancellationToken).ConfigureAwait(false);
    }

    private Command Status()
    {
        Option<bool> watch = new("--watch") { Description = "Go on: a picture that changes on a terminal, one block for each change elsewhere." };
        Option<bool> json = new("--json") { Description = "The snapshot as JSON (docs/reference/control.md); with --watch one line for each change." };
        Command command = new("status", "Nodes, links, groups and why. Exit code: 0 good, 10 degraded, 11 down.") { watch, json };
        command.SetAction((parsed, cancellationToken) => RunAsync(
            parsed,
            (session, token) => parsed.GetValue(watch) ? StatusCommand.WatchAsync(session, parsed.GetValue(json), token) : StatusCommand.RunAsync(session, parsed.GetValue(json), token),
            cancellationToken));
        return command;
    }

    private Command Events()
    {
        Option<bool?> follow = new("--follow") { Description = "Wait for more, also over a restart of the host. Default: on a terminal yes, elsewhere no.", Arity = ArgumentArity.ZeroOrOne };
        Option<DateTimeOffset?> since = new("--since")
        {
            Description = "Nothing older than a time (2026-01-31T08:00) or an age (90s, 15m, 2h, 1d). Default: everything that the host keeps, the newest 1000.",
            HelpName = "WHEN",
            CustomParser = ParseSince,
        };
        Option<bool> all = new("--all") { Description = "Debug events, too: every decision with its reason." };
        Option<bool> json = new("--json") { Description = "One JSON document per line (docs/reference/control.md)." };
        Command command = new("events", "What happened on this node, in order.") { follow, since, all, json };
        command.SetAction((parsed, cancellationToken) => RunAsync(
            parsed,
            (session, token) => EventsCommand.RunAsync(
                session,
                new EventsRequest(
                    parsed.GetResult(follow) is null ? _console.IsTerminal : parsed.GetValue(follow) ?? true, parsed.GetValue(since), parsed.GetValue(all), parsed.GetValue(json)),
                token),
            cancellationToken));
        return command;
    }

    private Command Standby()
    {
        var node = NodeArgument();
        Option<bool> force = new("--force") { Description = "Stop the groups even when the other node cannot take them." };
        Command command = new("standby", "Put a node on standby: its groups move to the other node, it takes nothing. Survives restarts.") { node, force };
        Act(command, "standby", parsed => new StandbyRequest(parsed.GetRequiredValue(node), parsed.GetValue(force)), ContractJson.Default.StandbyRequest);
        return command;
    }

    private Command Online()
    {
        var node = NodeArgument();
        Command command = new("online", "End the standby of a node, and its flap damping.") { node };
        Act(command, "online", parsed => new OnlineRequest(parsed.GetRequiredValue(node)), ContractJson.Default.OnlineRequest);
        return command;
    }

    private Command Move()
    {
        var group = GroupArgument();
        Argument<string?> node = new("NODE") { Description = "Where to; it stays there until it is moved again.", Arity = ArgumentArity.ZeroOrOne };
        Option<bool> auto = new("--auto") { Description = "Back to its configured placement." };
        Command command = new("move", "Move a group to a node and keep it there, or give it back to its configured placement.") { group, node, auto };
        command.Validators.Add(result =>
        {
            if (result.GetValue(node) is null != result.GetValue(auto))
            {
                result.AddError("move wants a NODE or --auto, one of the two: where the group goes is never guessed.");
            }
        });
        Act(command, "move", parsed => new MoveRequest(parsed.GetRequiredValue(group), parsed.GetValue(node), parsed.GetValue(auto)), ContractJson.Default.MoveRequest);
        return command;
    }

    private Command Maintenance()
    {
        Argument<string> state = new("on|off") { Description = "On: probes go on, nothing is started, stopped, moved or taken over, on both nodes, over restarts." };
        state.AcceptOnlyFromAmong("on", "off");
        Command command = new("maintenance", "Cluster-wide maintenance.") { state };
        Act(command, "maintenance", parsed => new MaintenanceRequest(parsed.GetRequiredValue(state) == "on"), ContractJson.Default.MaintenanceRequest);
        return command;
    }

    private Command Clear()
    {
        var group = GroupArgument();
        Option<bool> divergence = new("--divergence") { Description = "Clear the mark that both nodes held the group at once, after someone looked at the data." };
        Option<long?> term = new("--term") { Description = "With --divergence: the term that status shows with the group.", HelpName = "TERM" };
        Command command = new("clear", "Forget failures of a group on this node, retry an unclean stop, lift a block.") { group, divergence, term };
        command.Validators.Add(result =>
        {
            if (result.GetValue(divergence) != (result.GetResult(term) is not null))
            {
                result.AddError("--divergence and --term TERM go together: the term proves that this divergence was looked at.");
            }
        });
        command.SetAction((parsed, cancellationToken) => RunAsync(
            parsed,
            (session, token) => parsed.GetValue(divergence)
                ? ClusterCommands.SendAsync(session, "clear-divergence", new ClearDivergenceRequest(parsed.GetRequiredValue(group), parsed.GetValue(term)), ContractJson.Default.ClearDivergenceRequest, token)
                : ClusterCommands.SendAsync(session, "clear", new ClearRequest(parsed.GetRequiredValue(group)), ContractJson.Default.ClearRequest, token),
            cancellationToken));
        return command;
    }

    private Command ConfirmDown()
    {
        var node = NodeArgument();
        Option<string?> token = new("--token") { Description = "The peer's confirmDownToken of status --json: proof that nothing was heard since someone looked.", HelpName = "TOKEN" };
        Option<bool> yes = new("--yes") { Description = "With --token: do not ask." };
        Command command = new("confirm-down", "Declare the silent peer to be off, so that its groups are taken over. Look at the machine first.") { node, token, yes };
        command.SetAction((parsed, cancellationToken) => RunAsync(
            parsed,
            (session, cancellation) => ClusterCommands.ConfirmDownAsync(session, parsed.GetRequiredValue(node), parsed.GetValue(token), parsed.GetValue(yes), cancellation),
            cancellationToken));
        return command;
    }

    private Command Take()
    {
        var group = GroupArgument();
        Option<bool> accept = new("--accept-data-loss") { Description = "Required: what the peer wrote last may be lost." };
        Command command = new("take", "Take a group whose data here may be old, once the peer is confirmed down.") { group, accept };
        command.Validators.Add(result =>
        {
            if (!result.GetValue(accept))
            {
                result.AddError("take wants --accept-data-loss: what the peer wrote last may be lost, and someone must have said so.");
            }
        });
        Act(command, "take", parsed => new TakeRequest(parsed.GetRequiredValue(group), parsed.GetValue(accept)), ContractJson.Default.TakeRequest);
        return command;
    }

    private Command Keygen()
    {
        Argument<FileInfo> file = new("FILE") { Description = "The key file to create; never overwritten. Copy it to the other machine: both need the same." };
        Command command = new("keygen", "Create the key that the two nodes prove themselves to each other with (mode 0600). Needs no host.") { file };
        command.SetAction(parsed =>
        {
            var path = parsed.GetRequiredValue(file).FullName;
            try
            {
                ClusterKeyFile.Create(path);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                throw new ToolException(ExitCode.Refused, error.Message);
            }

            _console.Out.WriteLine($"{path}: a new key, for its owner only. The other machine needs the same file: copy it over a safe channel.");
            return ExitCode.Done;
        });
        return command;
    }

    private void Act<TRequest>(Command command, string name, Func<ParseResult, TRequest> request, System.Text.Json.Serialization.Metadata.JsonTypeInfo<TRequest> type) =>
        command.SetAction((parsed, cancellationToken) => RunAsync(
            parsed, (session, token) => ClusterCommands.SendAsync(session, name, request(parsed), type, token), cancellationToken));

    private static Argument<string> NodeArgument() => new("NODE") { Description = "A node of the cluster." };

    private static Argument<string> GroupArgument() => new("GROUP") { Description = "A group of the cluster." };

    private DateTimeOffset? ParseSince(ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        var unit = text[^1] switch { 's' => 1d, 'm' => 60, 'h' => 3600, 'd' => 86_400, _ => 0 };
        if (unit > 0 && double.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var count))
        {
            return _console.TimeProvider.GetUtcNow() - TimeSpan.FromSeconds(Math.Min(count * unit, 86_400d * 36_500));
        }

        if (DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeLocal, out var time))
        {
            return time;
        }

        result.AddError($"--since ({text}) must be a time (2026-01-31T08:00) or an age (90s, 15m, 2h, 1d).");
        return null;
    }
}
