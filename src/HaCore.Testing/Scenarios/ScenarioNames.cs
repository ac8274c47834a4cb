namespace HaCore.Testing.Scenarios;

/// <summary>What a line may name. Grows while the settings are read, and with each double of a node.</summary>
internal sealed class ScenarioNames
{
    public List<string> Nodes { get; } = ["a", "b"];

    public List<string> Links { get; } = ["lan", "crossover"];

    public List<string> Groups { get; } = [];

    public List<string> Resources { get; } = [];
}
