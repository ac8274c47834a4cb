using System.Security.Cryptography;
using System.Text;
using HaCore;
using TwoNodeCluster.RealHost;

namespace TwoNodeCluster.Tests;

/// <summary>The clean command as systemd calls it, and as somebody types it. What it removes is shown in tests/netns.</summary>
public sealed class CleaningTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("hacore-test-");

    private readonly DirectoryInfo _state = Directory.CreateTempSubdirectory("hacore-test-"); // mode 0700, as a state directory must have

    [Fact]
    public async Task A_program_that_ended_in_order_left_nothing_and_its_configuration_is_not_even_read() =>
        Assert.Equal(ExitCode.Success, await Cleaning.RunAsync(new ClusterHostArguments("/nowhere/appsettings.json", null, LogTarget.Console), "success", TestContext.Current.CancellationToken));

    [Theory]
    [InlineData("signal")]
    [InlineData("watchdog")]
    [InlineData("oom-kill")]
    [InlineData("exit-code")]
    [InlineData(null)]
    public async Task Where_nothing_is_left_it_succeeds(string? serviceResult)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "addresses of other systems are not known.");
        Assert.Equal(ExitCode.Success, await RunAsync(serviceResult));
    }

    [Fact]
    public async Task In_maintenance_what_runs_is_left()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "addresses of other systems are not known.");
        WriteState(maintenance: true);
        SampleRun run = await SampleRun.RunAsync(["clean", "--config", WriteConfiguration(), "--node", "alpha"], TestContext.Current.CancellationToken);
        Assert.Equal(ExitCode.Success, run.ExitCode);
        Assert.Contains("maintenance", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task While_a_program_holds_the_state_directory_it_is_refused()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "addresses of other systems are not known.");
        WriteState(maintenance: false);
        await using var running = new FileStream(Path.Combine(_state.FullName, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        SampleRun run = await SampleRun.RunAsync(["clean", "--config", WriteConfiguration(), "--node", "alpha"], TestContext.Current.CancellationToken);
        Assert.Equal(ExitCode.Failed, run.ExitCode);
        Assert.Contains("cannot be locked", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refused_configuration_is_told_and_nothing_is_touched()
    {
        string file = Path.Combine(_folder.FullName, "appsettings.json");
        await File.WriteAllTextAsync(file, """{ "ClusterName": "shop", "HaCluster": { } }""", TestContext.Current.CancellationToken);
        Assert.Equal(ExitCode.Configuration, await Cleaning.RunAsync(new ClusterHostArguments(file, "alpha", LogTarget.Console), "signal", TestContext.Current.CancellationToken));
    }

    public void Dispose()
    {
        _folder.Delete(recursive: true);
        _state.Delete(recursive: true);
    }

    private Task<int> RunAsync(string? serviceResult)
    {
        WriteState(maintenance: false);
        return Cleaning.RunAsync(new ClusterHostArguments(WriteConfiguration(), "alpha", LogTarget.Console), serviceResult, TestContext.Current.CancellationToken);
    }

    /// <summary>As docs/internals/state.md describes it.</summary>
    private void WriteState(bool maintenance)
    {
        string payload = $$"""{ "cluster": "shop", "incarnation": 1, "maintenance": {{(maintenance ? "true" : "false")}}, "groups": [] }""";
        File.WriteAllText(Path.Combine(_state.FullName, "state"), $"hacore-state 1 {Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(payload)))}\n{payload}");
    }

    private string WriteConfiguration()
    {
        string key = Path.Combine(_folder.FullName, "shop.key");
        ClusterKeyFile.Create(key);
        string file = Path.Combine(_folder.FullName, "appsettings.json");
        File.WriteAllText(file, $$"""
            {
              "ClusterName": "shop",
              "Control": { "SocketPath": "{{Path.Combine(_folder.FullName, "control.sock")}}" },
              "HaCluster": {
                "Nodes": [ { "Name": "alpha" }, { "Name": "beta" } ],
                "KeyFile": "{{key}}",
                "StateDirectory": "{{_state.FullName}}",
                "Fencing": { "Policy": "Wait" },
                "Links": [ { "Name": "lan", "Type": "Udp", "PeerAddress": "127.0.0.1", "LocalAddress": "127.0.0.1", "LocalPort": 40694, "PeerPort": 40695 } ],
                "Groups": [ { "Name": "web", "Resources": [ { "Name": "web-ip", "Type": "IpAddress", "Address": "192.0.2.92/32", "Interface": "lo" } ] } ]
              }
            }
            """);
        return file;
    }
}
