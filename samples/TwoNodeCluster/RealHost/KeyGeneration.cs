namespace TwoNodeCluster.RealHost;

internal static class KeyGeneration
{
    public static int Run(string file)
    {
        Create(file);
        return ExitCode.Success;
    }

    public static void Create(string file) => throw new NotImplementedException(file);
}
