using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using HaCore.Engine;

namespace HaCore.State;

/// <summary>
/// The bytes of the state file: a line <c>hacore-state VERSION SHA256</c>, then the payload that the checksum is of.
/// </summary>
internal static class StateFile
{
    public const int Version = 1;
    private const string Word = "hacore-state";

    public static byte[] Format(PersistentState state, string cluster)
    {
        var payload = JsonSerializer.SerializeToUtf8Bytes(ToDocument(state, cluster), StateJsonContext.Default.StateDocument);
        var line = string.Create(CultureInfo.InvariantCulture, $"{Word} {Version} {Convert.ToHexStringLower(SHA256.HashData(payload))}\n");
        return [.. Encoding.ASCII.GetBytes(line), .. payload];
    }

    /// <summary>The state, or why these bytes are none.</summary>
    public static (PersistentState? State, string? Refusal) Parse(ReadOnlySpan<byte> bytes, string cluster)
    {
        var end = bytes.IndexOf((byte)'\n');
        var words = end < 0 ? [] : Encoding.ASCII.GetString(bytes[..end]).Split(' ');
        if (words.Length != 3 || words[0] != Word || !int.TryParse(words[1], NumberStyles.None, CultureInfo.InvariantCulture, out var version))
        {
            return (null, "it does not begin with the line of a state file: damaged or cut short");
        }

        if (version > Version)
        {
            return (null, $"it has version {version}, newer than this release knows (up to {Version})");
        }

        var payload = bytes[(end + 1)..];
        if (words[2] != Convert.ToHexStringLower(SHA256.HashData(payload)))
        {
            return (null, "its checksum does not fit: damaged, cut short or edited");
        }

        // The seam for migration: an older version is read by its own reader into today's PersistentState; the next save writes today's.
        return version switch
        {
            1 => ReadVersion1(payload, cluster),
            _ => (null, $"there never was a version {version}"),
        };
    }

    private static (PersistentState? State, string? Refusal) ReadVersion1(ReadOnlySpan<byte> payload, string cluster)
    {
        StateDocument? document;
        try
        {
            document = JsonSerializer.Deserialize(payload, StateJsonContext.Default.StateDocument);
        }
        catch (JsonException e)
        {
            return (null, $"its content does not fit version 1 ({e.Message})");
        }

        if (document is null || document.Incarnation == 0 || document.Groups.Any(g => g is null || g.Term < 0))
        {
            return (null, "its content does not fit version 1 (a value is impossible)");
        }

        if (document.Cluster != cluster)
        {
            return (null, $"it belongs to cluster '{document.Cluster}', not to '{cluster}'");
        }

        var groups = document.Groups.Select(FromDocument).ToArray();
        return groups.DistinctBy(g => g.Name, StringComparer.Ordinal).Count() == groups.Length
            ? (FromDocument(document, groups), null)
            : (null, "its content does not fit version 1 (a group is there twice)");
    }

    private static StateDocument ToDocument(PersistentState state, string cluster) => new()
    {
        Cluster = cluster,
        Incarnation = state.Incarnation,
        PeerIncarnation = state.PeerIncarnation,
        PeerNonce = state.PeerNonce,
        LocalStandby = state.LocalStandby,
        Maintenance = state.Maintenance,
        MaintenanceRevision = state.MaintenanceRevision,
        ArmedBootId = state.ArmedBootId,
        Groups = [.. state.Groups.Select(group => new StateDocumentGroup
        {
            Name = group.Name,
            Term = group.Term,
            HoldBootId = group.HoldBootId,
            Diverged = group.Diverged,
            ConflictLost = group.ConflictLost,
            Pinned = group.Pinned,
            PeerOutdatedEpoch = group.PeerOutdatedEpoch,
            Sole = group.Sole,
            OutdatedEpoch = group.OutdatedEpoch,
        })],
    };

    private static PersistentState FromDocument(StateDocument document, PersistentGroup[] groups) => new()
    {
        Incarnation = document.Incarnation,
        PeerIncarnation = document.PeerIncarnation,
        PeerNonce = document.PeerNonce,
        LocalStandby = document.LocalStandby,
        Maintenance = document.Maintenance,
        MaintenanceRevision = document.MaintenanceRevision,
        ArmedBootId = document.ArmedBootId,
        Groups = groups,
    };

    private static PersistentGroup FromDocument(StateDocumentGroup group) => new()
    {
        Name = group.Name,
        Term = group.Term,
        HoldBootId = group.HoldBootId,
        Diverged = group.Diverged,
        ConflictLost = group.ConflictLost,
        Pinned = group.Pinned,
        PeerOutdatedEpoch = group.PeerOutdatedEpoch,
        Sole = group.Sole,
        OutdatedEpoch = group.OutdatedEpoch,
    };
}
