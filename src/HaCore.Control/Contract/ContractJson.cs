using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace HaCore.Control.Contract;

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    AllowTrailingCommas = false)]
[JsonSerializable(typeof(SnapshotDocument))]
[JsonSerializable(typeof(NoticeDocument))]
[JsonSerializable(typeof(ClustersDocument))]
[JsonSerializable(typeof(CommandsDocument))]
[JsonSerializable(typeof(AnswerDocument))]
[JsonSerializable(typeof(ExecuteDocument))]
[JsonSerializable(typeof(StandbyRequest))]
[JsonSerializable(typeof(OnlineRequest))]
[JsonSerializable(typeof(MoveRequest))]
[JsonSerializable(typeof(MaintenanceRequest))]
[JsonSerializable(typeof(ClearRequest))]
[JsonSerializable(typeof(ClearDivergenceRequest))]
[JsonSerializable(typeof(ConfirmDownRequest))]
[JsonSerializable(typeof(TakeRequest))]
[JsonSerializable(typeof(ExecuteRequest))]
internal sealed partial class ContractJson : JsonSerializerContext
{
    /// <summary>As on the wire, one line, but with characters that a person can read. Not for HTML.</summary>
    public static ContractJson Readable { get; } = new(ForPeople(isIndented: false));

    /// <summary>For a terminal or a file.</summary>
    public static ContractJson Indented { get; } = new(ForPeople(isIndented: true));

    private static JsonSerializerOptions ForPeople(bool isIndented) => new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        WriteIndented = isIndented,
    };
}
