using HaCore;

namespace TwoNodeCluster.RealHost;

/// <summary>The keygen command.</summary>
internal static class KeyGeneration
{
    public static int Run(string file)
    {
        try
        {
            ClusterKeyFile.Create(file);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine(error.Message);
            return ExitCode.Failed;
        }

        Console.Out.WriteLine($"{file}: a new key, for its owner only. The other machine needs the same file: copy it over a safe channel.");
        return ExitCode.Success;
    }
}
