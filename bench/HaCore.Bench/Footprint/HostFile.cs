using System.Globalization;

namespace HaCore.Bench.Footprint;

/// <summary>The configuration file of one measured node.</summary>
internal static class HostFile
{
    public static string Write(string folder, string node, string key, string device, (int Local, int Peer)[] ports)
    {
        var links = ports.Select((pair, i) => string.Create(
            CultureInfo.InvariantCulture,
            $$"""{ "Name": "udp{{i}}", "Type": "Udp", "PeerAddress": "127.0.0.1", "LocalPort": {{pair.Local}}, "PeerPort": {{pair.Peer}} }"""));
        var file = Path.Combine(folder, node + ".json");
        File.WriteAllText(file, $$"""
            {
              "ClusterName": "bench",
              "HaCluster": {
                "Nodes": [ "a", "b" ], "LocalNode": "{{node}}", "KeyFile": "{{key}}", "StateDirectory": "{{Path.Combine(folder, node)}}",
                "Times": { "Profile": "Fast" },
                "Fencing": { "Policy": "Wait" },
                "Links": [ {{string.Join(", ", links)}}, { "Name": "null-modem", "Type": "Serial", "Device": "{{device}}", "BaudRate": 115200 } ]
              },
              "Control": { "SocketPath": "{{Path.Combine(folder, node + ".sock")}}" }
            }
            """);
        return file;
    }
}
