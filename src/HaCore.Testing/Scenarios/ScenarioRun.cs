using HaCore.Engine;
using HaCore.Testing.Simulation;

namespace HaCore.Testing.Scenarios;

/// <summary>One telling of a scenario: the world, and the questions that its lines ask.</summary>
internal sealed class ScenarioRun(string name, World world)
{
    private readonly List<ClusterSnapshot> _statuses = [];
    private readonly Dictionary<string, PersistentState?> _backups = [];
    private readonly Dictionary<string, SimProcess> _ended = [];
    private Statement? _current;

    public World World { get; } = world;

    public string? NotedToken { get; set; }

    public ScenarioResult Tell(IReadOnlyList<Statement> statements)
    {
        string? failure = null;
        try
        {
            foreach (var statement in statements)
            {
                _current = statement;
                World.Trace.Add(World.Now, "-", statement);
                statement.Verb(this, statement.Arguments);
            }
        }
        catch (Exception e) when (e is StoryFailedException or ScenarioFailedException)
        {
            failure = $"{name}:{_current!.Line}: {_current.Text}\n  {e.Message.Split('\n')[0]}";
        }

        return new ScenarioResult(failure, ScenarioTrace.Print(World.Trace.Entries, Names(), failure), _statuses);
    }

    public static void Each(IReadOnlyList<string> nodes, Action<string> action)
    {
        foreach (var node in nodes)
        {
            action(node);
        }
    }

    public void Start(string node) => Start(node, TimeSpan.Zero);

    public void Start(string node, TimeSpan hostTook)
    {
        if (World[node].Process is not null)
        {
            throw new ScenarioFailedException(node + " already runs");
        }

        World.Start(node, hostTook);
    }

    /// <summary>Both nodes started at the same moment and everything rests. How that goes is a story of its own.</summary>
    public void Given()
    {
        World.Trace.Add(World.Now, "-", new ScenarioBoot(IsOver: false));
        Start("a");
        Start("b");
        World.RunUntilQuiet();
        World.Trace.Add(World.Now, "-", new ScenarioBoot(IsOver: true));
    }

    public void Stop(IReadOnlyList<string> nodes)
    {
        foreach (var node in nodes)
        {
            _ended[node] = World.Running(node);
            World.Stop(node);
        }

        World.RunUntil(() => nodes.All(n => _ended[n].Exit is not null), TimeSpan.FromMinutes(2), "the program ends");
    }

    public bool LeftClean(string node) =>
        _ended.TryGetValue(node, out var process) && process.Exit is { } exit ? exit.Clean : throw new ScenarioFailedException(node + " did not leave");

    public void BackUp(string node) => _backups[node] = World[node].Disk.Durable;

    public void Restore(string node) =>
        World[node].Disk.Durable = _backups.TryGetValue(node, out var state) ? state : throw new ScenarioFailedException("nothing was backed up of " + node);

    public void RepairDisk(string node)
    {
        var disk = World[node].Disk;
        (disk.Error, disk.Latency) = (null, SimDisk.HealthyLatency);
        World.ReleaseDisk(node);
    }

    public SimResource Resource(PhraseArguments arguments) => World.Resource(arguments.Text(1), arguments.Text(0));

    public void SetByHand(PhraseArguments arguments, bool active)
    {
        World[arguments.Text(1)].PowerOn();
        var resource = Resource(arguments);
        (resource.Active, resource.Broken) = (active, false);
    }

    public int Group(PhraseArguments arguments, int index) => World[arguments.Text(0)].Group(arguments.Text(index));

    public string? Token(string node) => World.PeerAsSeenBy(node).ConfirmDownToken;

    public void Order(string node, ClusterEvent.Command command, bool mustAccept)
    {
        var answer = World.Order(node, command);
        if (answer.Accepted != mustAccept)
        {
            throw new ScenarioFailedException($"{(answer.Accepted ? "accepted" : "refused")}: {answer.Detail}");
        }

        if (answer.Detail.Length == 0)
        {
            throw new ScenarioFailedException("the answer has no words for the operator");
        }
    }

    public void ShowStatus(string node)
    {
        var status = World.LiveStatus(node);
        _statuses.Add(status);
        World.Trace.Add(World.Now, node, status);
    }

    public void Expect(Func<bool> condition) => Check(condition(), $"it is not so, {new TimeSpan(World.Now).TotalSeconds:0.###} s after the beginning");

    public void Expect(Func<bool> condition, TimeSpan within) => Check(World.TryRunUntil(condition, within), $"not within {within.TotalSeconds:0.###} s");

    public void ExpectAlways(Func<bool> condition, TimeSpan during)
    {
        var began = World.Now;
        Check(World.Holds(condition, during), $"no longer so after {TimeSpan.FromTicks(World.Now - began).TotalSeconds:0.###} s");
    }

    public bool IsAnythingOn(string group, string node) => World[node].AnyActive(World[node].Group(group));

    public bool IsOnlyOn(string group, string node) =>
        World.IsActive(group, node) && World.Nodes.All(n => n.Key == node || !n.AnyActive(n.Group(group)));

    /// <summary>The same, and no start is under way: what is told to start may be active at once.</summary>
    public bool IsServedOn(string group, string node) =>
        IsOnlyOn(group, node) && !World[node].Resources[World[node].Group(group)].Any(r => r.Running is { Kind: OperationKind.Start });

    public bool IsOnOneNode(string group) => World.Nodes.Count(n => n.AnyActive(n.Group(group))) == 1;

    public bool HasSession() => World.Nodes.All(n => n.Process?.Machine.Snapshot.HasSession == true);

    public bool HasAnySession() => World.Nodes.Any(n => n.Process?.Machine.Snapshot.HasSession == true);

    public int Starts(string node, string resource) => Operations(node, resource, OperationKind.Start);

    public int Stops(string node, string resource) => Operations(node, resource, OperationKind.Stop);

    public bool Says(string node, string text) =>
        World.Status(node).Conditions.Concat(World.Status(node).Groups.Select(g => g.Why)).Any(t => t.Contains(text, StringComparison.Ordinal));

    private (string Group, IReadOnlyList<string> Resources)[] Names() =>
        [.. World.Nodes[0].Configuration.Groups.Select(g => (g.Name.Value, (IReadOnlyList<string>)[.. g.Resources.Select(r => r.Name.Value)]))];

    private int Operations(string node, string resource, OperationKind kind) => World.Operations(node).Count(o =>
        o.Kind == kind && World[node].Resources[o.Group][o.Resource].Name == resource);

    private static void Check(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new ScenarioFailedException(otherwise);
        }
    }
}

/// <summary>What the file expects did not come. Thrown and caught within one telling.</summary>
#pragma warning disable CA1032, CA1064 // nobody else ever sees it
internal sealed class ScenarioFailedException(string message) : Exception(message);
#pragma warning restore CA1032, CA1064
