namespace HaCore.State;

/// <summary>A key file that is not taken. The message is value, rule, consequence, and never contains key text.</summary>
internal sealed class KeyFileException : Exception
{
    public KeyFileException(string message)
        : base(message)
    {
    }

    public KeyFileException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
