using System.Text.Json;
using System.Text.Json.Nodes;

namespace HaCore.Netns.Lab;

/// <summary>What a case wants of its cluster; the rest is the same everywhere.</summary>
internal sealed record ClusterOptions
{
    public string Cluster { get; init; } = "netns";

    /// <summary>The Lan profile: shared machines stall, so outcomes are judged at 2 s.</summary>
    public TimeSpan HeartbeatInterval { get; init; } = TimeSpan.FromMilliseconds(200);

    public TimeSpan WarnTime { get; init; } = TimeSpan.FromSeconds(1);

    public TimeSpan DeadTime { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Shorter than the profile's 20 s: nothing boots here, and the suite has minutes. Two dead times, so that the two cannot be mistaken.</summary>
    public TimeSpan InitialDeadTime { get; init; } = TimeSpan.FromSeconds(4);

    public bool RealTime { get; init; }

    public bool Failback { get; init; }

    /// <summary>A node that starts alone takes the group: without it one that never met its peer waits for an operator (rule F).</summary>
    public bool FenceAtStart { get; init; } = true;

    /// <summary>Interface of each link, by its name.</summary>
    public IReadOnlyDictionary<string, string> Links { get; init; } = new SortedDictionary<string, string>
    {
        [LanLink] = LabNetwork.Lan,
        [CrossoverLink] = LabNetwork.Crossover,
    };

    public const string LanLink = "lan";
    public const string CrossoverLink = "crossover";
}

/// <summary>Writes the file that a node's host reads.</summary>
internal static class ClusterFile
{
    public const string Group = "service";

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public static void Write(string path, ClusterOptions options, string localNode, string keyFile, string stateDirectory, string address)
    {
        var cluster = new JsonObject
        {
            ["Nodes"] = new JsonArray(Named(Node.A.Name()), Named(Node.B.Name())),
            ["LocalNode"] = localNode,
            ["KeyFile"] = keyFile,
            ["StateDirectory"] = stateDirectory,
            ["RealTime"] = options.RealTime,
            ["Times"] = new JsonObject
            {
                ["HeartbeatInterval"] = Text(options.HeartbeatInterval),
                ["WarnTime"] = Text(options.WarnTime),
                ["DeadTime"] = Text(options.DeadTime),
                ["InitialDeadTime"] = Text(options.InitialDeadTime),
            },
            ["Fencing"] = new JsonObject { ["Policy"] = "ProceedUnfenced", ["FenceAtStart"] = options.FenceAtStart },
            ["Links"] = new JsonArray([.. options.Links.Select(link => Link(link.Key, link.Value))]),
            ["Groups"] = new JsonArray(CreateGroup(options, address)),
        };
        var root = new JsonObject
        {
            ["Logging"] = new JsonObject { ["LogLevel"] = new JsonObject { ["Default"] = "Information" } },
            ["ClusterName"] = options.Cluster,
            ["HaCluster"] = cluster,
            // Both nodes have one file system here.
            ["Control"] = new JsonObject { ["SocketPath"] = stateDirectory + ".sock" },
        };
        File.WriteAllText(path, root.ToJsonString(Indented));
    }

    private static JsonObject CreateGroup(ClusterOptions options, string address) => new()
    {
        ["Name"] = Group,
        ["PreferredNode"] = Node.A.Name(),
        ["Failback"] = options.Failback ? "WhenReady" : "Never",
        ["Resources"] = new JsonArray(new JsonObject
        {
            ["Name"] = "address",
            ["Type"] = "IpAddress",
            ["Address"] = address,
            ["Interface"] = LabNetwork.Lan,
        }),
    };

    private static JsonObject Named(string name) => new() { ["Name"] = name };

    private static JsonObject Link(string name, string device) =>
        new() { ["Name"] = name, ["Type"] = "Udp", ["Mode"] = "Broadcast", ["Interface"] = device };

    private static string Text(TimeSpan time) => time.ToString("c");
}
