using System.Net;
using System.Net.Sockets;
using HaCore;

namespace TwoNodeCluster.Demo;

/// <summary>Everything that the script plays with: two nodes, two cables, the cluster's address, a client. Takes it all down again.</summary>
internal sealed class DemoStage : IDisposable
{
    public const string Preferred = "novanta";
    public const string Other = "novantuno";

    private const int SocketPathBytesMax = 100; // what HaCore.Control takes

    private readonly string _directory;
    private readonly string _keyFile;
    private readonly Dictionary<string, NodeProcess> _nodes = [];
    private readonly CancellationToken _interrupted;

    public DemoStage(string directory, DemoTimes times, TimeProvider time, CancellationToken interrupted)
    {
        _directory = directory;
        _interrupted = interrupted;
        Times = times;
        Time = time;
        _keyFile = Path.Combine(directory, "cluster.key");
        ClusterKeyFile.Create(_keyFile);
        Client = new DemoClient(Address.Port, time);
    }

    public DemoTimes Times { get; }

    public TimeProvider Time { get; }

    public ClusterAddress Address { get; } = new();

    public IReadOnlyList<Cable> Cables { get; } = [new("lan"), new("crossover")];

    public DemoClient Client { get; }

    public IEnumerable<NodeProcess> Nodes => _nodes.Values;

    public NodeProcess this[string name] => _nodes[name];

    public void Start(string name)
    {
        if (_nodes.Remove(name, out NodeProcess? former))
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
            Links = [.. Cables.Select(cable => new DemoLink(cable.Name, FreePort(), cable.PortOf(end)))],
        }.Write(settingsFile);
        _nodes.Add(name, new NodeProcess(name, settingsFile, Path.Combine(_directory, name + ".log")));
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

    public bool InSession(string name) => _nodes[name].Status is { Session: true, State: MemberState.Online };

    public bool Runs(string name) => _nodes[name].Status is { Hold: HoldState.Held, Activity: GroupActivity.Active };

    public bool Rests(string name) => _nodes[name].Status is { Hold: HoldState.NotHeld };

    /// <summary>Where hactl reaches a node of the demo: hactl --socket PATH status. Null when the user's temporary directory is too deep for a socket.</summary>
    public string? ControlSocketOf(string name) =>
        Path.Combine(_directory, name + ".sock") is var path && System.Text.Encoding.UTF8.GetByteCount(path) <= SocketPathBytesMax ? path : null;

    /// <summary>Free a moment ago: a new one for each start, so that two demos side by side hardly ever meet, and never twice.</summary>
    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    public void Dispose()
    {
        Client.Dispose();
        foreach (NodeProcess node in _nodes.Values)
        {
            node.Dispose();
        }

        Address.Dispose();
        foreach (Cable cable in Cables)
        {
            cable.Dispose();
        }
    }
}
