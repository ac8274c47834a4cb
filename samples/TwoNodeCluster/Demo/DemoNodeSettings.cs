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

    /// <summary>Does the node tell what it decides and why?</summary>
    public bool Explain { get; init; }

    /// <summary>This node's end of each cable.</summary>
    public required IReadOnlyList<DemoLink> Links { get; init; }

    public static DemoNodeSettings Read(string file) =>
        JsonSerializer.Deserialize(File.ReadAllText(file), DemoJson.Default.DemoNodeSettings) ?? throw new JsonException($"{file} is empty");

    public void Write(string file) => File.WriteAllText(file, JsonSerializer.Serialize(this, DemoJson.Default.DemoNodeSettings));
}

/// <summary>A node's end of a cable: a serial one if there is a device, otherwise a network one.</summary>
/// <param name="Name">Name of the link.</param>
internal sealed record DemoLink(string Name)
{
    /// <summary>Port on 127.0.0.1 that the node binds.</summary>
    public int LocalPort { get; init; }

    /// <summary>Port on 127.0.0.1 where the cable begins: the node takes it for its peer.</summary>
    public int CablePort { get; init; }

    /// <summary>Path of the serial port.</summary>
    public string? Device { get; init; }

    public int BaudRate { get; init; }
}

[JsonSerializable(typeof(DemoNodeSettings))]
internal sealed partial class DemoJson : JsonSerializerContext;
