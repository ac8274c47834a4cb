namespace TwoNodeCluster.RealHost;

internal static class ClusterHost
{
    public static Task<int> RunAsync(ClusterHostArguments arguments) => throw new NotImplementedException(arguments.ConfigurationFile);
}
