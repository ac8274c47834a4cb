using System.Globalization;
using HaCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Systemd;

namespace TwoNodeCluster.RealHost;

/// <summary>
/// Tells systemd that this program works (WatchdogSec=), as long as the engine makes progress. On a thread of its own, because a healthy
/// thread pool proves nothing about the engine, and a busy one must not get the host killed.
/// </summary>
internal sealed class SystemdWatchdog(IHaCluster cluster, ISystemdNotifier notifier, TimeSpan interval) : IHostedService, IDisposable
{
    private readonly ManualResetEventSlim _stop = new();
    private Thread? _thread;

    /// <summary>What sd_watchdog_enabled(3) says: WATCHDOG_USEC, if WATCHDOG_PID is absent or names this process; null without a watchdog.</summary>
    public static TimeSpan? Interval =>
        long.TryParse(Environment.GetEnvironmentVariable("WATCHDOG_USEC"), NumberStyles.None, CultureInfo.InvariantCulture, out long microseconds)
        && microseconds > 0
        && (Environment.GetEnvironmentVariable("WATCHDOG_PID") is not { Length: > 0 } process
            || process == Environment.ProcessId.ToString(CultureInfo.InvariantCulture))
            ? TimeSpan.FromMicroseconds(microseconds)
            : null;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _thread = new Thread(Run) { IsBackground = true, Name = "systemd watchdog" };
        _thread.Start();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        _stop.Set();
        return Task.CompletedTask;
    }

    public void Dispose()
    {
        _stop.Set();
        if (_thread?.Join(TimeSpan.FromSeconds(1)) ?? true)
        {
            _stop.Dispose();
        }
    }

    private void Run()
    {
        TimeSpan pace = interval / 3; // sd_watchdog_enabled(3) recommends half; a third allows for one late ping
        long before = 0;
        do
        {
            // No step yet is no hang: a start that takes too long has a timeout of its own (TimeoutStartSec).
            long steps = cluster.Current.EngineSteps;
            if (steps == 0 || steps != before)
            {
                notifier.Notify(new ServiceState("WATCHDOG=1"));
                before = steps;
            }
        }
        while (!_stop.Wait(pace));
    }
}
