using HaCore.Engine;

namespace HaCore.Hosting;

/// <summary>Address leases and the like: who renews them, and on whose word.</summary>
internal sealed partial class ClusterRuntime
{
    /// <summary>Completes when nothing is renewed any more.</summary>
    private Task LeasesEnded => Loop.IsStarted ? Task.WhenAll(_leases.Select(lease => lease.Ended)) : Task.CompletedTask;

    private List<LeaseKeeper> CreateLeases()
    {
        var times = Definition.Engine.Times;
        var keepers = new List<LeaseKeeper>();
        foreach (var runner in _agents.Runners)
        {
            if (runner.Agent is ILeasedResourceAgent agent && agent.GetRenewInterval(times.DeadTime) is { Ticks: > 0 } interval)
            {
                // The engine steps at least once in a heartbeat interval, so a refusal can be over after so long.
                var lease = new LeaseTimes(interval, TimeSpan.FromTicks(Math.Min(interval.Ticks, times.HeartbeatInterval.Ticks)), times.DeadTime);
                keepers.Add(new LeaseKeeper(runner, () => LeaseOf(runner), lease, _clock, PrepareThread, _logger));
            }
        }

        return keepers;
    }

    /// <summary>
    /// The engine's word, as long as it lives; null when it has not completed a step for half the dead time: as heartbeats (M5), leases end with it.
    /// </summary>
    private LeasePermission? LeaseOf(ResourceRunner runner)
    {
        var newest = Loop.LastStep;   // read first: the snapshot is then at least as new
        var snapshot = Feed.Current;
        var group = snapshot.Groups[runner.GroupIndex];
        if (group.Leases == LeasePermission.Withheld || group.Resources[runner.ResourceIndex].State != ResourceState.Running)
        {
            return LeasePermission.Withheld;
        }

        var hasEndedOnPurpose = snapshot.Nodes[0].State == MemberState.Detached;
        return hasEndedOnPurpose || _clock.Now - newest <= Definition.Engine.Times.DeadTime / 2 ? group.Leases : null;
    }
}
