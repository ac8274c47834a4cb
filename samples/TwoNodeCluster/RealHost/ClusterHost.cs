using HaCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Systemd;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;

namespace TwoNodeCluster.RealHost;

/// <summary>The real host: one node of the cluster that a configuration file describes. The same file serves both machines.</summary>
internal static class ClusterHost
{
    private const string Section = "HaCluster";
    private const string ControlSection = "Control";
    public const string NameKey = "ClusterName";

    public static async Task<int> RunAsync(ClusterHostArguments arguments)
    {
        try
        {
            using IHost host = Build(arguments);
            if (await StartAsync(host) is { } exitCode)
            {
                return exitCode;
            }

            await host.WaitForShutdownAsync();
            return Environment.ExitCode; // the cluster sets it when it failed, or could not leave in order
        }
        catch (Exception refused) when (refused is FileNotFoundException or InvalidDataException)
        {
            // The JSON reader says where in the innermost exception.
            return Refuse(ExitCode.Configuration, [refused.Message, refused.GetBaseException() is var cause && cause != refused ? cause.Message : ""]);
        }
    }

    /// <summary>Null if the host runs; otherwise what to end with.</summary>
    private static async Task<int?> StartAsync(IHost host)
    {
        try
        {
            await host.StartAsync();
            return null;
        }
        catch (OptionsValidationException refused)
        {
            return Refuse(ExitCode.Configuration, refused.Failures);
        }
#pragma warning disable CA1031 // A missing key, a locked state directory, a port in use: whatever it was, an operator reads its message and not a stack.
        catch (Exception failed)
#pragma warning restore CA1031
        {
            return Refuse(ExitCode.Failed, [failed.Message]);
        }
    }

    public static int Refuse(int exitCode, IEnumerable<string> reasons, string what = "Nothing was started:")
    {
        Console.Error.WriteLine(what);
        foreach (string reason in reasons.Where(reason => reason.Length > 0))
        {
            Console.Error.WriteLine($"  {reason}");
        }

        return exitCode;
    }

    internal static IHost Build(ClusterHostArguments arguments)
    {
        // No defaults: this host reads the file that it was given and nothing else, so both machines run the same configuration.
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Configuration.AddJsonFile(arguments.ConfigurationFile, optional: false, reloadOnChange: false);
        if (arguments.Node is { } node)
        {
            builder.Configuration[$"{Section}:LocalNode"] = node;
        }

        AddLogging(builder, arguments.Log);
        builder.Services.AddSystemd(); // does nothing outside systemd
        if (SystemdHelpers.IsSystemdService() && SystemdWatchdog.Interval is { } interval)
        {
            builder.Services.AddHostedService(services => ActivatorUtilities.CreateInstance<SystemdWatchdog>(services, interval));
        }

        builder.Services.AddHostedService<StopTimeoutCheck>();
        string name = builder.Configuration[NameKey]
            ?? throw new InvalidDataException($"\"{NameKey}\" is missing: the name of the cluster, the same on both machines.");
        builder.Services.AddHaCluster(name, ha => ha
            .AddUdpTransportType()
            .AddSerialTransportType()
            .AddBondedTransportType()
            .AddIpAddressType()
            .AddExternalCommandDeviceType()
            .AddFenceAgentDeviceType()
            .AddWatchdogType()
            .AddPingTargetsType()
            .Bind(builder.Configuration.GetSection(Section)));
        builder.Services.AddHaControl(control => builder.Configuration.GetSection(ControlSection).Bind(control));
        return builder.Build();
    }

    private static void AddLogging(HostApplicationBuilder builder, LogTarget target)
    {
        builder.Logging.AddConfiguration(builder.Configuration.GetSection("Logging"));
        // Why a start failed is told by StartAsync above, once and without a stack.
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None);
        if (target == LogTarget.Syslog)
        {
            builder.Logging.AddProvider(new SyslogLoggerProvider(SyslogLoggerProvider.DefaultPath, "hacore"));
            return;
        }

        builder.Logging.AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.TimestampFormat = "HH:mm:ss.fff ";
        });
        // A terminal or a journal that stands still must not hold up the cluster: rather lose lines than wait.
        builder.Services.Configure<ConsoleLoggerOptions>(console => console.QueueFullMode = ConsoleLoggerQueueFullMode.DropWrite);
    }
}
