using System.Globalization;
using HaCore.Control.Contract;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace HaCore.Control;

/// <summary>
/// The door of a host that is no web application: a web server of its own on one Unix socket. It is opened beside the start of the host and never delays it, it uses the
/// thread pool only, which no heartbeat does, and what goes wrong in it is a line in the log. It is the first service to start, so that it is the last to stop.
/// </summary>
internal sealed class ControlServer : IHostedLifecycleService, IAsyncDisposable
{
    private static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(10);   // an operator who mended the cause does not wait long
    private static readonly TimeSpan StopMax = TimeSpan.FromSeconds(5);          // for a package's command that still runs; every cluster has left by then
    private const int ConnectionsMax = 100;      // some watching terminals and a monitoring that never hangs up
    private const int RequestBytesMax = 65_536;

    private readonly IServiceProvider _services;
    private readonly HaControlOptions _options;
    private readonly ILoggerFactory _loggers;
    private readonly ILogger _logger;
    private readonly TimeProvider _timeProvider;
    private readonly CancellationTokenSource _stopping = new();
    private Task _running = Task.CompletedTask;
    private CancellationToken _patience;

    public ControlServer(IServiceProvider services, IOptions<HaControlOptions> options, ILoggerFactory loggers, TimeProvider timeProvider)
    {
        (_services, _options, _loggers, _timeProvider) = (services, options.Value, loggers, timeProvider);
        _logger = new QuietLogger(loggers.CreateLogger(Log.Category));
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>After every cluster has opened its state directory: a second host with the same configuration does not come so far.</summary>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        _running = Task.Run(RunAsync, CancellationToken.None);
        return Task.CompletedTask;
    }

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>After every cluster has left.</summary>
    public async Task StoppedAsync(CancellationToken cancellationToken)
    {
        _patience = cancellationToken;
        await DisposeAsync().ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(false);
    }

    private async Task RunAsync()
    {
        try
        {
            var app = await OpenAsync().ConfigureAwait(false);
            await using (app.ConfigureAwait(false))
            {
                await UntilStoppedAsync().ConfigureAwait(false);
                await app.StopAsync(_patience).ConfigureAwait(false);
            }

            Log.Closed(_logger, _options.SocketPath);
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // It was never open.
        }
#pragma warning disable CA1031 // Whatever it was, the host goes on, or goes on stopping.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            Log.Faulted(_logger, failure, _options.SocketPath);
        }
    }

    private async Task<WebApplication> OpenAsync()
    {
        var isSaid = false;
        using var timer = new PeriodicTimer(RetryInterval, _timeProvider);
        while (true)
        {
            var app = Build();
            try
            {
                await app.StartAsync(_stopping.Token).ConfigureAwait(false);
                Announce();
                return app;
            }
#pragma warning disable CA1031 // No failure to open the door is the cluster's business.
            catch (Exception failure) when (!_stopping.IsCancellationRequested)
#pragma warning restore CA1031
            {
                await app.DisposeAsync().ConfigureAwait(false);
                if (!isSaid)
                {
                    isSaid = true;
                    Log.NotListening(_logger, _options.SocketPath, failure.Message, RetryInterval.TotalSeconds);
                }
            }

            await timer.WaitForNextTickAsync(_stopping.Token).ConfigureAwait(false);
        }
    }

    private WebApplication Build()
    {
        // Empty: no configuration files, no environment, no signals; this server does what it is told here and nothing else.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "HaCore.Control" });
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton<ILoggerFactory>(new WarningsOnly(_loggers));   // not two lines for each request
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = StopMax);
        builder.Services.Configure<SocketTransportOptions>(transport => transport.CreateBoundListenSocket = _ => ControlSocket.Open(_options));
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxConcurrentConnections = ConnectionsMax;
            kestrel.Limits.MaxRequestBodySize = RequestBytesMax * 2;
            kestrel.ListenUnixSocket(_options.SocketPath);
        });
        var app = builder.Build();
        app.UseRouting();
        new ControlDoor(_services).Map(app, ControlPaths.Prefix);
        return app;
    }

    private void Announce()
    {
        var (owner, group) = ("unknown", "unknown");
        if (!OperatingSystem.IsWindows())
        {
            var (uid, gid) = (Posix.EffectiveUser(), _options.Group is { } name ? Accounts.GroupId(name) ?? 0 : Posix.EffectiveGroup());
            owner = Accounts.UserName(uid) ?? uid.ToString(CultureInfo.InvariantCulture);
            group = Accounts.GroupName(gid) ?? gid.ToString(CultureInfo.InvariantCulture);
        }

        Log.Listening(_logger, _options.SocketPath, _options.Mode, owner, group);
        if (HaControlOptionsValidator.ModeOf(_options).HasFlag(UnixFileMode.OtherWrite))
        {
            Log.OpenToEveryone(_logger, _options.SocketPath, _options.Mode);
        }
    }

    private async Task UntilStoppedAsync()
    {
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var registration = _stopping.Token.Register(stopped.SetResult);
        await stopped.Task.ConfigureAwait(false);
    }

    /// <summary>The host around it says when it ends.</summary>
    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }

    private sealed class WarningsOnly(ILoggerFactory inner) : ILoggerFactory
    {
        public ILogger CreateLogger(string categoryName) => new Logger(inner.CreateLogger(categoryName));

        public void AddProvider(ILoggerProvider provider) => inner.AddProvider(provider);

        public void Dispose()
        {
            // The host's own.
        }

        private sealed class Logger(ILogger inner) : ILogger
        {
            public IDisposable? BeginScope<TState>(TState state)
                where TState : notnull => null;

            public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning && inner.IsEnabled(logLevel);

            public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
            {
                if (IsEnabled(logLevel))
                {
                    inner.Log(logLevel, eventId, state, exception, formatter);
                }
            }
        }
    }
}
