using Microsoft.Extensions.Logging;

namespace HaCore.Tests.Hosting;

/// <summary>A provider whose sink is broken: the logging library passes its exceptions on.</summary>
internal sealed class ThrowingLogger(bool throwsWhenAsked = false) : ILogger
{
    public int Calls { get; private set; }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel)
    {
        Calls++;
        return throwsWhenAsked ? throw new IOException("no space left on the log's disk") : true;
    }

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        Calls++;
        throw new IOException("no space left on the log's disk");
    }
}
