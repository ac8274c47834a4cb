using System.Collections.Concurrent;
using HaCore;

namespace TwoNodeCluster.Demo;

/// <summary>Everything that the script plays with: two nodes, the cables between them, the cluster's address, a client. Takes it all down again.</summary>
internal sealed class DemoStage : IDisposable
{
    public const string Preferred = "novanta";
    public const string Other = "novantuno";
    public const string Group = "web";

    private const int SocketPathBytesMax = 100; // what HaCore.Control takes

    private readonly string _directory;
    private readonly string _keyFile;
    private readonly ConcurrentDictionary<string, NodeProcess> _nodes = []; // the script changes it, the screen looks at it
    private readonly CancellationToken _interrupted;

    public DemoStage(string directory, DemoTimes times, TimeProvider time, CancellationToken interrupted)
    {
        _directory = directory;
        _interrupted = interrupted;
        Times = times;
        Time = time;
        _keyFile = Path.Combine(directory, "cluster.key");
        ClusterKeyFile.Create(_keyFile);
        Cables = [new Cable("lan"), new Cable("crossover"), .. SerialCable.IsPossible ? [new SerialCable(directory)] : Array.Empty<IDemoCable>()];
        Client = new DemoClient(Address.Port, time);
    }

    public DemoTimes Times { get; }

    public TimeProvider Time { get; }

    public ClusterAddress Address { get; } = new();

    public IReadOnlyList<IDemoCable> Cables { get; }

    public DemoClient Client { get; }

    /// <summary>Hears what the nodes decide and why; null if nobody wants to.</summary>
    public Action<string, string>? Explain { get; init; }

    public IEnumerable<NodeProcess> Nodes => _nodes.Values;

    public NodeProcess this[string name] => _nodes[name];

    /// <summary>Null before it was started for the first time.</summary>
    public NodeProcess? Find(string name) => _nodes.GetValueOrDefault(name);

    public void Start(string name)
    {
        if (_nodes.TryRemove(name, out NodeProcess? former))
        {
            former.Dispose();
        }

        int end = name == Preferred ? 0 : 1;
        string settingsFile = Path.Combine(_directory, name + ".json");
        new DemoNodeSettings
        {
            Node = name,
            DeadTime = Times.DeadTime,
            KeyFile = _keyFile,
            StateDirectory = Path.Combine(_directory, name),
            ControlSocket = ControlSocketOf(name),
            SwitchPort = Address.AnnouncementPort,
            Explain = Explain is not null,
            Links = [.. Cables.Select(cable => cable.Plug(end))],
        }.Write(settingsFile);
        _nodes[name] = new NodeProcess(name, settingsFile, Path.Combine(_directory, name + ".log"), Explain);
    }

    /// <summary>Waits until it is so; looks every 10 ms, which is far below every time that the demo judges.</summary>
    /// <exception cref="DemoFailedException">It did not come about in time.</exception>
    public async Task ExpectAsync(string what, Func<bool> so, TimeSpan patience)
    {
        long start = Time.GetTimestamp();
        while (!so())
        {
            if (Time.GetElapsedTime(start) > patience)
            {
                throw new DemoFailedException($"Expected within {patience.TotalSeconds:0.#} s: {what}.");
            }

            await PauseAsync(TimeSpan.FromMilliseconds(10));
        }
    }

    public Task PauseAsync(TimeSpan duration) => Task.Delay(duration, Time, _interrupted);

    public bool InSession(string name) => Find(name)?.Status is { Session: true, State: MemberState.Online };

    public bool Runs(string name) => Find(name)?.Status is { Hold: HoldState.Held, Activity: GroupActivity.Active };

    public bool Rests(string name) => Find(name)?.Status is { Hold: HoldState.NotHeld };

    /// <summary>Where hactl reaches a node of the demo: hactl --socket PATH status. Null when the user's temporary directory is too deep for a socket.</summary>
    public string? ControlSocketOf(string name) =>
        Path.Combine(_directory, name + ".sock") is var path && System.Text.Encoding.UTF8.GetByteCount(path) <= SocketPathBytesMax ? path : null;

    public void Dispose()
    {
        Client.Dispose();
        foreach (NodeProcess node in _nodes.Values)
        {
            node.Dispose();
        }

        Address.Dispose();
        foreach (IDemoCable cable in Cables)
        {
            cable.Dispose();
        }
    }
}
