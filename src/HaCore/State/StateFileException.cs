namespace HaCore.State;

/// <summary>The state of this node cannot be had or kept. The message names the file, the cause and what the operator does about it.</summary>
internal sealed class StateFileException : Exception
{
    public StateFileException(string message)
        : base(message)
    {
    }

    public StateFileException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
