#region first-host
using HaCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

#endregion

namespace TwoNodeCluster.Tests.Docs;

/// <summary>A whole Program.cs, as the documentation shows it: the two parts joined.</summary>
internal static class FirstHost
{
    public static async Task RunAsync(string[] args)
    {
        #region first-host
        var builder = Host.CreateApplicationBuilder(args);
        builder.Services.AddHaCluster("shop", ha => ha
            .AddNode("alpha").AddNode("beta")                   // the short host names of the two machines
            .UseKeyFile("/etc/hacore/shop.key")                 // TwoNodeCluster keygen /etc/hacore/shop.key
            .UseFencingPolicy(FencingPolicyKind.Wait)           // see "What happens when a machine dies"
            .AddUdpTransport("lan", o => { o.Mode = UdpMode.Broadcast; o.Interface = "eth0"; })
            .AddUdpTransport("crossover", o => { o.Mode = UdpMode.Broadcast; o.Interface = "eth1"; })
            .AddGroup("shop", g => g                            // starts in this order, stops in reverse, moves as one
                .PreferNode("alpha").Failback(FailbackPolicy.WhenReady)
                .AddResource<QueueWorkerAgent>("orders")
                .AddIpAddress("shop-ip", o => { o.Address = "192.0.2.10/24"; o.Interface = "eth0"; })));
        await builder.Build().RunAsync();
        #endregion
    }
}
