using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Text.RegularExpressions;
using HaCore.Control.Contract;
using HaCore.Control.Tests.Rig;

namespace HaCore.Control.Tests;

/// <summary>docs/reference/control.md against what is sent.</summary>
public sealed partial class SchemaTests
{
    [Fact]
    public void Every_field_of_the_snapshot_is_documented_and_every_documented_field_exists()
    {
        var page = Page();
        var section = page[page.IndexOf("## The snapshot", StringComparison.Ordinal)..page.IndexOf("## Notices", StringComparison.Ordinal)];
        var documented = FieldPattern().Matches(section).Select(match => match.Groups["field"].Value);

        Assert.Equal(FieldsOf(ContractJson.Default.SnapshotDocument, "").Order(StringComparer.Ordinal), documented.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_field_of_a_notice_is_documented()
    {
        var page = Page();
        var section = page[page.IndexOf("## Notices", StringComparison.Ordinal)..];

        Assert.All(FieldsOf(ContractJson.Default.NoticeDocument, ""), field => Assert.Contains($"`{field}`", section, StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_snapshot_of_a_running_pair_has_no_field_that_is_not_documented()
    {
        var pair = await SharedPair.GetAsync();
        using var door = new DoorClient(pair.Alpha.SocketPath);
        var known = FieldsOf(ContractJson.Default.SnapshotDocument, "").ToHashSet(StringComparer.Ordinal);

        using var snapshot = JsonDocument.Parse(await door.GetTextAsync("/clusters/pair"));

        var sent = Paths(snapshot.RootElement, "").ToHashSet(StringComparer.Ordinal);
        Assert.Subset(known, sent);
        Assert.Superset(new HashSet<string> { "schema", "health", "nodes[].silentForSeconds", "links[].roundTripSeconds", "groups[].activeOn", "groups[].resources[].state" }, sent);
        Assert.Equal(1, snapshot.RootElement.GetProperty("schema").GetInt32());
        Assert.Equal("good", snapshot.RootElement.GetProperty("health").GetString());
    }

    private static IEnumerable<string> FieldsOf(JsonTypeInfo type, string prefix)
    {
        foreach (var property in type.Properties)
        {
            var path = prefix + property.Name;
            yield return path;
            var info = ContractJson.Default.GetTypeInfo(property.PropertyType)!;
            if (info.Kind == JsonTypeInfoKind.Enumerable && ContractJson.Default.GetTypeInfo(info.ElementType!) is { Kind: JsonTypeInfoKind.Object } element)
            {
                foreach (var inner in FieldsOf(element, path + "[]."))
                {
                    yield return inner;
                }
            }
        }
    }

    private static IEnumerable<string> Paths(JsonElement element, string prefix) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().SelectMany(property => Paths(property.Value, prefix + property.Name + (property.Value.ValueKind == JsonValueKind.Array ? "[]." : ".")).Prepend(prefix + property.Name)),
        JsonValueKind.Array => element.EnumerateArray().SelectMany(item => Paths(item, prefix)),
        _ => [],
    };

    private static string Page()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "HaCore.sln")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new DirectoryNotFoundException("No HaCore.sln above the tests.");
        }

        return File.ReadAllText(Path.Combine(folder, "docs/reference/control.md"));
    }

    [GeneratedRegex(@"^\| `(?<field>[^`]+)` \|", RegexOptions.Multiline)]
    private static partial Regex FieldPattern();
}
