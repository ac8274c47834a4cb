using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using TwoNodeCluster.RealHost;

namespace TwoNodeCluster.Tests;

/// <summary>hacore.service against what it must not do, and against the program that it starts.</summary>
public sealed class UnitFileTests
{
    private static readonly IReadOnlyList<KeyValuePair<string, string>> Lines =
        [.. File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "hacore.service"))
            .Where(line => line.Contains('=', StringComparison.Ordinal) && !line.StartsWith('#'))
            .Select(line => line.Split('=', 2))
            .Select(pair => KeyValuePair.Create(pair[0], pair[1]))];

    [Fact]
    public void No_directive_makes_a_private_mount_namespace()
    {
        // systemd.exec(5): each of these implies one.
        string[] forbidden =
        [
            "PrivateTmp", "PrivateDevices", "PrivateMounts", "ProtectSystem", "ProtectHome", "ProtectKernelTunables", "ProtectKernelModules", "ProtectKernelLogs",
            "ProtectControlGroups", "ProtectProc", "ProcSubset", "ReadOnlyPaths", "ReadWritePaths", "InaccessiblePaths", "ExecPaths", "NoExecPaths", "BindPaths",
            "BindReadOnlyPaths", "TemporaryFileSystem", "MountAPIVFS", "MountFlags", "RootDirectory", "RootImage", "MountImages", "ExtensionImages", "DynamicUser",
            "PrivateUsers", "PrivateNetwork", "LogNamespace",
        ];

        Assert.Empty(Lines.Select(line => line.Key).Intersect(forbidden));
    }

    [Fact]
    public void The_program_is_told_the_stop_timeout_that_systemd_has()
    {
        string[] variable = ValueOf("Environment").Split('=');

        Assert.Equal(StopTimeoutCheck.Variable, variable[0]);
        Assert.Equal(MinutesOf(ValueOf("TimeoutStopSec")), TimeSpan.Parse(variable[1], CultureInfo.InvariantCulture));
    }

    [Fact]
    public void The_stop_timeout_is_above_the_budgets_of_the_shipped_configuration()
    {
        string file = Path.Combine(AppContext.BaseDirectory, "appsettings.2004.json");
        using IHost host = ClusterHost.Build(new ClusterHostArguments(file, "novanta", LogTarget.Console));
        TimeSpan needed = host.Services.GetRequiredService<IOptions<HostOptions>>().Value.ShutdownTimeout;

        Assert.True(needed > TimeSpan.FromSeconds(30), $"{needed} is the host's own default: the configuration was not understood.");
        Assert.True(needed <= MinutesOf(ValueOf("TimeoutStopSec")), $"stopping may take {needed}");
    }

    [Fact]
    public void A_refused_command_line_or_configuration_is_not_restarted() =>
        Assert.Equal($"{ExitCode.Usage} {ExitCode.Configuration}", ValueOf("RestartPreventExitStatus"));

    [Fact]
    public void What_agents_started_survives_the_program() => Assert.Equal("process", ValueOf("KillMode"));

    [Fact]
    public void Whatever_ended_the_program_its_addresses_are_cleaned_by_the_same_program_and_configuration()
    {
        string[] start = ValueOf("ExecStart").Split(' ');
        string[] clean = ValueOf("ExecStopPost").Split(' ');

        Assert.Equal("-" + start[0], clean[0]); // a clean that fails is no failure of a service that ended in order
        Assert.Equal("clean", clean[1]);
        Assert.Equal(start[1..], clean[2..]);
    }

    private static string ValueOf(string key) => Assert.Single(Lines, line => line.Key == key).Value;

    private static TimeSpan MinutesOf(string value) =>
        value.EndsWith("min", StringComparison.Ordinal)
            ? TimeSpan.FromMinutes(int.Parse(value[..^3], CultureInfo.InvariantCulture))
            : throw new FormatException($"{value}: this test reads minutes.");
}
