using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;

namespace HaCore.Tests.Configuration;

/// <summary>Every refusal of what a configuration file says: one change of a good file is one error, which says where it is.</summary>
public sealed class ConfigurationRefusalTests
{
    private const string Good = """
        {
          "Nodes": [ { "Name": "novanta" }, { "Name": "novantuno" } ],
          "KeyFile": "/etc/hacore/unipd.key",
          "Fencing": { "Policy": "Wait" },
          "Links": [ { "Name": "lan", "Type": "Wire", "Interface": "eth1" }, { "Name": "crossover", "Type": "Wire", "Interface": "eth0" } ],
          "Groups": [ { "Name": "notes", "Resources": [ { "Name": "note", "Type": "Note", "Text": "x" } ] } ]
        }
        """;

    [Fact]
    public void Good_file_is_accepted() => Assert.Single(Make.Definition(ha => ha.From(Good)).Engine.Groups);

    [Theory]
    [InlineData("Nodes", """{ "novanta": {}, "novantuno": {} }""", "HaCluster:Nodes: must be an array", "order matters")]
    [InlineData("Links", """{ "lan": { "Type": "Wire" } }""", "HaCluster:Links: must be an array", "has the keys lan")]
    [InlineData("Groups", """{ "notes": {} }""", "HaCluster:Groups: must be an array", "has the keys notes")]
    [InlineData("Groups:0:Resources", """{ "note": { "Type": "Note" } }""", "HaCluster:Groups:0:Resources: must be an array", "has the keys note")]
    [InlineData("Links", "\"lan\"", "HaCluster:Links: must be an array [ ... ] and is \"lan\"")]
    [InlineData("Nodes", """[ "novanta", { "Nam": "novantuno", "Name": "novantuno" } ]""", "HaCluster:Nodes:1:Nam: the key \"Nam\" is unknown", "did you mean \"Name\"?")]
    [InlineData("Nodes", """[ "novanta", {} ]""", "HaCluster:Nodes:1: this node has no \"Name\"")]
    [InlineData("Links:0:Name", null, "HaCluster:Links:0: this link has no \"Name\"")]
    [InlineData("Links:0:Type", null, "HaCluster:Links:0: this link has no \"Type\" (known: Wire)")]
    [InlineData("Links:0:Type", "\"Wirre\"", "HaCluster:Links:0:Type: no link type \"Wirre\" is registered", "did you mean \"Wire\"?")]
    [InlineData("Links:0:Interfce", "\"eth1\"", "HaCluster:Links:0:Interfce: the key \"Interfce\" is unknown", "did you mean \"Interface\"?")]
    [InlineData("Links:0:Port", "\"many\"", "HaCluster:Links:0:Port: \"many\" must be a whole number")]
    [InlineData("Links:0:Interval", "\"1\"", "HaCluster:Links:0:Interval: \"1\" is refused: 1 means 1 days; write 00:00:01")]
    [InlineData("Groups:0:Name", null, "HaCluster:Groups:0: this group has no \"Name\"")]
    [InlineData("Groups:0:Failbak", "\"Never\"", "HaCluster:Groups:0:Failbak", "did you mean \"Failback\"?")]
    [InlineData("Groups:0:Failback", "\"WenReady\"", "HaCluster:Groups:0:Failback: \"WenReady\" must be one of Never, WhenReady, AfterDelay", "did you mean \"WhenReady\"?")]
    [InlineData("Groups:0:Failback", "1", "HaCluster:Groups:0:Failback: \"1\" must be one of")]
    [InlineData("Groups:0:RestartLimit", "\"few\"", "HaCluster:Groups:0:RestartLimit: \"few\" must be a whole number")]
    [InlineData("Groups:0:Resources:0:Name", null, "HaCluster:Groups:0:Resources:0: this resource has no \"Name\"")]
    [InlineData("Groups:0:Resources:0:Type", null, "HaCluster:Groups:0:Resources:0: this resource has no \"Type\" (known: Disk, Note)")]
    [InlineData("Groups:0:Resources:0:Type", "\"Noted\"", "no resource type \"Noted\" is registered", "did you mean \"Note\"?")]
    [InlineData("Groups:0:Resources:0:Txet", "\"y\"", "HaCluster:Groups:0:Resources:0:Txet", "did you mean \"Text\"?")]
    [InlineData("Groups:0:Resources:0:Patience", "2", "HaCluster:Groups:0:Resources:0:Patience: \"2\" is refused: 2 means 2 days; write 00:00:02.")]
    [InlineData("Groups:0:Resources:0:Loud", "\"very\"", "HaCluster:Groups:0:Resources:0:Loud: \"very\" must be true or false")]
    [InlineData("Groups:0:Resources:0:Day", "\"Doomsday\"", "HaCluster:Groups:0:Resources:0:Day: \"Doomsday\" must be one of Sunday, Monday")]
    [InlineData("Groups:0:Resources:0:Text", "[ 1 ]", "HaCluster:Groups:0:Resources:0:Text: must be a single value")]
    [InlineData("Groups:0:Resources:0:Copies", "10", "Resource \"note\": Copies (10) must be at most 9")]
    [InlineData("Groups:0:Resources:0:Start", """{ "Timout": "00:00:01" }""", "HaCluster:Groups:0:Resources:0:Start:Timout", "did you mean \"Timeout\"?")]
    [InlineData("Groups:0:Resources:0:Start", "\"00:00:01\"", "HaCluster:Groups:0:Resources:0:Start: must be an object { ... } and is \"00:00:01\"")]
    [InlineData("Noodes", "[]", "HaCluster:Noodes", "did you mean \"Nodes\"?")]
    [InlineData("Colour", "\"red\"", "HaCluster:Colour: the key \"Colour\" is unknown", "known here: Nodes, LocalNode, KeyFile")]
    [InlineData("RealTime", "\"sometimes\"", "HaCluster:RealTime: \"sometimes\" must be true or false")]
    [InlineData("Times", """{ "DeadTime": 2 }""", "HaCluster:Times:DeadTime: \"2\" is refused: 2 means 2 days; write 00:00:02.")]
    [InlineData("Times", """{ "DeadTime": 0.5 }""", "\"0.5\" is refused", "write 00:00:00.500")]
    [InlineData("Times", """{ "DeadTime": "2s" }""", "\"2s\" is refused: a time is written hours:minutes:seconds")]
    [InlineData("Times", """{ "DeadTime": "10:00" }""", "\"10:00\" is refused: a time is written hours:minutes:seconds")]
    [InlineData("Times", """{ "DeadTim": "00:00:02" }""", "HaCluster:Times:DeadTim", "did you mean \"DeadTime\"?")]
    [InlineData("Times", """{ "Profile": "Quick" }""", "HaCluster:Times:Profile: \"Quick\" must be one of Lan, Fast, Heartbeat2004")]
    [InlineData("Times", "\"Fast\"", "HaCluster:Times: must be an object { ... } and is \"Fast\"")]
    [InlineData("Fencing:Polcy", "\"Wait\"", "HaCluster:Fencing:Polcy", "did you mean \"Policy\"?")]
    [InlineData("Fencing:Delay", "5", "5 means 5 days")]
    [InlineData("Key", "\"hunter2\"", "HaCluster:Key: a secret in configuration is refused", "\"KeyFile\"")]
    [InlineData("Links:0:Password", "\"hunter2\"", "HaCluster:Links:0:Password: a secret in configuration is refused")]
    [InlineData("LocalNode", "\"novantuna\"", "This node is \"novantuna\"", "did you mean")]
    [InlineData("LocalNode", "[ \"novanta\" ]", "HaCluster:LocalNode: must be a single value")]
    [InlineData("PerNode", """{ "novanto": {} }""", "HaCluster:PerNode:novanto", "none of the configured nodes", "did you mean \"novanta\"?")]
    [InlineData("PerNode", """{ "novantuno": { "nota": { "Text": "y" } } }""", "HaCluster:PerNode:novantuno:nota: no link, resource, fencing device or section has the name \"nota\"", "did you mean \"note\"?")]
    [InlineData("PerNode", """{ "novantuno": { "note": { "Txt": "y" } } }""", "HaCluster:PerNode:novantuno:note:Txt", "did you mean \"Text\"?")]
    [InlineData("PerNode", """{ "novantuno": { "note": { "Patience": 3 } } }""", "HaCluster:PerNode:novantuno:note:Patience: \"3\" is refused: 3 means 3 days")]
    [InlineData("PerNode", """{ "novanta": { "note": { "CarriesReplicatedData": true } } }""", "the key \"CarriesReplicatedData\" is unknown")]
    [InlineData("PerNode", """{ "novanta": { "lan": { "Type": "Wire" } } }""", "the key \"Type\" is unknown")]
    [InlineData("PerNode", """{ "novanta": { "note": 1 } }""", "HaCluster:PerNode:novanta:note: must be an object")]
    public void Mistake_is_the_one_error(string path, string? json, params string[] parts)
    {
        var error = Make.Error(ha => ha.From(With(path, json)));
        Assert.All(parts, part => Assert.Contains(part, error, StringComparison.Ordinal));
        Assert.DoesNotContain("hunter2", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Missing_policy_word_lists_the_choices()
    {
        var errors = Make.Errors(ha => ha.From(With("Fencing:Policy", "\"Procede\"")));
        Assert.Contains("HaCluster:Fencing:Policy: \"Procede\" must be one of Wait, ProceedUnfenced, Fence", errors[0], StringComparison.Ordinal);
        Assert.Contains("No fencing policy is chosen", errors[1], StringComparison.Ordinal);
    }

    [Fact]
    public void Same_name_in_code_and_file_is_refused()
    {
        var error = Make.Error(ha => ha.From(Good).AddGroup("more", g => g.AddNote("note")));
        Assert.Contains("The name \"note\" of a resource is already that of a resource", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Options_of_a_type_without_a_word_cannot_be_overridden()
    {
        var error = Make.Error(ha => ha.Good().AddGroup("notes", g => g.AddNote("note"))
            .Bind(Make.Section("""{ "PerNode": { "novanta": { "note": { "Text": "y" } } } }""")));
        Assert.Contains("can be set in code only", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Errors_of_the_whole_file_come_at_once()
    {
        var errors = Make.Errors(ha => ha.From("""
            {
              "Nods": [],
              "Times": { "DeadTime": 2, "WarnTime": 1 },
              "Links": [ { "Name": "lan", "Type": "Wire", "Prt": 1, "Port": "x" } ],
              "Groups": [ { "Name": "g", "Resources": [ { "Name": "n", "Type": "Note", "Patience": 1, "Copies": "x", "Loud": "x" } ] } ]
            }
            """));
        Assert.Equal(11, errors.Length);   // 3 in times and keys, 2 of the link, 3 of the resource, and no nodes, no key file, no policy
    }

    private static string With(string path, string? json)
    {
        var root = JsonNode.Parse(Good)!;
        var keys = path.Split(':');
        var node = root;
        foreach (var key in keys[..^1])
        {
            node = node is JsonArray array ? array[int.Parse(key, System.Globalization.CultureInfo.InvariantCulture)]! : node[key]!;
        }

        if (json is null)
        {
            ((JsonObject)node).Remove(keys[^1]);
        }
        else
        {
            node[keys[^1]] = JsonNode.Parse(json);
        }

        return root.ToJsonString();
    }
}
