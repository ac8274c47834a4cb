using System.Globalization;
using System.Net;
using System.Net.NetworkInformation;
using System.Text.Json;

namespace HaCore.Netns.Lab;

/// <summary>
/// Four network namespaces: two nodes, a bridge, a client. Two cables between the nodes: "lan" over the bridge, where the client is too, and "crossover"
/// directly. Addresses are those for documentation (RFC 5737) and leave the namespaces nowhere.
/// </summary>
internal sealed class LabNetwork : IDisposable
{
    public const string Lan = "lan0";
    public const string Crossover = "xover0";
    public const int PrefixLength = 24;
    public static readonly IPAddress ClusterAddress = IPAddress.Parse("192.0.2.92");

    private readonly string _prefix;
    private readonly List<string> _namespaces = [];

    /// <param name="prefix">Unique on this machine; short, because it begins every namespace's name.</param>
    public LabNetwork(string prefix)
    {
        _prefix = prefix;
        try
        {
            Build();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Begins the name of every namespace, before a hyphen.</summary>
    public string Prefix => _prefix;

    public string Bridge => $"{_prefix}-bridge";

    public string Client => $"{_prefix}-client";

    public string NamespaceOf(Node node) => $"{_prefix}-{node.Name()}";

    public PhysicalAddress HardwareOf(Node node)
    {
        using var links = JsonDocument.Parse(Commands.Run("ip", "-j", "-n", NamespaceOf(node), "link", "show", "dev", Lan));
        return PhysicalAddress.Parse(links.RootElement[0].GetProperty("address").GetString());
    }

    /// <summary>Has this node's kernel the cluster's address? Asked anew, apart from the changes that the watch collects.</summary>
    public bool HasClusterAddress(Node node)
    {
        using var links = JsonDocument.Parse(Commands.Run("ip", "-j", "-4", "-n", NamespaceOf(node), "address", "show"));
        return links.RootElement.EnumerateArray()
            .SelectMany(link => link.TryGetProperty("addr_info", out var addresses) ? addresses.EnumerateArray().ToArray() : [])
            .Any(address => address.GetProperty("local").GetString() == ClusterAddress.ToString());
    }

    /// <summary>How many ICMP messages the node's kernel made and could not send: OutErrors of Icmp in proc_net(5)'s snmp.</summary>
    public int AnswersNotSent(Node node)
    {
        var icmp = Commands.Run("ip", "netns", "exec", NamespaceOf(node), "cat", "/proc/net/snmp")
            .Split('\n').Where(line => line.StartsWith("Icmp:", StringComparison.Ordinal)).Select(line => line.Split(' ')).ToList();
        return int.Parse(icmp[1][Array.IndexOf(icmp[0], "OutErrors")], CultureInfo.InvariantCulture);
    }

    /// <summary>Takes the cluster's address off a node's kernel, as the end of its power would.</summary>
    public void RemoveClusterAddress(Node node) =>
        Ip("-n", NamespaceOf(node), "address", "delete", $"{ClusterAddress}/{PrefixLength}", "dev", Lan);

    /// <summary>Pulls or plugs the node's cable at the switch: the node loses its carrier.</summary>
    public void SetLanCable(Node node, bool plugged) => Ip("-n", Bridge, "link", "set", "dev", PortOf(node), plugged ? "up" : "down");

    /// <summary>The direct cable has no middle, so it is cut at the other node's end.</summary>
    public void SetCrossoverCable(Node cutOff, bool plugged) => SetInterface(cutOff.Peer(), Crossover, plugged);

    /// <summary>Takes a node's own interface down, as an operator would.</summary>
    public void SetInterface(Node node, string name, bool up) => Ip("-n", NamespaceOf(node), "link", "set", "dev", name, up ? "up" : "down");

    /// <summary>This node hears no heartbeat any more on these links; everything else goes on.</summary>
    public void DropIncoming(Node node, params string[] links) => Filter(node, links, "drop");

    /// <summary>This node loses so many of a hundred incoming heartbeats at random.</summary>
    public void LoseIncoming(Node node, int percent, params string[] links) => Filter(node, links, $"numgen random mod 100 < {percent} drop");

    /// <summary>Ends what <see cref="DropIncoming"/> or <see cref="LoseIncoming"/> began.</summary>
    public void ClearFilter(Node node) => Exec(NamespaceOf(node), "nft", "delete", "table", "inet", "fault");

    /// <summary>One more computer on the bridge.</summary>
    public string AddComputer(string name, int hostNumber)
    {
        var added = $"{_prefix}-{name}";
        AddNamespace(added);
        ConnectToBridge(added, $"to-{name}", hostNumber);
        return added;
    }

    public void Dispose()
    {
        foreach (var name in _namespaces)
        {
            foreach (var process in Commands.Run("ip", "netns", "pids", name).Split('\n', StringSplitOptions.RemoveEmptyEntries))
            {
                Native.Signal(int.Parse(process, CultureInfo.InvariantCulture), Native.SignalKill);   // an order to the power switch that waits for ever
            }

            Commands.Run("ip", "netns", "delete", name);
        }

        _namespaces.Clear();
    }

    private static string PortOf(Node node) => $"to-{node.Name()}";

    private static void Ip(params string[] arguments) => Commands.Run("ip", arguments);

    private static void Exec(string inNamespace, params string[] command) => Commands.Run("ip", ["netns", "exec", inNamespace, .. command]);

    private void Build()
    {
        string[] all = [Bridge, Client, NamespaceOf(Node.A), NamespaceOf(Node.B)];
        foreach (var name in all)
        {
            AddNamespace(name);
        }

        foreach (var node in NodeNames.Both)
        {
            // Before any cable: the kernel would choose the ids itself.
            Ip("-n", Bridge, "netns", "set", NamespaceOf(node), ((int)node).ToString(System.Globalization.CultureInfo.InvariantCulture));
            Exec(NamespaceOf(node), "sysctl", "-qw", $"net.ipv4.ip_default_ttl={node.TimeToLive()}");
        }

        // No forwarding delay and no snooping: a switch whose ports are ready, as an administrator configures it for servers.
        Ip("-n", Bridge, "link", "add", "br0", "type", "bridge", "forward_delay", "0", "mcast_snooping", "0");
        Ip("-n", Bridge, "link", "set", "dev", "br0", "up");
        ConnectToBridge(Client, "to-client", 200);
        foreach (var node in NodeNames.Both)
        {
            ConnectToBridge(NamespaceOf(node), PortOf(node), node.HostNumber());
        }

        Ip("-n", NamespaceOf(Node.A), "link", "add", Crossover, "type", "veth", "peer", "name", Crossover, "netns", NamespaceOf(Node.B));
        foreach (var node in NodeNames.Both)
        {
            Ip("-n", NamespaceOf(node), "address", "add", $"198.51.100.{node.HostNumber()}/{PrefixLength}", "broadcast", "+", "dev", Crossover);
            Ip("-n", NamespaceOf(node), "link", "set", "dev", Crossover, "up");
        }
    }

    private void AddNamespace(string name)
    {
        Ip("netns", "add", name);
        _namespaces.Add(name);
        Ip("-n", name, "link", "set", "dev", "lo", "up");
    }

    private void ConnectToBridge(string computer, string port, int hostNumber)
    {
        Ip("-n", Bridge, "link", "add", port, "type", "veth", "peer", "name", Lan, "netns", computer);
        Ip("-n", Bridge, "link", "set", "dev", port, "master", "br0", "up");
        Ip("-n", computer, "address", "add", $"192.0.2.{hostNumber}/{PrefixLength}", "broadcast", "+", "dev", Lan);
        Ip("-n", computer, "link", "set", "dev", Lan, "up");
    }

    private void Filter(Node node, string[] links, string verdict) => Commands.RunWithInput(
        $$"""
        table inet fault {
            chain input {
                type filter hook input priority 0;
                iifname { {{string.Join(", ", links)}} } meta l4proto udp {{verdict}}
            }
        }
        """,
        "ip", "netns", "exec", NamespaceOf(node), "nft", "-f", "-");
}
