using HaCore.Control.Contract;
using HaCore.Control.Tests.Rig;

namespace HaCore.Control.Tests;

public sealed class SnapshotTests
{
    [Fact]
    public async Task A_host_lists_its_clusters()
    {
        await using var nodes = new DoorNodes();
        await nodes.Alpha.StartAsync();
        using var door = new DoorClient(nodes.Alpha.SocketPath);

        var clusters = await door.GetAsync("/clusters", ContractJson.Default.ClustersDocument);

        Assert.Equal(new ClusterDocument(DoorNodes.Cluster, "alpha"), Assert.Single(clusters.Clusters));
        Assert.Equal(Environment.ProcessId, clusters.ProcessId);
    }
}
