namespace HaCore.Tool;

/// <summary>Ends the command with a message for the operator and an exit code. Caught in one place.</summary>
internal sealed class ToolException(int exitCode, string message) : Exception(message)
{
    public int ExitCode { get; } = exitCode;
}
