namespace HaCore.ScenarioTests;

/// <summary>Files of the source tree: scenarios, traces and pages are read and, when asked for, rewritten where they are kept.</summary>
internal static class Repository
{
    /// <summary>Set: traces and generated parts of pages are rewritten instead of compared, and the diff of the source tree is the review.</summary>
    public static bool MustWrite { get; } = Environment.GetEnvironmentVariable("HACORE_WRITE_TRACES") == "1";

    public static string Root { get; } = FindRoot();

    public static string Scenarios { get; } = Path.Combine(Root, "tests/HaCore.ScenarioTests/Scenarios");

    public static string Read(string path) => File.ReadAllText(Path.Combine(Root, path)).ReplaceLineEndings("\n");

    public static void Write(string path, string text) => File.WriteAllText(Path.Combine(Root, path), text);

    private static string FindRoot()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "HaCore.sln")))
        {
            folder = Path.GetDirectoryName(folder);
        }

        return folder ?? throw new DirectoryNotFoundException($"No HaCore.sln above {AppContext.BaseDirectory}: the scenarios are not there.");
    }
}
