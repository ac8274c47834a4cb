using System.Globalization;
using HaCore.Fencing.FenceAgent;

namespace HaCore.Fencing.Tests;

/// <summary>Scripts that answer like an agent, run by the real command runner.</summary>
public sealed class FenceAgentTests : IDisposable
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private readonly Workplace _place = new();

    public void Dispose() => _place.Dispose();

    /// <summary>Off succeeds, status says off.</summary>
    private static string Obedient => """case $action in off) echo "Success: Powered OFF";; status) echo "Status: OFF"; exit 2;; esac""";

    [Fact]
    public async Task The_agent_reads_everything_from_its_input_and_has_no_command_line()
    {
        _place.Write("novantuno.password", "to%p secret\n", Private);
        var options = FenceAgents.Options(_place.Agent("fence_x", $$"""echo "[$*]" >> {{_place.PathOf("seen")}}; echo "$input" >> {{_place.PathOf("seen")}}; {{Obedient}}"""));
        options.Parameters["ip"] = "192.0.2.1";
        options.Parameters["username"] = "operator";
        options.Plugs["novanta"] = "1";
        options.Plugs["novantuno"] = "2";
        options.PasswordFile = _place.PathOf("{node}.password");

        Assert.Equal(FenceOutcome.Confirmed, (await Fence(options)).Outcome);
        const string Common = "[]\nip=192.0.2.32\nusername=operator\nplug=2\npassword=to%p secret\nnodename=novantuno\n";
        Assert.Equal($"{Common}action=off\n{Common}action=status\n", await File.ReadAllTextAsync(_place.PathOf("seen"), TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("exit 1", "exit 2", FenceOutcome.Unknown, "off: fence_x ended with 1")]
    [InlineData("exit 2", "exit 2", FenceOutcome.Failed, "off: fence_x ended with 2")]
    [InlineData("echo denied >&2; exit 3", "exit 2", FenceOutcome.Failed, "s: denied")]
    [InlineData("exit 4", "exit 2", FenceOutcome.Unknown, "ended with 4")]
    [InlineData("exit 5", "exit 2", FenceOutcome.Unknown, "ended with 5")]
    [InlineData("exit 7", "exit 2", FenceOutcome.Unknown, "ended with 7")]
    [InlineData("exit 10", "exit 2", FenceOutcome.Failed, "ended with 10")]
    [InlineData("exit 11", "exit 2", FenceOutcome.Failed, "ended with 11")]
    [InlineData("exit 12", "exit 2", FenceOutcome.Failed, "ended with 12")]
    [InlineData("kill -9 $$", "exit 2", FenceOutcome.Unknown, "ended with 137")]
    [InlineData("exit 0", "echo Status: ON; exit 0", FenceOutcome.Failed, "so it is still on")]
    [InlineData("exit 0", "exit 1", FenceOutcome.Unknown, "status: fence_x ended with 1")]
    [InlineData("exit 0", "echo Status: OFF; exit 1", FenceOutcome.Unknown, "status: fence_x ended with 1")]
    [InlineData("exit 0", "echo 'usage: power off' >&2; exit 2", FenceOutcome.Unknown, "status: fence_x ended with 2")]
    [InlineData("exit 0", "echo Status: OFF; exit 2", FenceOutcome.Confirmed, "status: fence_x ended with 2")]
    public async Task Only_a_status_that_says_off_confirms(string off, string status, FenceOutcome outcome, string detail)
    {
        var result = await Fence(FenceAgents.Options(_place.Agent("fence_x", $"case $action in off) {off};; status) {status};; *) exit 9;; esac")));
        Assert.Equal(outcome, result.Outcome);
        Assert.Contains(detail, result.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("<action name=\"off\" /><action name=\"status\" />", null)]
    [InlineData("<action name=\"on\" automatic=\"0\" /><action name=\"off\" /><action name=\"status\" />", null)]
    [InlineData("<action name=\"on\" automatic=\"1\" /><action name=\"off\" /><action name=\"status\" />", "cuts a port or a storage path off")]
    [InlineData("<action name=\"on\" on_target=\"1\" automatic=\"1\" /><action name=\"off\" /><action name=\"status\" />", "cuts a port or a storage path off")]
    [InlineData("<action name=\"reboot\" /><action name=\"status\" />", "it has no action \"off\"")]
    [InlineData("<action name=\"off\" /><action name=\"monitor\" />", "it has no action \"status\"")]
    public async Task What_can_never_prove_a_machine_off_is_not_run_and_is_told_at_the_first_look(string actions, string? why)
    {
        var metadata = $"<resource-agent><parameters><parameter name=\"ip\" /></parameters><actions>{actions}</actions></resource-agent>";
        var device = Device(FenceAgents.Options(_place.Agent("fence_x", $"echo $action >> {_place.PathOf("ran")}; {Obedient}", metadata)));
        var result = await device.FenceAsync(_place.Context, TestContext.Current.CancellationToken);
        var ran = File.Exists(_place.PathOf("ran"));
        var health = await device.MonitorAsync(_place.Context, TestContext.Current.CancellationToken);

        Assert.Equal(why is null ? (FenceOutcome.Confirmed, true, FencingDeviceState.Usable) : (FenceOutcome.Unknown, false, FencingDeviceState.Unusable), (result.Outcome, ran, health.State));
        Assert.Contains(why ?? "", result.Detail, StringComparison.Ordinal);
        Assert.Contains(why ?? "", health.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("fence_brocade", FenceOutcome.Unknown)]
    [InlineData("fence_scsi", FenceOutcome.Unknown)]
    [InlineData("fence_crosslink", FenceOutcome.Unknown)]
    [InlineData("fence_evacuate", FenceOutcome.Unknown)]
    [InlineData("fence_sbd", FenceOutcome.Unknown)]
    [InlineData("fence_x", FenceOutcome.Confirmed)]
    public async Task Metadata_that_cannot_be_had_blocks_no_fence_and_a_port_is_no_machine(string name, FenceOutcome outcome)
    {
        var device = Device(FenceAgents.Options(_place.Agent(name, Obedient, metadata: null)));
        Assert.Equal(outcome, (await device.FenceAsync(_place.Context, TestContext.Current.CancellationToken)).Outcome);
        if (outcome == FenceOutcome.Confirmed)
        {
            var health = await device.MonitorAsync(_place.Context, TestContext.Current.CancellationToken);
            Assert.Equal(FencingDeviceState.Usable, health.State);
            Assert.Contains("parameters unchecked, because its metadata cannot be had: metadata: fence_x ended with 1", health.Detail, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_parameter_that_the_agent_would_ignore_makes_the_device_unusable_and_names_the_one_that_is_meant()
    {
        var options = FenceAgents.Options(_place.Agent("fence_x", $"touch {_place.PathOf("ran")}; {Obedient}"));
        options.Parameters["usrename"] = "operator";
        const string Words = "the agent has no parameter \"usrename\" and would ignore it; did you mean \"username\"?";
        var device = Device(options);

        var health = await device.MonitorAsync(_place.Context, TestContext.Current.CancellationToken);
        Assert.Equal((FencingDeviceState.Unusable, Words), (health.State, health.Detail));
        var result = await device.FenceAsync(_place.Context, TestContext.Current.CancellationToken);
        Assert.Equal((FenceOutcome.Failed, "not run: " + Words), (result.Outcome, result.Detail));
        Assert.False(File.Exists(_place.PathOf("ran")));
    }

    [Fact]
    public async Task A_required_parameter_that_nobody_gives_is_named_and_an_old_name_is_as_good()
    {
        var options = FenceAgents.Options(_place.Agent("fence_x", "exit 0"));
        options.Targets["novantuno"] = new Dictionary<string, string> { ["username"] = "x" };
        Assert.Equal("the agent needs \"ip\", and nobody gives it", (await Monitor(options)).Detail);

        options.Targets["novantuno"] = new Dictionary<string, string> { ["ipaddr"] = "192.0.2.32" };
        Assert.Equal(FencingDeviceState.Usable, (await Monitor(options)).State);
    }

    [Theory]
    [InlineData("exit 0", FencingDeviceState.Usable)]
    [InlineData("echo Status: OFF; exit 2", FencingDeviceState.Usable)]
    [InlineData("exit 2", FencingDeviceState.Unusable)]
    [InlineData("echo cannot connect >&2; exit 1", FencingDeviceState.Unusable)]
    public async Task A_monitor_says_what_the_agent_says(string script, FencingDeviceState state) =>
        Assert.Equal(state, (await Monitor(FenceAgents.Options(_place.Agent("fence_x", script)))).State);

    [Theory]
    [InlineData("Success: Powered ON", "exit 0", "on: fence_x ended with 0")]
    [InlineData("no", "exit 6", "on: fence_x ended with 6")]
    public async Task A_reboot_is_off_seen_off_and_then_on_and_a_machine_that_does_not_come_up_is_still_confirmed(string words, string on, string detail)
    {
        var options = FenceAgents.Options(_place.Agent("fence_x", $"echo $action >> {_place.PathOf("ran")}; case $action in on) echo {words}; {on};; esac; {Obedient}"));
        options.Action = FenceAgentAction.Reboot;
        var result = await Fence(options);
        Assert.Equal(FenceOutcome.Confirmed, result.Outcome);
        Assert.Contains(detail, result.Detail, StringComparison.Ordinal);
        Assert.Equal(["off", "status", "on"], await File.ReadAllLinesAsync(_place.PathOf("ran"), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_power_cycle_that_nobody_sees_confirms_nothing()
    {
        var options = FenceAgents.Options(_place.Agent("fence_x", $"echo $action >> {_place.PathOf("ran")}; {Obedient}"));
        (options.Action, options.Parameters["method"]) = (FenceAgentAction.Reboot, "cycle");
        var result = await Fence(options);
        Assert.Equal(FenceOutcome.Unknown, result.Outcome);
        Assert.EndsWith("nobody saw it off, because of method=cycle", result.Detail, StringComparison.Ordinal);
        Assert.Equal(["reboot"], await File.ReadAllLinesAsync(_place.PathOf("ran"), TestContext.Current.CancellationToken));
        Assert.Equal(FencingDeviceState.Unusable, (await Monitor(options)).State);
    }

    [Fact]
    public async Task An_agent_that_hangs_is_dead_with_its_children_before_the_call_returns()
    {
        var children = _place.PathOf("children");
        var program = _place.Agent("fence_x", $"sleep 1000 & echo $! > {children}.new; echo $$ >> {children}.new; mv {children}.new {children}; trap '' TERM; wait; sleep 1000");
        using var timeout = new CancellationTokenSource();
        var fence = Device(FenceAgents.Options(program)).FenceAsync(_place.Context, timeout.Token).AsTask();
        await _place.Appears(children);
        await timeout.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => fence);
        Assert.All(await File.ReadAllLinesAsync(children, TestContext.Current.CancellationToken), id => Assert.False(Workplace.IsAlive(int.Parse(id, CultureInfo.InvariantCulture)), id));
    }

    [Theory]
    [InlineData("secret\n", UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead, "has mode 0640; it must be 0600 or 0400, or others on this machine can read the password of the fencing device and turn machines off")]
    [InlineData("", Private, "is empty")]
    [InlineData("a\nb\n", Private, "has a line break or another control character: the agent reads line by line")]
    [InlineData(" secret\n", Private, "begins or ends with a blank: the agent takes blanks off")]
    [InlineData("\"secret\"\n", Private, "is in quotation marks: the agent takes them off")]
    [InlineData("\uFEFFsecret", Private, "begins with a byte order mark")]
    [InlineData(null, Private, "there is no ")]
    public async Task A_secret_that_cannot_be_used_fails_the_fence_and_shows_at_the_first_look(string? content, UnixFileMode mode, string words)
    {
        if (content is not null)
        {
            _place.Write("password", content, mode);
        }

        var options = FenceAgents.Options(_place.Agent("fence_x", Obedient));
        options.PasswordFile = _place.PathOf("password");
        var result = await Fence(options);
        var health = await Monitor(options);
        Assert.Equal((FenceOutcome.Failed, FencingDeviceState.Unusable), (result.Outcome, health.State));
        Assert.All([result.Detail, health.Detail, Assert.Single(Device(options).Missing())], text => Assert.Contains(words, text, StringComparison.Ordinal));
        Assert.All([result.Detail, health.Detail], text => Assert.DoesNotContain("secret", text!.Replace("one secret", "", StringComparison.Ordinal), StringComparison.Ordinal));
    }

    private FenceAgentDevice Device(FenceAgentOptions options) => new(options, _place.Commands);

    private async Task<FenceResult> Fence(FenceAgentOptions options) => await Device(options).FenceAsync(_place.Context, TestContext.Current.CancellationToken);

    private async Task<FencingDeviceHealth> Monitor(FenceAgentOptions options) => await Device(options).MonitorAsync(_place.Context, TestContext.Current.CancellationToken);
}
