namespace HaCore.Configuration;

internal sealed class HaGroupBuilder(string name, IHaClusterBuilder cluster) : IHaGroupBuilder
{
    private readonly List<Action<ClusterSettings, GroupEntry>> _steps = [];

    public string Name { get; } = name;

    public IHaClusterBuilder Cluster { get; } = cluster;

    public void Add(Action<ClusterSettings, GroupEntry> step) => _steps.Add(step);

    public GroupEntry Replay(ClusterSettings settings)
    {
        var group = new GroupEntry { Name = Name };
        foreach (var step in _steps)
        {
            step(settings, group);
        }

        return group;
    }
}
