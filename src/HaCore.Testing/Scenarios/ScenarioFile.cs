using HaCore.Testing.Simulation;

namespace HaCore.Testing.Scenarios;

/// <summary>
/// A story of two nodes as a text that an operator can read: what fails, what the operator does, what is expected. It runs two real engines in a
/// simulated world, in virtual time, the same in every run; after every step the world checks that no group has two holders.
/// </summary>
/// <remarks>The words are in the page "Scenario files" of the documentation. Nothing of it touches a network, a disk or a clock.</remarks>
public sealed class ScenarioFile
{
    internal const int DaysMax = 30;          // of one wait: more is a typing error
    internal const int LinesMax = 1_000;      // of one file: more is not read by anybody

    private readonly Action<WorldSettings> _configure;
    private readonly IReadOnlyList<Statement> _statements;

    internal ScenarioFile(string name, ScenarioHeader header, IReadOnlyList<Statement> statements)
    {
        Name = name;
        Title = header.Title;
        Rules = header.Rules;
        Lessons = header.Lessons;
        Pathologies = header.Pathologies;
        _configure = header.Configure;
        _statements = statements;
    }

    /// <summary>Name of the file, for messages.</summary>
    public string Name { get; }

    /// <summary>What it shows, in one sentence.</summary>
    public string Title { get; }

    /// <summary>Letters of the rules of ownership that it is about.</summary>
    public IReadOnlyList<string> Rules { get; }

    /// <summary>Numbers of the lessons that it is about.</summary>
    public IReadOnlyList<string> Lessons { get; }

    /// <summary>Names of the pathologies of two-node clusters that it is about.</summary>
    public IReadOnlyList<string> Pathologies { get; }

    /// <summary>Reads a scenario. Everything is checked here: names, numbers, times and the order of the words.</summary>
    /// <param name="text">The whole file.</param>
    /// <param name="name">Its name, for messages.</param>
    /// <returns>The scenario, ready to run any number of times.</returns>
    /// <exception cref="ScenarioFormatException">Something is not understood; all errors are named at once.</exception>
    public static ScenarioFile Parse(string text, string name = "scenario")
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(name);
        return new ScenarioParser(name).Parse(text);
    }

    /// <summary>Tells the story. Takes milliseconds of real time for minutes of the story; any thread.</summary>
    /// <returns>Whether everything came as expected, and the story as it went.</returns>
    public ScenarioResult Run() => new ScenarioRun(Name, new World(_configure)).Tell(_statements);
}

/// <summary>One line of the story.</summary>
/// <param name="Line">Its number in the file.</param>
/// <param name="Text">As it was written, without the comment.</param>
/// <param name="Verb">What it does.</param>
/// <param name="Arguments">With what.</param>
internal sealed record Statement(int Line, string Text, Verb Verb, PhraseArguments Arguments);

internal delegate void Verb(ScenarioRun run, PhraseArguments arguments);
