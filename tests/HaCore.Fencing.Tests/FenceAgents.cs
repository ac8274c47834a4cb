using HaCore.Fencing.FenceAgent;

namespace HaCore.Fencing.Tests;

/// <summary>The programs of the Debian package fence-agents, where it is installed.</summary>
internal static class FenceAgents
{
    private const string Folder = "/usr/sbin";

    public static string Dummy { get; } = Path.Combine(Folder, "fence_dummy");

    /// <summary>All of them.</summary>
    public static IEnumerable<string> All => Directory.EnumerateFiles(Folder, "fence_*").Order(StringComparer.Ordinal);

    public static void SkipWithout() => Assert.SkipUnless(File.Exists(Dummy), $"there is no {Dummy}: install the package fence-agents");

    /// <summary>A shell script that answers like an agent. <c>$action</c> and every other parameter are variables, <c>$input</c> is all of its input.</summary>
    public static string Agent(this Workplace place, string name, string body, string? metadata = Metadata) => place.Script(name, $$"""
        input=$(cat)
        while IFS='=' read -r key value; do eval "$key=\$value"; done <<END
        $input
        END
        if [ "$action" = metadata ]; then
            {{(metadata is null ? "echo no metadata >&2; exit 1" : $"cat <<'END'\n{metadata}\nEND\nexit 0")}}
        fi
        {{body}}
        """);

    public const string Metadata = """
        <?xml version="1.0" ?>
        <resource-agent name="fence_script" shortdesc="of a test">
        <parameters>
          <parameter name="action" required="1"><content type="string" default="reboot" /></parameter>
          <parameter name="ip" required="1" obsoletes="ipaddr"><content type="string" /></parameter>
          <parameter name="ipaddr" required="1" deprecated="1"><content type="string" /></parameter>
          <parameter name="username"><content type="string" /></parameter>
          <parameter name="password"><content type="string" /></parameter>
          <parameter name="snmp_priv_passwd"><content type="string" /></parameter>
          <parameter name="method"><content type="select" default="onoff" /></parameter>
          <parameter name="plug" obsoletes="port"><content type="string" /></parameter>
          <parameter name="port" deprecated="1"><content type="string" /></parameter>
        </parameters>
        <actions>
          <action name="on" automatic="0" /><action name="off" /><action name="reboot" /><action name="status" /><action name="monitor" /><action name="metadata" />
        </actions>
        </resource-agent>
        """;

    public static FenceAgentMetadata Parse(string text) => FenceAgentMetadata.Parse(text, out var error) ?? throw new Xunit.Sdk.XunitException(error!);

    /// <summary>What a site would write for an agent with a management board for each machine.</summary>
    public static FenceAgentOptions Options(string program)
    {
        var options = new FenceAgentOptions { Program = program };
        options.Targets["novanta"] = new Dictionary<string, string> { ["ip"] = "192.0.2.31" };
        options.Targets["novantuno"] = new Dictionary<string, string> { ["ip"] = "192.0.2.32" };
        return options;
    }
}
