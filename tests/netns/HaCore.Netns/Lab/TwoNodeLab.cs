using TwoNodeCluster.NullModem;

namespace HaCore.Netns.Lab;

/// <summary>Where the sample host is, and where a run may write.</summary>
/// <param name="Host">Program and arguments; the configuration file follows.</param>
/// <param name="Tool">hactl: program and arguments.</param>
/// <param name="RunId">Begins the names of this run's namespaces.</param>
/// <param name="Directory">Temporary, of this run.</param>
internal sealed record RunSettings(IReadOnlyList<string> Host, IReadOnlyList<string> Tool, string RunId, string Directory);

/// <summary>One lab: the network, the observers, and the two nodes with their files. Independent of every other lab, so cases can run side by side.</summary>
internal sealed class TwoNodeLab : IDisposable
{
    private readonly RunSettings _run;
    private readonly string _name;
    private readonly string _directory;
    private readonly HostProcess?[] _hosts = new HostProcess?[2];
    private readonly long[] _logStarts = new long[2];
    private readonly List<HostProcess> _others = [];
    private NullModemCable? _nullModem;
    private PowerSwitch? _power;
    private readonly string _address = $"{LabNetwork.ClusterAddress}/{LabNetwork.PrefixLength}";

    public TwoNodeLab(RunSettings run, string name)
    {
        _run = run;
        _name = name;
        _directory = Path.Combine(run.Directory, name);
        Directory.CreateDirectory(_directory);
        Network = new($"{run.RunId}{name}");
        try
        {
            Watch = new(Observations, Network.Bridge, LabNetwork.ClusterAddress);
            Announcements = new(Observations, Network.Bridge, LabNetwork.ClusterAddress, [Network.HardwareOf(Node.A), Network.HardwareOf(Node.B)]);
            Client = new(Observations, Network.Client, LabNetwork.ClusterAddress);
            WriteKey(KeyFile("cluster"));
            WriteKey(KeyFile("foreign"));
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public Observations Observations { get; } = new();

    public LabNetwork Network { get; }

    public HolderWatch Watch { get; } = null!;

    public AnnouncementCapture Announcements { get; } = null!;

    public PingClient Client { get; } = null!;

    /// <summary>What passes on the null-modem.</summary>
    public LineWatch Line { get; } = new();

    public ClusterOptions Options { get; set; } = new();

    /// <summary>The cable between the serial ports of the nodes, end 0 at node-a. Made when it is first asked for, with the baud rate that the case wants.</summary>
    public NullModemCable NullModem => _nullModem ??= new("null-modem", _directory, Options.BaudRate, Line.See);

    /// <summary>What the fencing device of both nodes is. Made when it is first asked for.</summary>
    public PowerSwitch Power => _power ??= new(_directory, Network.Prefix, LabNetwork.ClusterAddress);

    public string LogFile(Node node) => Path.Combine(_directory, $"{node.Name()}.log");

    /// <summary>What the node's newest process has written.</summary>
    public string LogOf(Node node) => ReadShared(LogFile(node), _logStarts[(int)node]);

    public HostProcess Host(Node node) => _hosts[(int)node] ?? throw new InvalidOperationException($"{node.Name()} was never started");

    public bool Runs(Node node) => _hosts[(int)node] is { HasEnded: false };

    /// <summary>Starts the node's host: as before, or with other options or another key.</summary>
    public HostProcess Start(Node node, ClusterOptions? options = null, string key = "cluster")
    {
        if (Runs(node))
        {
            throw new InvalidOperationException($"{node.Name()} runs already");
        }

        _hosts[(int)node]?.Dispose();
        var file = ConfigurationFile(node);
        var wanted = options ?? Options;
        ClusterFile.Write(
            file, wanted, node.Name(), KeyFile(key), StateDirectory(node.Name()), NullModem.PortOf((int)node), _address, wanted.Fence is null ? null : Power.Program);
        _logStarts[(int)node] = File.Exists(LogFile(node)) ? new FileInfo(LogFile(node)).Length : 0;
        var host = new HostProcess(Network.NamespaceOf(node), [.. _run.Host, "--config", file], LogFile(node));
        _hosts[(int)node] = host;
        return host;
    }

    /// <summary>A node of another cluster, on a computer of its own on the bridge, with a name and a key that this cluster has too.</summary>
    public string StartForeign(ClusterOptions options, string address)
    {
        var space = Network.AddComputer("other", 31);
        var file = Path.Combine(_directory, "other.json");
        ClusterFile.Write(file, options, Node.A.Name(), KeyFile("cluster"), StateDirectory("other"), serialPort: null, address);
        _others.Add(new(space, [.. _run.Host, "--config", file], Path.Combine(_directory, "other.log")));
        return space;
    }

    /// <summary>Kills what runs and forgets what was remembered: the next start is a first start.</summary>
    public void Reset()
    {
        foreach (var node in NodeNames.Both)
        {
            _hosts[(int)node]?.Dispose();
            _hosts[(int)node] = null;
            if (Network.HasClusterAddress(node))
            {
                Network.RemoveClusterAddress(node);
            }

            var state = StateDirectory(node.Name());
            if (Directory.Exists(state))
            {
                Directory.Delete(state, recursive: true);
            }
        }
    }

    public void Dispose()
    {
        foreach (var host in _hosts)
        {
            host?.Dispose();
        }

        foreach (var host in _others)
        {
            host.Dispose();
        }

        // The constructor may have failed half-way.
        _nullModem?.Dispose();
        Client?.Dispose();
        Announcements?.Dispose();
        Watch?.Dispose();
        Network.Dispose();
    }

    /// <summary>What an operator of this node says to hactl. The socket is a file: it is reached from every namespace.</summary>
    /// <exception cref="InvalidOperationException">Its exit code is none of those that were expected.</exception>
    public string Operate(Node node, IReadOnlyList<int> expected, params string[] words)
    {
        var result = Commands.Execute(
            null, _run.Tool[0], [.. _run.Tool.Skip(1), "--socket", ClusterFile.SocketOf(StateDirectory(node.Name())), .. words]);
        return expected.Contains(result.ExitCode)
            ? result.Output
            : throw new InvalidOperationException($"hactl {string.Join(' ', words)} on {node.Name()} ended with {result.ExitCode}: {result.Output}{result.Errors}");
    }

    /// <summary>Runs the clean command of the node's program in its namespace, as its unit's ExecStopPost would, and returns the exit code.</summary>
    /// <param name="node">The node.</param>
    /// <param name="serviceResult">How the program ended, in systemd's words: SERVICE_RESULT.</param>
    public int Clean(Node node, string serviceResult) => Commands.Execute(
        null,
        "ip",
        ["netns", "exec", Network.NamespaceOf(node), "env", $"SERVICE_RESULT={serviceResult}", .. _run.Host, "clean", "--config", ConfigurationFile(node)]).ExitCode;

    private string ConfigurationFile(Node node) => Path.Combine(_directory, $"{node.Name()}.json");

    private static string ReadShared(string file, long from)
    {
        using var stream = new FileStream(file, FileMode.OpenOrCreate, FileAccess.Read, FileShare.ReadWrite);
        stream.Position = from;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    private string KeyFile(string key) => Path.Combine(_directory, $"{key}.key");

    private string StateDirectory(string node) => Path.Combine(_directory, $"state-{node}");

    private void WriteKey(string file) => Commands.Run(_run.Host[0], [.. _run.Host.Skip(1), "keygen", file]);
}
