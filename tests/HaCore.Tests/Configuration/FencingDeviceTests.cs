using HaCore.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace HaCore.Tests.Configuration;

/// <summary>Fencing devices in code and in configuration: what comes of them, and what is refused, in full words.</summary>
public sealed class FencingDeviceTests
{
    [Fact]
    public void Devices_of_a_file_have_options_settings_levels_and_what_one_node_says_differently()
    {
        using var provider = Make.Provider(ha => ha.Good().From("""
            {
              "Fencing": {
                "Policy": "Fence",
                "Devices": [
                  { "Name": "ipmi", "Type": "Outlet", "Level": 2, "Socket": "bmc", "Timeout": "00:00:20", "MonitorInterval": "00:00:00" },
                  { "Name": "pdu-a", "Type": "outlet", "Socket": "7", "Plugs": { "novanta": "1", "novantuno": "2" } },
                  { "Name": "pdu-b", "Type": "Outlet", "Retries": 0, "RetryDelay": "00:00:02", "MonitorTimeout": "00:00:05" }
                ]
              },
              "PerNode": {
                "novanta": { "pdu-b": { "Socket": "8", "Timeout": "00:00:09" } },
                "novantuno": { "pdu-b": { "Socket": "9" } }
              }
            }
            """));
        var definition = ClusterDefinitionFactory.Create(provider, Make.Name);

        Assert.Equal(3, definition.Engine.FencingDeviceCount);
        Assert.Equal([("pdu-a", 1), ("pdu-b", 1), ("ipmi", 2)], definition.FencingDevices.Select(device => (device.Name, device.Level)));
        Assert.Equal(["7", "8", "bmc"], definition.FencingDevices.Select(device => Assert.IsType<Outlet>(device.Create(provider)).Options.Socket));
        Assert.Equal("2", Assert.IsType<Outlet>(definition.FencingDevices[0].Create(provider)).Options.Plugs["novantuno"]);
        Assert.Equal(
            [new(Seconds(60), 3, Seconds(1)), new(Seconds(9), 0, Seconds(2)), new(Seconds(20), 3, Seconds(1))],
            definition.FencingDevices.Select(device => device.Fence));
        Assert.Equal([Seconds(60), Seconds(60), Seconds(0)], definition.FencingDevices.Select(device => device.MonitorInterval));
        Assert.Equal([Seconds(20), Seconds(5), Seconds(20)], definition.FencingDevices.Select(device => device.MonitorTimeout));
    }

    [Fact]
    public void Code_and_configuration_come_to_the_same()
    {
        var file = Make.Definition(ha => ha.Good().AddOutletType().Bind(Make.Section("""{ "Fencing": { "Devices": [ { "Name": "pdu", "Type": "Outlet", "Level": 3 } ] }, "Groups": [ { "Name": "g", "Resources": [ { "Name": "n", "Type": "Note" } ] } ] }""")).AddNoteType());
        var code = Make.Definition(ha => ha.Good().AddOutletType().AddFencingDevice<Outlet, OutletOptions>("pdu", null, d => d.Level = 3).AddNoteType().AddGroup("g", g => g.AddNote("n")));
        Assert.Equal(code.Engine.Groups[0].Digest, file.Engine.Groups[0].Digest);
        Assert.Equal(code.FencingDevices[0].Fence, file.FencingDevices[0].Fence);   // the type's own default of three retries, both
    }

    [Fact]
    public void A_device_that_the_host_makes_itself_is_used()
    {
        var made = new PowerSwitch();
        using var provider = Make.Provider(ha => ha.Good().AddFencingDevice("pdu", _ => made, d => d.Level = 4));
        var device = Assert.Single(ClusterDefinitionFactory.Create(provider, Make.Name).FencingDevices);
        Assert.Same(made, device.Create(provider));
        Assert.Equal(4, device.Level);
    }

