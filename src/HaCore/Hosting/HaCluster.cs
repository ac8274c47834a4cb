using HaCore.Engine;

namespace HaCore.Hosting;

/// <summary>The cluster as the host's code sees it: there from the first resolution on, alive once the host has started.</summary>
internal sealed class HaCluster : IHaCluster
{
    private volatile ClusterRuntime? _runtime;
    private readonly ClusterSnapshot _beforeStart;
    private readonly TaskCompletionSource<ClusterRuntime> _started = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public HaCluster(string name)
    {
        Name = name;
        _beforeStart = new ClusterSnapshot { Revision = 0, Cluster = name, LocalNode = default, Nodes = [], Links = [], Groups = [], Conditions = [] };
    }

    public string Name { get; }

    /// <summary>Null until the host has started.</summary>
    public ClusterRuntime? Runtime => _runtime;

    public ClusterSnapshot Current => _runtime is { } runtime ? runtime.TakeSnapshot() : _beforeStart;

    public void Attach(ClusterRuntime runtime)
    {
        _runtime = runtime;
        _started.TrySetResult(runtime);
    }

    public async IAsyncEnumerable<ClusterSnapshot> WatchAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        if (_runtime is not { } runtime)
        {
            yield return _beforeStart;
            runtime = await _started.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        }

        await foreach (var snapshot in runtime.Feed.WatchAsync(runtime.Merge, cancellationToken).ConfigureAwait(false))
        {
            yield return snapshot;
        }
    }

    public async IAsyncEnumerable<ClusterNotice> ReadNoticesAsync(
        long after = 0, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(after);
        var runtime = _runtime ?? await _started.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        await foreach (var notice in runtime.NoticeFeed.ReadAsync(after, cancellationToken).ConfigureAwait(false))
        {
            yield return notice;
        }
    }

    public ValueTask<CommandAnswer> StandbyAsync(NodeId node, bool force = false, CancellationToken cancellationToken = default) =>
        CommandNodeAsync(node, request => new(request, CommandKind.Standby) { Node = node, Flag = force }, cancellationToken);

    public ValueTask<CommandAnswer> OnlineAsync(NodeId node, CancellationToken cancellationToken = default) =>
        CommandNodeAsync(node, request => new(request, CommandKind.Online) { Node = node }, cancellationToken);

    public ValueTask<CommandAnswer> SetMaintenanceAsync(bool enabled, CancellationToken cancellationToken = default) =>
        CommandAsync(request => new(request, CommandKind.Maintenance) { Flag = enabled }, cancellationToken);

    public ValueTask<CommandAnswer> MoveAsync(GroupId group, NodeId? target, CancellationToken cancellationToken = default) =>
        target is { } node && RefuseNode(node) is { } refusal
            ? ValueTask.FromResult(refusal)
            : CommandGroupAsync(group, (request, index) => new(request, CommandKind.Move) { Group = index, Node = target }, cancellationToken);

    public ValueTask<CommandAnswer> ClearFailuresAsync(GroupId group, CancellationToken cancellationToken = default) =>
        CommandGroupAsync(group, (request, index) => new(request, CommandKind.ClearFailures) { Group = index }, cancellationToken);

    public ValueTask<CommandAnswer> ClearDivergenceAsync(GroupId group, long term, CancellationToken cancellationToken = default) =>
        CommandGroupAsync(group, (request, index) => new(request, CommandKind.ClearDivergence) { Group = index, Term = term }, cancellationToken);

    public ValueTask<CommandAnswer> ConfirmDownAsync(NodeId node, string token, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(token);
        return CommandNodeAsync(node, request => new(request, CommandKind.ConfirmDown) { Node = node, Token = token }, cancellationToken);
    }

    public ValueTask<CommandAnswer> TakeAsync(GroupId group, bool acceptDataLoss, CancellationToken cancellationToken = default) =>
        CommandGroupAsync(group, (request, index) => new(request, CommandKind.Take) { Group = index, Flag = acceptDataLoss }, cancellationToken);

    private ValueTask<CommandAnswer> CommandNodeAsync(NodeId node, Func<long, ClusterEvent.Command> create, CancellationToken cancellationToken) =>
        RefuseNode(node) is { } refusal ? ValueTask.FromResult(refusal) : CommandAsync(create, cancellationToken);

    private ValueTask<CommandAnswer> CommandGroupAsync(GroupId group, Func<long, int, ClusterEvent.Command> create, CancellationToken cancellationToken)
    {
        if (_runtime is not { } runtime)
        {
            return ValueTask.FromResult(NotStarted);
        }

        var groups = runtime.Definition.Engine.Groups;
        for (var i = 0; i < groups.Count; i++)
        {
            if (groups[i].Name == group)
            {
                var index = i;
                return CommandAsync(request => create(request, index), cancellationToken);
            }
        }

        return ValueTask.FromResult(new CommandAnswer(false, $"there is no group \"{group}\"; the groups are: {string.Join(", ", groups.Select(g => g.Name.Value))}"));
    }

    private CommandAnswer? RefuseNode(NodeId node)
    {
        if (_runtime is not { } runtime)
        {
            return NotStarted;
        }

        var (local, peer) = (runtime.Definition.Engine.LocalNode, runtime.Definition.Engine.Peer);
        return node == local || node == peer ? null : new CommandAnswer(false, $"there is no node \"{node}\"; the nodes are: {local}, {peer}");
    }

    private async ValueTask<CommandAnswer> CommandAsync(Func<long, ClusterEvent.Command> create, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (_runtime is not { } runtime)
        {
            return NotStarted;
        }

        var request = runtime.Answers.Open(out var answer);
        if (!answer.IsCompleted && !runtime.Queue.TryPostCommand(create(request)))
        {
            runtime.Answers.Complete(request, new CommandAnswer(false, $"{EventQueue.CommandsMax} commands wait for the engine already: try again"));
        }

        return await answer.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    private static CommandAnswer NotStarted { get; } = new(false, "the cluster is not running: the host has not started yet");
}
