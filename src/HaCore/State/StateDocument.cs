using System.Text.Json.Serialization;

namespace HaCore.State;

/// <summary>The state file's payload, version 1. 64-bit numbers are texts: common JSON programs round numbers above 2^53.</summary>
internal sealed record StateDocument
{
    public required string Cluster { get; init; }
    public required uint Incarnation { get; init; }
    public uint PeerIncarnation { get; init; }

    [JsonNumberHandling(JsonNumberHandling.WriteAsString | JsonNumberHandling.AllowReadingFromString)]
    public ulong PeerNonce { get; init; }
    public bool LocalStandby { get; init; }
    public bool Maintenance { get; init; }
    public uint MaintenanceRevision { get; init; }
    public string? ArmedBootId { get; init; }
    public required IReadOnlyList<StateDocumentGroup> Groups { get; init; }
}

internal sealed record StateDocumentGroup
{
    public required string Name { get; init; }

    [JsonNumberHandling(JsonNumberHandling.WriteAsString | JsonNumberHandling.AllowReadingFromString)]
    public long Term { get; init; }
    public string? HoldBootId { get; init; }
    public bool Diverged { get; init; }
    public bool ConflictLost { get; init; }
    public string? Pinned { get; init; }
    public uint PeerOutdatedEpoch { get; init; }
    public bool Sole { get; init; }
    public uint OutdatedEpoch { get; init; }
}

// A field that this release does not know means that another release wrote the file under our version number: refuse, do not lose it.
[JsonSourceGenerationOptions(
    WriteIndented = true,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true)]
[JsonSerializable(typeof(StateDocument))]
internal sealed partial class StateJsonContext : JsonSerializerContext;
