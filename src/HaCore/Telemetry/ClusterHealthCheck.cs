using HaCore.Hosting;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace HaCore.Telemetry;

/// <summary>Healthy: in a session, nothing to say. Degraded: something lasting to know. Unhealthy: someone must act now.</summary>
internal sealed class ClusterHealthCheck(HaClusterHost host) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(Check());

    private HealthCheckResult Check()
    {
        if (host.End is { } end)
        {
            return HealthCheckResult.Unhealthy($"the engine has ended: {end.Detail}", end.Fault);
        }

        if (host.Cluster.Runtime is null)
        {
            return HealthCheckResult.Degraded("the cluster has not started yet");
        }

        var snapshot = host.Cluster.Current;
        var bad = snapshot.Groups.Where(IsBad).Select(group => $"group {group.Group}: {group.Why}").ToList();
        if (bad.Count > 0)
        {
            return HealthCheckResult.Unhealthy(string.Join("; ", bad));
        }

        return snapshot switch
        {
            { Conditions.Count: > 0 } => HealthCheckResult.Degraded(string.Join("; ", snapshot.Conditions)),
            { HasSession: false } => HealthCheckResult.Degraded("no session with the peer: this node is alone"),
            _ => HealthCheckResult.Healthy("in a session with the peer"),
        };
    }

    private static bool IsBad(GroupSnapshot group) =>
        group.Activity == GroupActivity.Unclean
        || (group.LocalHold == HoldState.Held && group.Resources.Any(resource => resource.State == ResourceState.Failed));
}
