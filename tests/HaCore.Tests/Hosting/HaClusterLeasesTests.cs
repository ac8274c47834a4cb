using HaCore.Hosting;
using HaCore.State;
using Microsoft.Extensions.DependencyInjection;

namespace HaCore.Tests.Hosting;

/// <summary>Leases in a whole host, and what is done about them when it is dead.</summary>
public sealed class HaClusterLeasesTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    [Fact]
    public async Task What_is_held_is_renewed_and_ended_by_another_program_only_after_the_crash()
    {
        await using var nodes = new TwoNodes();
        var lent = new Lent();
        await nodes.First.StartAsync(ha => Add(ha, lent));
        await lent.Renewed.WaitAsync(Patience, TestContext.Current.CancellationToken);
        await lent.Renewed.WaitAsync(Patience, TestContext.Current.CancellationToken);
        Assert.Equal(TimeSpan.FromSeconds(3), lent.DeadTime);

        var running = nodes.First.Host;
        var refused = await HaClusterLeases.EndAsync(running.Services, TwoNodes.Cluster, TestContext.Current.CancellationToken);
        Assert.Equal(OperationOutcome.Retryable, refused.Outcome);
        Assert.Contains("locked", refused.Detail, StringComparison.Ordinal);
        Assert.True(lent.IsActive);

        nodes.First.Service.OnStop = _ => throw new InvalidOperationException("the service is none that may be ended without an engine");
        await nodes.First.CrashAsync();
        Assert.True(lent.IsActive);
        using var other = nodes.First.Build(ha => Add(ha, lent));
        Assert.Equal(OperationResult.Succeeded, await HaClusterLeases.EndAsync(other.Services, TwoNodes.Cluster, TestContext.Current.CancellationToken));
        Assert.False(lent.IsActive);
        Assert.Equal(OperationReason.Recovery, lent.Reason);
        using var state = StateDirectory.Open(nodes.StateOf("alpha"), TwoNodes.Cluster);
        Assert.NotNull(state.Load()!.Groups.Single(group => group.Name == "lent").HoldBootId);   // the next start still looks before it believes
    }

    [Fact]
    [Trait("Rule", "W")]
    public async Task In_maintenance_the_lease_has_no_end_when_the_program_has_gone_and_nothing_is_ended()
    {
        await using var nodes = new TwoNodes();
        var lent = new Lent();
        await nodes.First.StartAsync(ha => Add(ha, lent));
        await lent.Renewed.WaitAsync(Patience, TestContext.Current.CancellationToken);
        await nodes.First.Cluster.SetMaintenanceAsync(true, TestContext.Current.CancellationToken);
        await nodes.First.StopAsync(TestContext.Current.CancellationToken);
        await nodes.First.DisposeAsync();
        Assert.True(lent.IsActive);
        Assert.True(lent.RunsOn);

        using var other = nodes.First.Build(ha => Add(ha, lent));
        var left = await HaClusterLeases.EndAsync(other.Services, TwoNodes.Cluster, TestContext.Current.CancellationToken);
        Assert.Equal(OperationOutcome.NotOnThisNode, left.Outcome);
        Assert.Contains("maintenance", left.Detail, StringComparison.Ordinal);
        Assert.True(lent.IsActive);
    }

    [Fact]
    public async Task A_node_that_never_ran_has_nothing_to_end_and_gets_no_directory()
    {
        await using var nodes = new TwoNodes();
        using var host = nodes.First.Build(ha => Add(ha, new Lent()));
        Assert.Equal(OperationResult.Succeeded, await HaClusterLeases.EndAsync(host.Services, TwoNodes.Cluster, TestContext.Current.CancellationToken));
        Assert.False(Directory.Exists(nodes.StateOf("alpha")));
    }

    [Fact]
    public async Task What_cannot_be_ended_is_named_with_its_reason()
    {
        await using var nodes = new TwoNodes();
        StateDirectory.Open(nodes.StateOf("alpha"), TwoNodes.Cluster).Dispose();
        var lent = new Lent { OnStop = () => throw new InvalidOperationException("boom") };
        using var host = nodes.First.Build(ha => Add(ha, lent));
        var failed = await HaClusterLeases.EndAsync(host.Services, TwoNodes.Cluster, TestContext.Current.CancellationToken);
        Assert.Equal(OperationOutcome.Retryable, failed.Outcome);
        Assert.Contains("address: InvalidOperationException: boom", failed.Detail, StringComparison.Ordinal);
    }

    private static void Add(IHaClusterBuilder ha, Lent lent)
    {
        ha.Services.AddSingleton(lent);
        ha.AddGroup("lent", group => group.PreferNode("alpha").AddResource<LentAgent>("address"));
    }

    /// <summary>What is outside of the program and outlives it.</summary>
    private sealed class Lent
    {
        public SemaphoreSlim Renewed { get; } = new(0);

        public bool IsActive { get; set; }

        public bool RunsOn { get; set; }

        public TimeSpan DeadTime { get; set; }

        public OperationReason Reason { get; set; }

        public Action OnStop { get; set; } = () => { };
    }

    private sealed class LentAgent(Lent lent) : ILeasedResourceAgent
    {
        public TimeSpan GetRenewInterval(TimeSpan deadTime) => TimeSpan.FromMilliseconds(100);

        public OperationResult Renew(LeaseRenewal renewal)
        {
            (lent.RunsOn, lent.DeadTime) = (renewal.RunsOn, renewal.DeadTime);
            lent.Renewed.Release();
            return OperationResult.Succeeded;
        }

        public ValueTask<ProbeResult> ProbeAsync(OperationContext context, CancellationToken cancellationToken) =>
            new(lent.IsActive ? ProbeResult.Running : ProbeResult.Stopped);

        public ValueTask<OperationResult> StartAsync(OperationContext context, CancellationToken cancellationToken)
        {
            lent.IsActive = true;
            return new(OperationResult.Succeeded);
        }

        public ValueTask<OperationResult> StopAsync(OperationContext context, CancellationToken cancellationToken)
        {
            lent.OnStop();
            (lent.IsActive, lent.Reason) = (false, context.Reason);
            return new(OperationResult.Succeeded);
        }
    }
}
