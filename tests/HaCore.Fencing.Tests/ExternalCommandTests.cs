using System.Globalization;
using HaCore.Fencing.ExternalCommand;
using Microsoft.Extensions.DependencyInjection;

namespace HaCore.Fencing.Tests;

/// <summary>Real programs, run by the real command runner.</summary>
public sealed class ExternalCommandTests : IDisposable
{
    private readonly Workplace _place = new();

    public void Dispose() => _place.Dispose();

    [Fact]
    public async Task Exit_code_0_confirms_and_the_program_knows_who_is_meant()
    {
        var program = _place.Script("power-off", $"echo \"$1 $2 $3 $HACORE_TARGET $HACORE_PLUG $HACORE_CLUSTER $HACORE_LOCAL_NODE $HACORE_DEVICE\" > {_place.PathOf("seen")}; echo done");
        var result = await Fence(options =>
        {
            options.Program = program;
            options.Arguments.Add("off");
            options.Arguments.Add("plug={plug}");
            options.Arguments.Add("{{{node}/{local}@{cluster}}}");
            options.Plugs["novanta"] = "1";
            options.Plugs["Novantuno"] = "2";
        });

        Assert.Equal(FenceOutcome.Confirmed, result.Outcome);
        Assert.Matches("^power-off ended with 0 after [0-9.]+ s: done$", result.Detail);
        Assert.Equal("off plug=2 {novantuno/novanta@unipd} novantuno 2 unipd novanta power\n", await File.ReadAllTextAsync(_place.PathOf("seen"), TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("exit 1", FenceOutcome.Unknown, "power-off ended with 1 after")]
    [InlineData("echo no such plug >&2; exit 7", FenceOutcome.Failed, "s: no such plug")]
    [InlineData("kill -9 $$", FenceOutcome.Unknown, "power-off ended with 137 after")]
    public async Task Every_other_end_confirms_nothing(string script, FenceOutcome outcome, string detail)
    {
        var result = await Fence(options => (options.Program, _) = (_place.Script("power-off", script), Add(options.FailedExitCodes, 7)));
        Assert.Equal(outcome, result.Outcome);
        Assert.Contains(detail, result.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_program_that_is_not_there_fails()
    {
        var result = await Fence(options => options.Program = _place.PathOf("nothing"));
        Assert.Equal((FenceOutcome.Failed, true), (result.Outcome, result.Detail?.StartsWith("nothing could not be started", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task What_is_verified_counts_and_not_what_the_program_says()
    {
        var off = _place.PathOf("off");
        var verify = _place.Script("is-off", $"echo x >> {_place.PathOf("asked")}; [ $(wc -l < {_place.PathOf("asked")}) -ge 3 ] && test -e {off}");
        var confirmed = await Fence(options => (options.Program, options.VerifyProgram, options.VerifyInterval) = (_place.Script("power-off", $"touch {off}"), verify, Milliseconds(100)));
        Assert.Equal(FenceOutcome.Confirmed, confirmed.Outcome);
        Assert.Equal(3, File.ReadAllLines(_place.PathOf("asked")).Length);

        File.Delete(off);
        var lied = await Fence(options => (options.Program, options.VerifyProgram, options.VerifyTimeout, options.VerifyInterval) = (_place.Script("power-off", "exit 0"), verify, Milliseconds(300), Milliseconds(100)));
        Assert.Equal(FenceOutcome.Unknown, lied.Outcome);
        Assert.Contains("is-off ended with 1", lied.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_program_that_hangs_is_dead_with_all_its_children_before_the_call_returns()
    {
        var children = _place.PathOf("children");
        var program = _place.Script("hangs", $"sleep 1000 & echo $! > {children}.new; echo $$ >> {children}.new; mv {children}.new {children}; trap '' TERM; wait; sleep 1000");
        using var timeout = new CancellationTokenSource();
        var fence = Fence(options => options.Program = program, timeout.Token);
        await _place.Appears(children);
        await timeout.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => fence);
        Assert.All(await File.ReadAllLinesAsync(children, TestContext.Current.CancellationToken), id => Assert.False(Workplace.IsAlive(int.Parse(id, CultureInfo.InvariantCulture)), id));
    }

    [Theory]
    [InlineData("exit 0", FencingDeviceState.Usable)]
    [InlineData("echo unreachable >&2; exit 1", FencingDeviceState.Unusable)]
    [InlineData(null, FencingDeviceState.Unknown)]
    public async Task A_monitor_says_what_its_program_says(string? script, FencingDeviceState state)
    {
        var options = new ExternalCommandOptions { Program = "/bin/true", MonitorProgram = script is null ? null : _place.Script("monitor", script) };
        Assert.Equal(state, (await Device(options).MonitorAsync(_place.Context, TestContext.Current.CancellationToken)).State);
    }

    [Fact]
    public async Task A_program_that_vanished_makes_the_device_unusable()
    {
        var device = Device(new() { Program = "/no/such/program", MonitorProgram = "/bin/true" });
        Assert.Equal(["there is no /no/such/program"], device.Missing());
        Assert.Equal(FencingDeviceState.Unusable, (await device.MonitorAsync(_place.Context, TestContext.Current.CancellationToken)).State);
    }

    public static TheoryData<string, string> Refused => new()
    {
        { """ "Arguments": [ "{node}" ] """, "Fencing device \"power\": Program is missing: write the full path of the program that cuts the node off" },
        { """ "Program": "power-off" """, "Fencing device \"power\": Program (power-off) must be a full path: what a search finds depends on who searches" },
        { """ "Program": "/bin/x", "Arguments": [ "{nodes}" ] """, "Fencing device \"power\": Arguments: \"{nodes}\" in \"{nodes}\" must be one of {node}, {plug}, {cluster}, {local}: nothing else can be filled in." },
        { """ "Program": "/bin/x", "Arguments": [ "a}b" ] """, "Fencing device \"power\": Arguments: the brace at character 2 of \"a}b\" belongs to no placeholder; double it to have a brace." },
        { """ "Program": "/bin/x", "VerifyArguments": [ "{node}" ] """, "Fencing device \"power\": VerifyArguments needs VerifyProgram: without it nothing takes the arguments" },
        { """ "Program": "/bin/x", "FailedExitCodes": [ 0 ] """, "Fencing device \"power\": FailedExitCodes (0) must be 1 to 255: 0 means confirmed, and a program has no others" },
        { """ "Program": "/bin/x", "VerifyTimeout": "00:06:00" """, "Fencing device \"power\": VerifyTimeout (00:06:00) must be 00:00:00 to 00:05:00: the business waits as long" },
        { """ "Program": "/bin/x", "Plugs": { "novanta": "1" } """, "Fencing device \"power\": Plugs has no entry for \"novantuno\": each of the two nodes may be the one that must be cut off, and the file serves both machines." },
        { """ "Program": "/bin/x", "Plugs": { "novanta": "1", "novantuno": "1" } """, "Fencing device \"power\": Plugs: \"1\" is the plug of \"novanta\" and \"novantuno\": a node that fences its peer would cut itself off." },
        { """ "Program": "/bin/x", "Plugs": { "novanta": "1", "novantuno": "2", "novantadue": "3" } """, "Fencing device \"power\": Plugs has an entry for \"novantadue\", which is none of the nodes (novanta, novantuno): a plug that nobody owns may be a typing error in one that somebody does." },
        { """ "Program": "/bin/x", "Programm": "/bin/y" """, "HaCluster:Fencing:Devices:0:Programm: the key \"Programm\" is unknown, and what is not understood is not ignored; did you mean \"Program\"?" },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void A_wrong_device_is_refused_in_full_words(string options, string error) =>
        Assert.Equal(error, Clusters.StartError(ha => ha.AddExternalCommandDeviceType(), $$""" { "Name": "power", "Type": "ExternalCommand", {{options}} } """));

    [Fact]
    public void A_missing_plug_is_missed_where_a_placeholder_wants_it() =>
        Assert.Contains("Plugs has no entry for \"novanta\"", string.Join('\n', Clusters.StartErrors(ha => ha.AddExternalCommandDeviceType(),
            """ { "Name": "power", "Type": "ExternalCommand", "Program": "/bin/x", "Arguments": [ "{plug}" ] } """)), StringComparison.Ordinal);

    private static bool Add(IList<int> codes, int code)
    {
        codes.Add(code);
        return true;
    }

    private static TimeSpan Milliseconds(int value) => TimeSpan.FromMilliseconds(value);

    private ExternalCommandDevice Device(ExternalCommandOptions options) => new(options, _place.Commands);

    private async Task<FenceResult> Fence(Action<ExternalCommandOptions> configure, CancellationToken? cancellationToken = null)
    {
        var options = new ExternalCommandOptions();
        configure(options);
        return await Device(options).FenceAsync(_place.Context, cancellationToken ?? TestContext.Current.CancellationToken);
    }
}
