using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Logging;

namespace TwoNodeCluster.RealHost;

/// <summary>
/// Log lines to the local syslog or journal, facility local0 as the cluster of 2004 had it ("logfacility local0").
/// A datagram that would block is dropped: no log may ever hold up a cluster. The socket is opened at the first line and again after an
/// error, because the daemon behind it may start later than this host, or be restarted.
/// </summary>
internal sealed class SyslogLoggerProvider(string path, string tag) : ILoggerProvider
{
    public const string DefaultPath = "/dev/log";
    private const int Local0 = 16; // RFC 5424 §6.2.1, table 1
    private const int LineBytesMax = 2048; // what RFC 5424 §6.1 asks every receiver to accept

    private readonly ConcurrentDictionary<string, SyslogLogger> _loggers = new();
    private readonly Lock _gate = new(); // any thread logs; one socket
    private Socket? _socket;
    private bool _disposed;

    public ILogger CreateLogger(string categoryName) => _loggers.GetOrAdd(categoryName, name => new SyslogLogger(this, name));

    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            _socket?.Dispose();
            _socket = null;
        }
    }

    private void Send(LogLevel level, string category, string text, Exception? error)
    {
        string line = $"<{(Local0 * 8) + SeverityOf(level)}>{tag}[{Environment.ProcessId}]: {category[(category.LastIndexOf('.') + 1)..]}: {text}";
        if (error is not null)
        {
            line += $" ({error.GetType().Name}: {error.Message})";
        }

        byte[] bytes = Encoding.UTF8.GetBytes(line.ReplaceLineEndings(" "));
        lock (_gate)
        {
            for (int attempt = 0; attempt < 2 && !_disposed; attempt++) // the second one for a daemon that was restarted
            {
                try
                {
                    _socket ??= Connect();
                    _socket.Send(bytes.AsSpan(0, Math.Min(bytes.Length, LineBytesMax)));
                    return;
                }
                catch (SocketException full) when (full.SocketErrorCode is SocketError.WouldBlock or SocketError.NoBufferSpaceAvailable)
                {
                    return; // dropped: the daemon is too slow
                }
                catch (SocketException)
                {
                    _socket?.Dispose();
                    _socket = null;
                }
            }
        }
    }

    private Socket Connect()
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { Blocking = false };
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(path));
            return socket;
        }
        catch (SocketException)
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Severities of RFC 5424 §6.2.1, table 2.</summary>
    private static int SeverityOf(LogLevel level) => level switch
    {
        LogLevel.Critical => 2,
        LogLevel.Error => 3,
        LogLevel.Warning => 4,
        LogLevel.Information => 6,
        LogLevel.Debug or LogLevel.Trace => 7,
        LogLevel.None => 7,
    };

    private sealed class SyslogLogger(SyslogLoggerProvider provider, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                provider.Send(logLevel, category, formatter(state, exception), exception);
            }
        }
    }
}
