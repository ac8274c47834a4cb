using System.Diagnostics;
using System.Net;
using HaCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using TwoNodeCluster.Agents;

namespace TwoNodeCluster.Demo;

/// <summary>One node of the demo: an ordinary host with a cluster in it, as it would run on a machine of its own.</summary>
internal static class DemoNode
{
    public static async Task<int> RunAsync(string settingsFile)
    {
        DemoNodeSettings settings = DemoNodeSettings.Read(settingsFile);
        // No defaults: an appsettings.json that happens to lie in the user's folder must not change the demo.
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Logging.AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.TimestampFormat = "HH:mm:ss.fff ";
        });
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<ServicePort>();
        builder.Services.AddSingleton(new SwitchPort(settings.SwitchPort));
        builder.Services.AddHaCluster("demo", ha => Describe(ha, settings));
        if (settings.ControlSocket is { } socket)
        {
            builder.Services.AddHaControl(control => (control.SocketPath, control.Mode) = (socket, "0600"));
        }

        builder.Services.AddHostedService<StatusReporter>();
        if (settings.Explain)
        {
            builder.Services.AddHostedService<NoticeReporter>();
        }

        using IHost host = builder.Build();
        ObeyConductor(host.Services.GetRequiredService<IHostApplicationLifetime>(), host.Services.GetRequiredService<IHaCluster>());
        await host.RunAsync();
        return Environment.ExitCode; // the cluster sets it when it could not leave in order
    }

    private static void Describe(IHaClusterBuilder ha, DemoNodeSettings settings)
    {
        var demo = new DemoTimes(settings.DeadTime);
        ha.AddNode(DemoStage.Preferred).AddNode(DemoStage.Other)
            .UseLocalNode(settings.Node)
            .UseKeyFile(settings.KeyFile)
            .UseStateDirectory(settings.StateDirectory)
            .UseTimes(times =>
            {
                times.HeartbeatInterval = demo.HeartbeatInterval;
                times.WarnTime = demo.WarnTime;
                times.DeadTime = demo.DeadTime;
                times.InitialDeadTime = demo.InitialDeadTime;
            })
            // On one computer nothing can cut a node off, and nothing has to be protected: the demo says so at its top.
            .UseFencingPolicy(FencingPolicyKind.ProceedUnfenced)
            .AddGroup(DemoStage.Group, group => group
                .PreferNode(DemoStage.Preferred)
                .Failback(FailbackPolicy.WhenReady)
                .AddResource<WebServiceAgent>("service")
                .AddResource<DemoAddressAgent>("address"));
        foreach (DemoLink link in settings.Links)
        {
            Plug(ha, link);
        }
    }

    private static void Plug(IHaClusterBuilder ha, DemoLink link)
    {
        if (link.Device is { } device)
        {
            ha.AddSerialTransport(link.Name, serial => (serial.Device, serial.BaudRate) = (device, link.BaudRate));
            return;
        }

        ha.AddUdpTransport(link.Name, udp =>
        {
            udp.LocalAddress = IPAddress.Loopback.ToString();
            udp.PeerAddress = IPAddress.Loopback.ToString();
            udp.LocalPort = link.LocalPort;
            udp.PeerPort = link.CablePort;
        });
    }

    /// <summary>Standard input carries two words, "stop" and "clear"; its end means that the conductor is gone, and nobody would ever stop this process.</summary>
    private static void ObeyConductor(IHostApplicationLifetime lifetime, IHaCluster cluster)
    {
        var thread = new Thread(() =>
        {
            while (Console.In.ReadLine() is { } word)
            {
                if (word == NodeProcess.StopWord)
                {
                    lifetime.StopApplication();
                }
                else if (word == NodeProcess.ClearWord && cluster.Current.Groups is [{ Diverged: true } group])
                {
                    // The answer shows in the status; the term is the one that the "operator" saw.
                    cluster.ClearDivergenceAsync(group.Group, group.Term).AsTask().GetAwaiter().GetResult();
                }
            }

            using Process self = Process.GetCurrentProcess();
            self.Kill();
        })
        { IsBackground = true, Name = "conductor" };
        thread.Start();
    }

    /// <summary>Tells the conductor what this node thinks, whenever it changes.</summary>
    private sealed class StatusReporter(IHaCluster cluster, TimeProvider time) : BackgroundService
    {
        protected override async Task ExecuteAsync(CancellationToken stoppingToken)
        {
            // Looked at, not watched: whether a link lives is a matter of age, and changes without any event.
            using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20), time);
            string said = "";
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                string line = NodeStatus.From(cluster.Current).ToLine();
                if (line != said)
                {
                    Console.Out.WriteLine(line);
                    said = line;
                }
            }
        }
    }

    /// <summary>Tells the conductor what this node decides and why, as it happens.</summary>
    private sealed class NoticeReporter(IHaCluster cluster) : BackgroundService
    {
        protected override async Task ExecuteAsync(CancellationToken stoppingToken)
        {
            await foreach (ClusterNotice notice in cluster.ReadNoticesAsync(cancellationToken: stoppingToken))
            {
                Console.Out.WriteLine($"{NodeProcess.NoticeMark}{notice.Event} {notice.Subject}: {notice.Detail}");
            }
        }
    }
}
