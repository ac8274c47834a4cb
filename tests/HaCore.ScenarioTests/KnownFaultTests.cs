using HaCore.Testing.Scenarios;

namespace HaCore.ScenarioTests;

/// <summary>Stories that should come true and do not yet: the day one does, this test asks to move it to Scenarios.</summary>
public sealed class KnownFaultTests
{
    private static readonly string Folder = Path.Combine(Repository.Root, "tests/HaCore.ScenarioTests/KnownFaults");

    [Fact]
    public void What_is_known_to_be_wrong_is_still_wrong() => Assert.All(
        Files(),
        file =>
        {
            var result = ScenarioFile.Parse(File.ReadAllText(file), Path.GetFileName(file)).Run();
            Assert.False(result.Passed, $"{Path.GetFileName(file)} comes true: move it to Scenarios");
        });

    private static IEnumerable<string> Files() =>
        Directory.Exists(Folder) ? Directory.EnumerateFiles(Folder, "*.scenario").Order(StringComparer.Ordinal) : [];
}