    public static TheoryData<string, string> Refused => new()
    {
        { """{ "Name": "pdu", "Type": "Outlet", "Level": 10 }""", "Fencing device \"pdu\": Level (10) must be between 1 and 9: levels are tried in ascending order." },
        { """{ "Name": "pdu", "Type": "Outlet", "Level": 0 }""", "Fencing device \"pdu\": Level (0) must be between 1 and 9: levels are tried in ascending order." },
        { """{ "Name": "pdu", "Type": "Outlet", "Timeout": "00:00:00.5" }""", "Fencing device \"pdu\": Timeout (0.5 s) must be between 1 s and 600 s: shorter, no device can turn a machine off and look whether it is off; longer, the business waits for a device that hangs." },
        { """{ "Name": "pdu", "Type": "Outlet", "Retries": 11 }""", "Fencing device \"pdu\": Retries (11) must be between 0 and 10: each try may take the whole timeout, and the next level waits for it." },
        { """{ "Name": "pdu", "Type": "Outlet", "RetryDelay": "00:02:00" }""", "Fencing device \"pdu\": RetryDelay (120 s) must be between 0 s and 60 s: it is waited between two tries, during the outage." },
        { """{ "Name": "pdu", "Type": "Outlet", "MonitorInterval": "00:00:00.1" }""", "Fencing device \"pdu\": MonitorInterval (0.1 s) must be between 1 s and 86400 s: shorter, management boards run out of sessions; longer, a dead device is found when it is needed; 0 for never." },
        { """{ "Name": "pdu", "Type": "Outlet", "MonitorTimeout": "00:00:00" }""", "Fencing device \"pdu\": MonitorTimeout (0 s) must be between 1 s and 600 s: longer, a dead device is not noticed." },
        { """{ "Name": "pdu", "Type": "Outlt" }""", "HaCluster:Fencing:Devices:0:Type: no fencing device type \"Outlt\" is registered in this host (known: Outlet); did you mean \"Outlet\"? A package's types are registered by a call on the cluster's builder." },
        { """{ "Type": "Outlet" }""", "HaCluster:Fencing:Devices:0: this fencing device has no \"Name\": logs, commands and \"PerNode\" could not tell which one they mean." },
        { """{ "Name": "pdu", "Type": "Outlet", "Sockett": "1" }""", "HaCluster:Fencing:Devices:0:Sockett: the key \"Sockett\" is unknown, and what is not understood is not ignored; did you mean \"Socket\"?" },
        { """{ "Name": "pdu", "Type": "Outlet", "Password": "swordfish" }""", "HaCluster:Fencing:Devices:0:Password: a secret in configuration is refused, because configuration ends up in backups, repositories and logs: keys come only from the file that \"KeyFile\" names. Remove it, and take a new key." },
        { """{ "Name": "novanta", "Type": "Outlet" }""", "The name \"novanta\" of a fencing device is already that of a node (capitals do not count): names are unique over nodes, links, groups, resources and devices of a cluster, or logs, commands and \"PerNode\" would be ambiguous." },
        { """{ "Name": "pdu", "Type": "Outlet", "Plugs": { "novanta": "1" } }""", "Fencing device \"pdu\": no plug for novantuno, one of 2 nodes, 1 device(s) in the level" },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void A_wrong_device_is_refused_in_full_words(string device, string error) =>
        Assert.Equal(error, Make.Error(ha => ha.Good().From("{ \"Fencing\": { \"Policy\": \"Fence\", \"Devices\": [ " + device + " ] } }")));

    [Fact]
    public void Two_devices_of_one_name_are_refused() =>
        Assert.StartsWith("The name \"PDU\" of a fencing device is already that of a fencing device", Make.Error(ha => ha.Good().AddFencingDevice<PowerSwitch>("pdu").AddFencingDevice<PowerSwitch>("PDU")), StringComparison.Ordinal);

    [Fact]
    public void What_both_nodes_must_agree_on_is_not_per_node()
    {
        var error = Make.Error(ha => ha.Good().From("""
            { "Fencing": { "Devices": [ { "Name": "pdu", "Type": "Outlet" } ] }, "PerNode": { "novanta": { "pdu": { "Level": 2 } } } }
            """));
        Assert.StartsWith("HaCluster:PerNode:novanta:pdu:Level: the key \"Level\" is unknown", error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_list_that_cannot_be_read_is_one_error()
    {
        var error = Make.Error(ha => ha.Good().From("""{ "Fencing": { "Policy": "Fence", "Devices": { "pdu": { "Type": "Outlet" } } } }"""));
        Assert.StartsWith("HaCluster:Fencing:Devices: must be an array", error, StringComparison.Ordinal);
    }

    private static TimeSpan Seconds(double value) => TimeSpan.FromSeconds(value);
}
