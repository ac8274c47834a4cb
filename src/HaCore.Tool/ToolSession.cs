using HaCore.Control.Contract;

namespace HaCore.Tool;

/// <summary>One call of the tool: where the host is, which cluster is meant, and how it is printed.</summary>
internal sealed class ToolSession(ToolConsole console, string socketPath, string? cluster, bool noColor) : IDisposable
{
    public ToolConsole Console => console;

    public bool HasColor { get; } = console.HasColor(noColor);

    public ControlClient Client { get; } = new(socketPath, console.TimeProvider);

    public void Dispose() => Client.Dispose();

    /// <summary>The one that was named, or the only one.</summary>
    public async Task<string> GetClusterAsync(CancellationToken cancellationToken)
    {
        if (cluster is not null)
        {
            return cluster;
        }

        var clusters = (await Client.GetClustersAsync(cancellationToken).ConfigureAwait(false)).Clusters;
        return clusters.Count == 1
            ? clusters[0].Cluster
            : throw new ToolException(ExitCode.Usage, $"this host runs {clusters.Count} clusters ({string.Join(", ", clusters.Select(known => known.Cluster))}): say which with --cluster NAME");
    }

    public async Task<SnapshotDocument> GetSnapshotAsync(string name, CancellationToken cancellationToken) =>
        ControlClient.ReadSnapshot(await Client.GetSnapshotTextAsync(name, cancellationToken).ConfigureAwait(false));
}
