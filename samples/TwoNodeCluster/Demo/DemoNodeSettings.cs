using System.Text.Json;
using System.Text.Json.Serialization;

namespace TwoNodeCluster.Demo;

/// <summary>What the conductor tells a node of the demo, as a JSON file in the demo's own directory.</summary>
internal sealed record DemoNodeSettings
{
    public required string Node { get; init; }

    /// <summary>The demo's other times follow from it.</summary>
    public required TimeSpan DeadTime { get; init; }

    public required string KeyFile { get; init; }

    public required string StateDirectory { get; init; }

    /// <summary>Where hactl reaches this node; null for nowhere.</summary>
    public string? ControlSocket { get; init; }

    /// <summary>Where this node announces that it has the cluster's address.</summary>
    public required int SwitchPort { get; init; }

    /// <summary>This node's end of each cable.</summary>
    public required IReadOnlyList<DemoLink> Links { get; init; }

    public static DemoNodeSettings Read(string file) =>
        JsonSerializer.Deserialize(File.ReadAllText(file), DemoJson.Default.DemoNodeSettings) ?? throw new JsonException($"{file} is empty");

    public void Write(string file) => File.WriteAllText(file, JsonSerializer.Serialize(this, DemoJson.Default.DemoNodeSettings));
}

/// <param name="Name">Name of the link.</param>
/// <param name="LocalPort">Port on 127.0.0.1 that the node binds.</param>
/// <param name="CablePort">Port on 127.0.0.1 where the cable begins: the node takes it for its peer.</param>
internal sealed record DemoLink(string Name, int LocalPort, int CablePort);

[JsonSerializable(typeof(DemoNodeSettings))]
internal sealed partial class DemoJson : JsonSerializerContext;
