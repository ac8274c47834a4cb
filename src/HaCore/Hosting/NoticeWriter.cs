using HaCore.Engine;
using Microsoft.Extensions.Logging;

namespace HaCore.Hosting;

/// <summary>
/// Turns the engine's notices into log lines, on a thread of its own: a logger may block (a full pipe, a slow disk), heartbeats must not.
/// </summary>
internal sealed class NoticeWriter
{
    /// <summary>A burst of a whole failover is some dozens of lines; more than this means that the log has stopped taking them.</summary>
    private const int NoticesMax = 1024;

    /// <summary>First id of the shell's own lines; what the engine says is below.</summary>
    public const int ShellIdsFrom = 1200;

    private const int EventIdBase = 1000;
    private static readonly Action<ILogger, string, string, Exception?>?[] Lines = CreateLines();

    private readonly string _cluster;
    private readonly ILogger _logger;
    private readonly object _gate = new();   // between the engine's loop, which must not wait for the logger, and the writing thread
    private readonly Queue<Action<ILogger>> _waiting = new(NoticesMax);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _dropped;
    private bool _stopped;

    public NoticeWriter(string cluster, ILogger logger)
    {
        _cluster = cluster;
        _logger = logger;
    }

    /// <summary>Completes when the thread has ended.</summary>
    public Task Ended => _ended.Task;

    public void Start() => new Thread(Run) { IsBackground = true, Name = $"hacore {_cluster} log" }.Start();

    /// <summary>Logs a notice of the engine.</summary>
    public void Write(Decision.Notice notice) => Write(logger => WriteNow(logger, notice));

    /// <summary>Logs a line of a heartbeat thread. Dropped, and counted, when the log does not keep up.</summary>
    public void Write(Action<ILogger> line)
    {
        lock (_gate)
        {
            if (_waiting.Count == NoticesMax)
            {
                _dropped++;
                return;
            }

            _waiting.Enqueue(line);
            Monitor.Pulse(_gate);
        }
    }

    /// <summary>Ends the thread after what waits is written.</summary>
    public void Stop()
    {
        lock (_gate)
        {
            _stopped = true;
            Monitor.Pulse(_gate);
        }
    }

    /// <summary>The fixed number and name of a notice of the engine.</summary>
    public static EventId IdOf(NoticeKind kind) => new(EventIdBase + (int)kind, kind.ToString());

    public static LogLevel ToLogLevel(NoticeLevel level) => level switch
    {
        NoticeLevel.Debug => LogLevel.Debug,
        NoticeLevel.Information => LogLevel.Information,
        NoticeLevel.Warning => LogLevel.Warning,
        NoticeLevel.Error => LogLevel.Error,
        NoticeLevel.Critical => LogLevel.Critical,
    };

    internal static void WriteNow(ILogger logger, Decision.Notice notice) =>
        Lines[Index(notice.Kind, notice.Level)]?.Invoke(logger, notice.Subject, notice.Detail, null);

    private void Run()
    {
        while (true)
        {
            Action<ILogger>? line;
            long dropped;
            lock (_gate)
            {
                while (_waiting.Count == 0 && !_stopped)
                {
                    Monitor.Wait(_gate);
                }

                if (!_waiting.TryDequeue(out line))
                {
                    break;
                }

                (dropped, _dropped) = (_dropped, 0);
            }

            WriteGuarded(line, dropped);
        }

        _ended.SetResult();
    }

    private void WriteGuarded(Action<ILogger> line, long dropped)
    {
        try
        {
            line(_logger);
            if (dropped > 0)
            {
                Log.LinesDropped(_logger, _cluster, dropped);
            }
        }
#pragma warning disable CA1031 // A logging provider that throws must not end the cluster; there is nowhere left to say it.
        catch (Exception)
#pragma warning restore CA1031
        {
            lock (_gate)
            {
                _dropped += dropped + 1;
            }
        }
    }

    private static int Index(NoticeKind kind, NoticeLevel level) => ((int)kind * (int)(NoticeLevel.Critical + 1)) + (int)level;

    private static Action<ILogger, string, string, Exception?>?[] CreateLines()
    {
        var kinds = Enum.GetValues<NoticeKind>();
        var levels = Enum.GetValues<NoticeLevel>();
        var lines = new Action<ILogger, string, string, Exception?>?[Index(kinds.Max(), NoticeLevel.Critical) + 1];
        foreach (var kind in kinds)
        {
            foreach (var level in levels)
            {
                lines[Index(kind, level)] = LoggerMessage.Define<string, string>(
                    ToLogLevel(level), IdOf(kind), "{Subject}: {Detail}");
            }
        }

        return lines;
    }
}
