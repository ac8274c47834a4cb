namespace TwoNodeCluster.Demo;

internal static class DemoNode
{
    public static Task<int> RunAsync(string settingsFile) => throw new NotImplementedException(settingsFile);
}
