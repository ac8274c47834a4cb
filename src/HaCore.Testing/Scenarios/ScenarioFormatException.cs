namespace HaCore.Testing.Scenarios;

/// <summary>A scenario file that says something that is not understood. The message has one line for each error: file, line, word, and what could stand there.</summary>
public sealed class ScenarioFormatException : FormatException
{
    /// <summary>No message.</summary>
    public ScenarioFormatException()
        : this([])
    {
    }

    /// <summary>One error.</summary>
    /// <param name="message">What is not understood, and where.</param>
    public ScenarioFormatException(string message)
        : this([message])
    {
    }

    /// <summary>One error with what caused it.</summary>
    /// <param name="message">What is not understood, and where.</param>
    /// <param name="innerException">The cause.</param>
    public ScenarioFormatException(string message, Exception innerException)
        : base(message, innerException) => Errors = [message];

    internal ScenarioFormatException(IReadOnlyList<string> errors)
        : base(string.Join('\n', errors)) => Errors = errors;

    /// <summary>Each with file and line, in the order of the file.</summary>
    public IReadOnlyList<string> Errors { get; }
}
