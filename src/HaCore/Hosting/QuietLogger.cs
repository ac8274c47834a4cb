using Microsoft.Extensions.Logging;

namespace HaCore.Hosting;

/// <summary>
/// A logger that cannot hurt: the logging library passes on what a provider throws (a full disk, a broken sink), and on these threads that
/// would lose an answer that the engine waits for. A lost line is the smaller loss.
/// </summary>
internal sealed class QuietLogger(ILogger inner) : ILogger
{
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => inner.BeginScope(state);

    public bool IsEnabled(LogLevel logLevel)
    {
        try
        {
            return inner.IsEnabled(logLevel);
        }
#pragma warning disable CA1031 // A provider may also throw when it is asked whether it wants a line.
        catch (Exception)
#pragma warning restore CA1031
        {
            return false;
        }
    }

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        try
        {
            inner.Log(logLevel, eventId, state, exception, formatter);
        }
#pragma warning disable CA1031 // Whatever a provider throws: see above.
        catch (Exception)
#pragma warning restore CA1031
        {
        }
    }
}
