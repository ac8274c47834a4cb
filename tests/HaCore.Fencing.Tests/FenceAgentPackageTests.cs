using System.Text;
using HaCore.Fencing.FenceAgent;

namespace HaCore.Fencing.Tests;

/// <summary>The real agents of the package fence-agents, as real processes. <c>fence_dummy</c> keeps the power of its machine in a file.</summary>
public sealed class FenceAgentPackageTests : IDisposable
{
    /// <summary>In 4.12: seven cut a port or a storage path off, the others cannot be asked for the power or have no "off".</summary>
    private static readonly string[] s_neverConfirm =
    [
        "fence_brocade", "fence_cisco_mds", "fence_compute", "fence_ifmib", "fence_mpath", "fence_sanbox2", "fence_scsi", "fence_heuristics_ping", "fence_kdump", "fence_ovh", "fence_rcd_serial",
    ];

    private readonly Workplace _place = new();

    public FenceAgentPackageTests() => FenceAgents.SkipWithout();

    public void Dispose() => _place.Dispose();

    [Fact]
    public async Task A_machine_that_is_on_is_turned_off_and_seen_off_and_nobody_else_is()
    {
        await Power("on", "novanta", "novantuno");
        var result = await Device().FenceAsync(_place.Context, TestContext.Current.CancellationToken);
        Assert.Equal(FenceOutcome.Confirmed, result.Outcome);
        Assert.Matches("^off: fence_dummy ended with 0 after [0-9.]+ s: .*Powered OFF.*; status: fence_dummy ended with 2 after [0-9.]+ s: .*Status: OFF", result.Detail);
        Assert.Equal(("on", "off"), (PowerOf("novanta"), PowerOf("novantuno")));
    }

    [Fact]
    public async Task A_machine_that_is_off_already_is_confirmed()
    {
        await Power("off", "novantuno");
        var result = await Device().FenceAsync(_place.Context, TestContext.Current.CancellationToken);
        Assert.Equal(FenceOutcome.Confirmed, result.Outcome);
        Assert.Contains("Success: Already OFF", result.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_reboot_leaves_the_machine_on()
    {
        await Power("on", "novantuno");
        var options = Options();
        options.Action = FenceAgentAction.Reboot;
        var result = await new FenceAgentDevice(options, _place.Commands).FenceAsync(_place.Context, TestContext.Current.CancellationToken);
        Assert.Equal((FenceOutcome.Confirmed, "on"), (result.Outcome, PowerOf("novantuno")));
        Assert.Contains("Success: Powered ON", result.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("on")]
    [InlineData("off")]
    public async Task A_monitor_changes_nothing(string power)
    {
        await Power(power, "novantuno");
        Assert.Equal(FencingDeviceState.Usable, (await Device().MonitorAsync(_place.Context, TestContext.Current.CancellationToken)).State);
        Assert.Equal(power, PowerOf("novantuno"));
    }

    [Fact]
    public async Task A_machine_that_cannot_be_turned_off_is_not_confirmed()
    {
        var options = Options();
        options.Parameters["type"] = "fail";   // its plug is "unknown" whatever is done to it
        var result = await new FenceAgentDevice(options, _place.Commands).FenceAsync(_place.Context, TestContext.Current.CancellationToken);
        Assert.NotEqual(FenceOutcome.Confirmed, result.Outcome);
    }

    [Fact]
    public async Task A_mistyped_parameter_is_found_in_the_metadata_of_the_real_agent()
    {
        var options = Options();
        options.Parameters["random_sleep_rnage"] = "1";
        var health = await new FenceAgentDevice(options, _place.Commands).MonitorAsync(_place.Context, TestContext.Current.CancellationToken);
        Assert.Equal("the agent has no parameter \"random_sleep_rnage\" and would ignore it; did you mean \"random_sleep_range\"?", health.Detail);
    }

    [Fact]
    public async Task A_real_agent_that_sleeps_ends_when_it_is_told_to()
    {
        await Power("on", "novantuno");
        var options = Options();
        options.Parameters["delay"] = "100000";   // of fencing.py: waits before it does anything
        using var timeout = new CancellationTokenSource();
        var commands = new Watching(_place.Commands);
        var fence = new FenceAgentDevice(options, commands).FenceAsync(_place.Context, timeout.Token).AsTask();
        await commands.Off;
        await timeout.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => fence);
        Assert.Equal("on", PowerOf("novantuno"));
    }

    /// <summary>fence_ack_manual is no agent: it asks a human. An agent that imports a Python module at its first line has no metadata where the module is missing.</summary>
    [Fact]
    public async Task The_metadata_of_every_packaged_agent_is_understood()
    {
        var noMetadata = new List<string>();
        var never = new List<string>();
        var understood = 0;
        foreach (var program in FenceAgents.All)
        {
            var result = await _place.Commands.RunAsync(new(program) { StandardInput = "action=metadata\n"u8.ToArray(), Timeout = TimeSpan.FromMinutes(1) }, TestContext.Current.CancellationToken);
            var name = Path.GetFileName(program);
            if (FenceAgentMetadata.Parse(result.StandardOutput, out _) is not { } metadata)
            {
                noMetadata.Add($"{name}: {CommandText.Describe(program, result)}");
                continue;
            }

            understood++;
            Assert.True(metadata.Does("monitor") && metadata.Does("metadata"), name);
            Assert.Contains(metadata.Parameters, parameter => parameter is "action" or "nodename");
            if (metadata.WhyNeverConfirms is { } why)
            {
                never.Add($"{name}: {why}");
            }
        }

        TestContext.Current.TestOutputHelper!.WriteLine($"{understood} understood\n{string.Join('\n', noMetadata)}\nnever confirm:\n{string.Join('\n', never)}");
        Assert.InRange(understood, 80, int.MaxValue);
        Assert.All(noMetadata, line => Assert.True(line.StartsWith("fence_ack_manual:", StringComparison.Ordinal) || line.Contains("No module named", StringComparison.Ordinal), line));
        Assert.All(never, line => Assert.Contains(line.Split(':')[0], s_neverConfirm));
        Assert.DoesNotContain(s_neverConfirm, name => File.Exists(Path.Combine("/usr/sbin", name)) && !never.Exists(line => line.StartsWith(name + ":", StringComparison.Ordinal)));
    }

    private FenceAgentOptions Options()
    {
        var options = new FenceAgentOptions { Program = FenceAgents.Dummy };
        foreach (var node in new[] { "novanta", "novantuno" })
        {
            options.Targets[node] = new Dictionary<string, string> { ["status_file"] = _place.PathOf(node) };
        }

        return options;
    }

    private FenceAgentDevice Device() => new(Options(), _place.Commands);

    private string PowerOf(string node) => File.ReadAllText(_place.PathOf(node));

    private async Task Power(string power, params string[] nodes)
    {
        foreach (var node in nodes)
        {
            await File.WriteAllTextAsync(_place.PathOf(node), power, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>The real runner, and whether it was told to turn off.</summary>
    private sealed class Watching(ICommandRunner commands) : ICommandRunner
    {
        private readonly TaskCompletionSource _off = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Off => _off.Task.WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);

        public ValueTask<CommandResult> RunAsync(CommandSpec command, CancellationToken cancellationToken)
        {
            var run = commands.RunAsync(command, cancellationToken);   // it has begun when this returns
            if (Encoding.UTF8.GetString(command.StandardInput.Span).EndsWith("action=off\n", StringComparison.Ordinal))
            {
                _off.TrySetResult();
            }

            return run;
        }
    }
}
