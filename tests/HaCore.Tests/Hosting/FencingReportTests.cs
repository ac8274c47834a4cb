using HaCore.Hosting;
using HaCore.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace HaCore.Tests.Hosting;

/// <summary>"hactl fencing": what an operator reads about the devices.</summary>
public sealed class FencingReportTests
{
    private static readonly NodeId s_peer = new("novantuno");
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task Every_device_is_looked_at_and_has_its_last_fence()
    {
        var bmc = Runner("bmc", 1, new ScriptedFencingDevice { Health = FencingDeviceHealth.Unusable("no route") }.Fail("no route"));
        var outlet = Runner("outlet-left", 2, new ScriptedFencingDevice().Confirm());
        await bmc.FenceAsync(s_peer, "silent", TestContext.Current.CancellationToken);
        _time.Advance(TimeSpan.FromMinutes(12));

        var report = await FencingReport.CreateAsync([bmc, outlet, Runner("plain", 2, new Plain())], s_peer, _time, TestContext.Current.CancellationToken);
        Assert.Equal(1, report.ExitCode);
        Assert.Equal(
            """
            Level  Device       Type    Health
            1      bmc          Script  unusable
                   no route
                   last fence of novantuno, 12 min ago: Failed (no route)
            2      outlet-left  Script  usable
                   as told
            2      plain        Script  cannot tell

            """.ReplaceLineEndings("\n"), report.Output);
    }

    [Fact]
    public async Task A_look_during_a_fence_is_not_made()
    {
        var device = new ScriptedFencingDevice().Hang();
        var runner = Runner("bmc", 1, device);
        var fence = runner.FenceAsync(s_peer, "silent", TestContext.Current.CancellationToken).AsTask();
        var report = await FencingReport.CreateAsync([runner], s_peer, _time, TestContext.Current.CancellationToken);
        device.Release();
        await fence;
        Assert.EndsWith("not looked at: a fence is under way\n", report.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_look_that_runs_already_is_shared()
    {
        var device = new Slow();
        var runner = Runner("bmc", 1, device);
        var first = runner.LookAsync(s_peer, TestContext.Current.CancellationToken).AsTask();
        var report = FencingReport.CreateAsync([runner], s_peer, _time, TestContext.Current.CancellationToken).AsTask();
        device.Answer.SetResult(FencingDeviceHealth.Usable("answers"));

        Assert.Equal(FencingDeviceState.Usable, (await first)?.State);
        Assert.Contains("usable", (await report).Output, StringComparison.Ordinal);
        Assert.Equal(1, device.Looks);
        await runner.LookAsync(s_peer, TestContext.Current.CancellationToken);
        Assert.Equal(2, device.Looks);
    }

    [Fact]
    public void The_command_is_there_once_and_only_where_devices_may_be()
    {
        var services = new ServiceCollection().AddLogging()
            .AddHaCluster("with", ha => ha.AddFencingDevice<Plain>("a").AddFencingDevice<Plain>("b"))
            .AddHaCluster("without", _ => { });
        using var provider = services.BuildServiceProvider();
        Assert.Equal("fencing", Assert.Single(provider.GetKeyedServices<IOperatorCommand>("with")).Name);
        Assert.Empty(provider.GetKeyedServices<IOperatorCommand>("without"));
    }

    private FencingDeviceRunner Runner(string name, int level, IFencingDevice device) => new(
        new()
        {
            Name = name,
            Type = "Script",
            Level = level,
            Fence = new(TimeSpan.FromSeconds(60), 0, TimeSpan.Zero),
            MonitorInterval = TimeSpan.Zero,
            MonitorTimeout = TimeSpan.FromSeconds(20),
            Create = _ => device,
        },
        device, "unipd", new NodeId("novanta"), _time, line => line(NullLogger.Instance));

    private sealed class Plain : IFencingDevice
    {
        public ValueTask<FenceResult> FenceAsync(FencingDeviceContext context, CancellationToken cancellationToken) => default;
    }

    private sealed class Slow : IMonitoredFencingDevice
    {
        public TaskCompletionSource<FencingDeviceHealth> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public int Looks { get; private set; }

        public ValueTask<FenceResult> FenceAsync(FencingDeviceContext context, CancellationToken cancellationToken) => default;

        public ValueTask<FencingDeviceHealth> MonitorAsync(FencingDeviceContext context, CancellationToken cancellationToken)
        {
            Looks++;
            return new(Answer.Task);
        }
    }
}
