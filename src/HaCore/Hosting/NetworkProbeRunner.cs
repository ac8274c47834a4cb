using HaCore.Engine;
using Microsoft.Extensions.Logging;

namespace HaCore.Hosting;

/// <summary>Runs the network probe on a thread of its own and brings what it reports to the engine, newest wins. A probe that throws says nothing: unknown.</summary>
internal sealed class NetworkProbeRunner : IDisposable
{
    // Long enough that a broken probe fills no log, short beside any repair.
    private static readonly TimeSpan BackOff = TimeSpan.FromSeconds(1);

    private readonly INetworkProbe _probe;
    private readonly NetworkProbeContext _context;
    private readonly EventQueue _queue;
    private readonly EngineClock _clock;
    private readonly ILogger _logger;
    private readonly WaitPoint _pause;
    private readonly CancellationTokenSource _stopping = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private string? _lastFault;
    private bool _stopped;

    public NetworkProbeRunner(INetworkProbe probe, EngineConfiguration engine, EventQueue queue, EngineClock clock, ILoggerFactory loggers, ILogger logger)
    {
        _probe = probe;
        _queue = queue;
        _clock = clock;
        _logger = new QuietLogger(logger);
        _pause = new WaitPoint(clock);
        _context = new NetworkProbeContext
        {
            Cluster = engine.Cluster,
            LocalNode = engine.LocalNode,
            DeadTime = engine.Times.DeadTime,
            Report = Report,
            TimeProvider = clock.TimeProvider,
            LoggerFactory = loggers,
        };
        var (within, dead, interval) = (probe.DecidesWithin(engine.Times.DeadTime), engine.Times.DeadTime, engine.Times.HeartbeatInterval);
        if (within > dead - interval)
        {
            throw new InvalidOperationException(
                $"The network probe {probe.GetType().Name} says that the network is dead up to {Configuration.Rules.Text(within)} after it broke; it must do so within DeadTime - HeartbeatInterval " +
                $"({Configuration.Rules.Text(dead)} - {Configuration.Rules.Text(interval)} = {Configuration.Rules.Text(dead - interval)}), or a node whose own cable is pulled judges its peer before it has learned that.");
        }
    }

    /// <summary>Completes when the thread has ended.</summary>
    public Task Ended => _ended.Task;

    public void Start() => new Thread(Run) { IsBackground = true, Name = $"hacore {_context.Cluster} network" }.Start();

    public async Task StopAsync()
    {
        lock (_pause.Gate)
        {
            _stopped = true;
            _pause.Wake();
        }

        await _stopping.CancelAsync().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>After the thread has ended.</summary>
    public void Dispose() => _stopping.Dispose();

    private void Run()
    {
        while (!Volatile.Read(ref _stopped))
        {
            var detail = "the network probe returned although nobody stopped it";
            try
            {
                _probe.Run(_context, _stopping.Token);
            }
            catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
            {
            }
#pragma warning disable CA1031 // The one place where a probe's exceptions end: without it nothing is known about the network.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                detail = exception.Message;
                Note(exception);
            }

            Report(NetworkReach.Unknown, detail);
            Pause();
        }

        _pause.Close();
        _ended.SetResult();
    }

    private void Report(NetworkReach reach, string? detail)
    {
        if (!Volatile.Read(ref _stopped))
        {
            _queue.PostNetwork(new ClusterEvent.NetworkChanged(reach, detail));
        }
    }

    // One line per kind of fault: a probe that cannot work fails again every second.
    private void Note(Exception exception)
    {
        if (_lastFault != exception.Message)
        {
            _lastFault = exception.Message;
            Log.NetworkProbeFaulted(_logger, exception, _probe.GetType().Name);
        }
    }

    private void Pause()
    {
        var until = _clock.Now + BackOff;
        lock (_pause.Gate)
        {
            while (!_stopped && _pause.WaitOnce(until))
            {
            }
        }
    }
}
