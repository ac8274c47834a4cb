using HaCore.Testing.Scenarios;

namespace HaCore.ScenarioTests;

/// <summary>Every scenario file of the tree, run once.</summary>
internal static class Catalog
{
    private static readonly Lazy<IReadOnlyDictionary<string, Entry>> Loaded = new(Load);

    public static IReadOnlyDictionary<string, Entry> All => Loaded.Value;

    public static TheoryData<string> Names()
    {
        var data = new TheoryData<string>();
        foreach (var file in Files())
        {
            data.Add(Path.GetFileNameWithoutExtension(file));
        }

        return data;
    }

    public static string TracePath(string name) => Path.Combine(Repository.Scenarios, name + ".trace");

    private static IEnumerable<string> Files() => Directory.EnumerateFiles(Repository.Scenarios, "*.scenario").Order(StringComparer.Ordinal);

    private static Dictionary<string, Entry> Load() => Files().ToDictionary(
        file => Path.GetFileNameWithoutExtension(file),
        file =>
        {
            var scenario = ScenarioFile.Parse(File.ReadAllText(file), Path.GetFileName(file));
            return new Entry(scenario, scenario.Run());
        });

    internal sealed record Entry(ScenarioFile File, ScenarioResult Result);
}
