using System.Text.Json;
using System.Text.Json.Nodes;

namespace HaCore.Netns.Lab;

/// <summary>The policy Fence with the power switch of the lab.</summary>
/// <param name="Delay">A node that holds nothing waits so long.</param>
/// <param name="Timeout">Of one order; there is no second try within it.</param>
internal sealed record FenceOptions(TimeSpan Delay, TimeSpan Timeout);

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

    /// <summary>Of the address; null for the default, zero for none.</summary>
    public TimeSpan? Lease { get; init; }

    public bool Failback { get; init; }

    /// <summary>A node that starts alone takes the group: without it one that never met its peer waits for an operator (rule F).</summary>
    public bool FenceAtStart { get; init; } = true;

    /// <summary>Null for the policy ProceedUnfenced.</summary>
    public FenceOptions? Fence { get; init; }

    /// <summary>As in 2004: the LAN, a cable of its own between the two, and the null-modem.</summary>
    public IReadOnlyList<LabLink> Links { get; init; } = [.. BothCables, NullModem];

    /// <summary>Of the null-modem.</summary>
    public int BaudRate { get; init; } = 19_200;

    public const string LanLink = "lan";
    public const string CrossoverLink = "crossover";
    public const string SerialLink = "null-modem";

    public static readonly LabLink Lan = new EthernetLink(LanLink, LabNetwork.Lan);
    public static readonly LabLink Crossover = new EthernetLink(CrossoverLink, LabNetwork.Crossover);
    public static readonly LabLink NullModem = new NullModemLink(SerialLink);

    /// <summary>Without the null-modem.</summary>
    public static readonly IReadOnlyList<LabLink> BothCables = [Lan, Crossover];
}

/// <summary>Writes the file that a node's host reads.</summary>
internal static class ClusterFile
{
    public const string Group = "service";

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <param name="path">Of the file.</param>
    /// <param name="options">What the case wants.</param>
    /// <param name="localNode">Whose file it is.</param>
    /// <param name="keyFile">The cluster's key.</param>
    /// <param name="stateDirectory">The node's.</param>
    /// <param name="serialPort">The node's end of the null-modem; null for a node that has none.</param>
    /// <param name="address">The cluster's address.</param>
    /// <param name="powerSwitch">The program of the power switch, for the policy Fence.</param>
    public static void Write(
        string path, ClusterOptions options, string localNode, string keyFile, string stateDirectory, string? serialPort, string address, string? powerSwitch = null)
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
            ["Fencing"] = Fencing(options, powerSwitch),
            ["Links"] = new JsonArray([.. options.Links.Select(link => Link(link, options, serialPort))]),
            ["Groups"] = new JsonArray(CreateGroup(options, address)),
        };
        var root = new JsonObject
        {
            ["Logging"] = new JsonObject { ["LogLevel"] = new JsonObject { ["Default"] = "Information" } },
            ["ClusterName"] = options.Cluster,
            ["HaCluster"] = cluster,
            // Both nodes have one file system here.
            ["Control"] = new JsonObject { ["SocketPath"] = SocketOf(stateDirectory) },
        };
        File.WriteAllText(path, root.ToJsonString(Indented));
    }

    /// <summary>Where the host of this state directory listens to its operator.</summary>
    public static string SocketOf(string stateDirectory) => stateDirectory + ".sock";

    private static JsonObject Fencing(ClusterOptions options, string? powerSwitch)
    {
        if (options.Fence is not { } fence)
        {
            return new() { ["Policy"] = "ProceedUnfenced", ["FenceAtStart"] = options.FenceAtStart };
        }

        return new()
        {
            ["Policy"] = "Fence",
            ["FenceAtStart"] = options.FenceAtStart,
            ["Delay"] = Text(fence.Delay),
            ["Jitter"] = Text(TimeSpan.Zero),
            ["Devices"] = new JsonArray(new JsonObject
            {
                ["Name"] = "power",
                ["Type"] = "ExternalCommand",
                ["Program"] = powerSwitch,
                ["Arguments"] = new JsonArray("{node}"),
                ["Timeout"] = Text(fence.Timeout),
                ["Retries"] = 0,
            }),
        };
    }

    private static JsonObject CreateGroup(ClusterOptions options, string address) => new()
    {
        ["Name"] = Group,
        ["PreferredNode"] = Node.A.Name(),
        ["Failback"] = options.Failback ? "WhenReady" : "Never",
        ["Resources"] = new JsonArray(CreateAddress(options, address)),
    };

    private static JsonObject CreateAddress(ClusterOptions options, string address)
    {
        var resource = new JsonObject
        {
            ["Name"] = "address",
            ["Type"] = "IpAddress",
            ["Address"] = address,
            ["Interface"] = LabNetwork.Lan,
        };
        if (options.Lease is { } lease)
        {
            resource["Lease"] = Text(lease);
        }

        return resource;
    }

    private static JsonObject Named(string name) => new() { ["Name"] = name };

    private static JsonObject Link(LabLink link, ClusterOptions options, string? serialPort) => link switch
    {
        EthernetLink ethernet => new() { ["Name"] = link.Name, ["Type"] = "Udp", ["Mode"] = "Broadcast", ["Interface"] = ethernet.Interface },
        NullModemLink => new() { ["Name"] = link.Name, ["Type"] = "Serial", ["Device"] = serialPort, ["BaudRate"] = options.BaudRate },
        BondedLink bond => Bond(bond, options, serialPort),
        _ => throw new InvalidOperationException($"{link} is no link that a file can have"),
    };

    private static JsonObject Bond(BondedLink bond, ClusterOptions options, string? serialPort)
    {
        var written = new JsonObject
        {
            ["Name"] = bond.Name,
            ["Type"] = "Bonded",
            ["Mode"] = bond.Mode,
            ["Members"] = new JsonArray([.. bond.Members.Select(member => Link(member, options, serialPort))]),
        };
        if (bond.UpDelay is { } upDelay)
        {
            written["UpDelay"] = Text(upDelay);
        }

        return written;
    }

    private static string Text(TimeSpan time) => time.ToString("c");
}
