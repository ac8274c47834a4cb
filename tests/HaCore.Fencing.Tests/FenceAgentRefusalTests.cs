using Microsoft.Extensions.DependencyInjection;

namespace HaCore.Fencing.Tests;

/// <summary>What is said at start about a fence agent that is configured wrongly: value, rule, consequence, and never the value of a parameter.</summary>
public sealed class FenceAgentRefusalTests
{
    private const string Targets = """ "Targets": { "novanta": { "ip": "192.0.2.31" }, "novantuno": { "ip": "192.0.2.32" } } """;
    private const string Program = """ "Program": "/usr/sbin/fence_ipmilan" """;
    private const string Good = Program + "," + Targets;

    public static TheoryData<string, string> Refused => new()
    {
        { Targets, "Fencing device \"bmc\": Program is missing: write the full path of the agent, as \"/usr/sbin/fence_ipmilan\"" },
        { $$""" "Program": "fence_ipmilan", {{Targets}} """, "Fencing device \"bmc\": Program (fence_ipmilan) must be a full path: what a search finds depends on who searches" },
        { Program, "Fencing device \"bmc\": Plugs and Targets are both missing: nothing would tell the device which of the two machines is meant, and a node that fences its peer might cut itself off." },
        { $$""" {{Program}}, "Targets": { "novanta": { "ip": "192.0.2.31" } } """, "Fencing device \"bmc\": Targets has no entry for \"novantuno\": each of the two nodes may be the one that must be cut off, and the file serves both machines." },
        { $$""" {{Program}}, "Targets": { "novanta": { "ip": "192.0.2.31" }, "novantuno": { "ip": "192.0.2.31" } } """, "Fencing device \"bmc\": Targets says the same about both nodes, and there are no Plugs: a node that fences its peer might cut itself off." },
        { $$""" {{Program}}, "Plugs": { "novanta": "1", "novantuno": "1" } """, "Fencing device \"bmc\": Plugs: \"1\" is the plug of \"novanta\" and \"novantuno\": a node that fences its peer would cut itself off." },
        { $$""" {{Good}}, "Action": "Cycle" """, "HaCluster:Fencing:Devices:0:Action: \"Cycle\" must be one of Off, Reboot" },
        { $$""" {{Good}}, "Parameters": { "action": "on" } """, "Fencing device \"bmc\": Parameters: \"action\" cannot be given: write \"Action\": \"Off\" or \"Reboot\" beside it" },
        { $$""" {{Good}}, "Parameters": { "nodename": "x" } """, "Fencing device \"bmc\": Parameters: \"nodename\" cannot be given: it is always the name of the target" },
        { $$""" {{Good}}, "Parameters": { "port": "1" } """, "Fencing device \"bmc\": Parameters: \"port\" cannot be given: write \"Plugs\", which has one for each node" },
        { $$""" {{Good}}, "Parameters": { "version": "1" } """, "Fencing device \"bmc\": Parameters: \"version\" cannot be given: the agent would print a text, do nothing and end as if it had" },
        { $$""" {{Good}}, "Parameters": { "i p": "1" } """, "Fencing device \"bmc\": Parameters: \"i p\" has letters, digits, '_' and '-' only, as the agents' manual pages write it" },
        { $$""" {{Good}}, "Parameters": { "username": "x\naction=on" } """, "Fencing device \"bmc\": Parameters: the value of \"username\" has a line break or another control character: the agent reads line by line" },
        { $$""" {{Good}}, "Parameters": { "username": "" } """, "Fencing device \"bmc\": Parameters: the value of \"username\" is empty: leave it out, or write 1 for a switch" },
        { $$""" {{Good}}, "Parameters": { "passwd": "geheim" } """, "Fencing device \"bmc\": Parameters: \"passwd\" is a secret, and a secret in configuration is refused, because configuration ends up in backups, repositories and logs: write the path of a file of mode 0600 as PasswordFile. Remove it, and take a new one" },
        { $$""" {{Good}}, "Parameters": { "snmp_priv_passwd": "geheim" } """, "Fencing device \"bmc\": Parameters: \"snmp_priv_passwd\" is a secret, and a secret in configuration is refused, because configuration ends up in backups, repositories and logs: write \"SecretFiles\": { \"snmp_priv_passwd\": path of a file of mode 0600 }. Remove it, and take a new one" },
        { $$""" {{Good}}, "Password": "geheim" """, "HaCluster:Fencing:Devices:0:Password: a secret in configuration is refused, because configuration ends up in backups, repositories and logs: the password comes only from a file of mode 0600, which \"PasswordFile\" names. Remove it, and take a new password." },
        { $$""" {{Good}}, "PasswordFile": "geheim" """, "Fencing device \"bmc\": PasswordFile must be the full path of a file of mode 0600 that holds the secret, and is not a path" },
        { $$""" {{Good}}, "PasswordFile": "/etc/hacore/{nodes}" """, "Fencing device \"bmc\": PasswordFile: {node} is the only placeholder: nothing else can be filled in" },
        { $$""" {{Good}}, "PasswordFile": "/a", "SecretFiles": { "password": "/b" } """, "Fencing device \"bmc\": PasswordFile and a password in SecretFiles are two for one: remove one of them, or nobody knows which counts" },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void A_wrong_agent_is_refused_in_full_words_without_the_value(string options, string error)
    {
        var said = Clusters.StartError(ha => ha.AddFenceAgentDeviceType(), $$""" { "Name": "bmc", "Type": "FenceAgent", {{options}} } """);
        Assert.Equal(error, said);
        Assert.DoesNotContain("geheim", said, StringComparison.Ordinal);
    }

    [Fact]
    public void A_reboot_beside_another_device_is_refused()
    {
        var device = $$""" "Type": "FenceAgent", {{Program}}, "Plugs": { "novanta": "1", "novantuno": "2" } """;
        Assert.Equal(
            "Fencing device \"left\": Action (Reboot) must be Off in a level with 2 devices: the first would be on again before the last is off, and a machine with two power supplies would never be off.",
            Assert.Single(Clusters.StartErrors(ha => ha.AddFenceAgentDeviceType(), $$""" { "Name": "left", "Action": "Reboot", {{device}} } """, $$""" { "Name": "right", {{device}} } """)));
    }

    [Fact]
    public void A_key_file_is_all_that_is_missed_with_good_agents()
    {
        var host = Clusters.StartFailure(ha => ha.AddFenceAgentDeviceType(), $$""" { "Name": "bmc", "Type": "FenceAgent", "Action": "Reboot", "PasswordFile": "/etc/{node}", "Parameters": { "lanplus": true }, {{Good}} } """);
        Assert.Contains("/no/such/key", host.Message, StringComparison.Ordinal);
    }
}
