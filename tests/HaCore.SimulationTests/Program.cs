using HaCore.SimulationTests.LongRun;
using Xunit.MicrosoftTestingPlatform;
using Xunit.Runner.InProc.SystemConsole;

namespace HaCore.SimulationTests;

/// <summary>With --seeds or --seed the long run, otherwise the tests of this project.</summary>
internal static class Program
{
    public static async Task<int> Main(string[] arguments)
    {
        if (SeedCommand.IsMeant(arguments))
        {
            return await SeedCommand.RunAsync(arguments);
        }

        // What xunit.v3 would generate: the platform's server for dotnet test, its own console otherwise.
        return arguments.Contains("--server") || arguments.Contains("--internal-msbuild-node")
            ? await TestPlatformTestFramework.RunAsync(arguments, SelfRegisteredExtensions.AddSelfRegisteredExtensions)
            : await ConsoleRunner.Run(arguments);
    }
}
