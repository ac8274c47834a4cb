namespace HaCore.Hosting;

/// <summary>What this process lacks and an operator should know: found at start or by a thread, kept in the status, told once.</summary>
internal sealed partial class ClusterRuntime
{
    private void PrepareThread()
    {
        if (Definition.RealTime && RealTime.RaiseThread() is { } why)
        {
            AddCondition($"the heartbeat threads do not run in real time: {why}; under load this node may be late and be taken for dead");
        }
    }

    private void AddStartConditions()
    {
        if (Definition.RealTime)
        {
            if (RealTime.LockMemory() is { } why)
            {
                AddCondition($"memory is not locked: {why}; a heartbeat thread may wait for the disk");
            }
        }
        else if (Definition.Engine.Times.DeadTime < RealTime.WantedBelow)
        {
            AddCondition($"the dead time ({Definition.Engine.Times.DeadTime.TotalSeconds:0.###} s) is below {RealTime.WantedBelow.TotalSeconds:0} s and RealTime is off: under load this node may be late and be taken for dead");
        }

        if (RealTime.DescribeCollector() is { } collector)
        {
            AddCondition(collector);
        }

        foreach (var part in _agents.Agents.Concat<object>(_transports).Concat(_devices.Select(device => device.Device)).Concat(Guards).OfType<IStartRequirements>())
        {
            foreach (var missing in part.Missing())
            {
                AddCondition(missing);
            }
        }
    }

    private IEnumerable<object> Guards => new object?[] { _guard?.Device, _probe }.OfType<object>();

    private void AddCondition(string condition)
    {
        if (Feed.TryAddCondition(condition))
        {
            _notices.Write(logger => Log.StartCondition(logger, Definition.Engine.Cluster, condition));
        }
    }
}
