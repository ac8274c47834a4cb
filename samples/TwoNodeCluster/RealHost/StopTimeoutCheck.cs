using System.Globalization;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Systemd;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace TwoNodeCluster.RealHost;

/// <summary>
/// A host that systemd kills in the middle of a stop leaves its groups unclean. So it compares systemd's patience with what stopping may
/// take, warns at start, and asks for the time that it needs when the stop begins.
/// </summary>
internal sealed partial class StopTimeoutCheck(
    IOptions<HostOptions> host, IHostApplicationLifetime lifetime, IServiceProvider services, ILogger<StopTimeoutCheck> logger) : IHostedService
{
    /// <summary>TimeoutStopSec of the unit, as the unit itself repeats it: systemd does not tell its services.</summary>
    public const string Variable = "HACORE_STOP_TIMEOUT";

    public Task StartAsync(CancellationToken cancellationToken)
    {
        TimeSpan needed = host.Value.ShutdownTimeout;
        if (TimeSpan.TryParse(Environment.GetEnvironmentVariable(Variable), CultureInfo.InvariantCulture, out TimeSpan granted) && granted < needed)
        {
            LogTooShort(logger, granted, needed);
        }

        if (services.GetService(typeof(ISystemdNotifier)) is ISystemdNotifier notifier)
        {
            // From now on at most so long until the next word: sd_notify(3), EXTEND_TIMEOUT_USEC.
            lifetime.ApplicationStopping.Register(() => notifier.Notify(new ServiceState(
                string.Create(CultureInfo.InvariantCulture, $"EXTEND_TIMEOUT_USEC={(long)needed.TotalMicroseconds}"))));
        }

        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(EventId = 9001, EventName = "StopTimeoutTooShort", Level = LogLevel.Warning,
        Message = "TimeoutStopSec of the unit ({Granted}) is shorter than what stopping every resource may take ({Needed}): killed in the middle of a stop, this node would leave its groups unclean and the peer could not start them. Raise both lines in the unit.")]
    private static partial void LogTooShort(ILogger logger, TimeSpan granted, TimeSpan needed);
}
