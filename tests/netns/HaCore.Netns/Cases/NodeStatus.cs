using System.Text.Json;
using HaCore.Netns.Lab;

namespace HaCore.Netns.Cases;

/// <summary>One look at a node's status, as an operator gets it (docs/reference/control.md).</summary>
internal sealed class NodeStatus
{
    // status: all is good, something is missing, a group is active nowhere. All three are a status.
    private static readonly int[] Expected = [0, 10, 11];

    private readonly JsonElement _root;

    private NodeStatus(JsonElement root) => _root = root;

    public string Health => _root.GetProperty("health").GetString()!;

    public bool InMaintenance => _root.GetProperty("maintenance").GetBoolean();

    /// <summary>The links, and the members of bonds, on which nothing of the peer arrives.</summary>
    public IReadOnlyList<string> Lost =>
    [
        .. Named(_root, "links", "link"),
        .. _root.GetProperty("links").EnumerateArray().SelectMany(link => Named(link, "members", "member")),
    ];

    public static NodeStatus Of(TwoNodeLab lab, Node node)
    {
        using var document = JsonDocument.Parse(lab.Operate(node, Expected, "status", "--json"));
        return new(document.RootElement.Clone());
    }

    /// <summary>Is there a condition that begins with this name?</summary>
    public bool HasConditionOf(string name) =>
        _root.GetProperty("conditions").EnumerateArray().Any(condition => condition.GetString()!.Contains(name, StringComparison.Ordinal));

    public override string ToString() => _root.GetRawText();

    private static IEnumerable<string> Named(JsonElement parent, string list, string name) =>
        parent.GetProperty(list).EnumerateArray().Where(one => !one.GetProperty("alive").GetBoolean()).Select(one => one.GetProperty(name).GetString()!);
}
