using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace HaCore.Fencing.Tests;

/// <summary>A host as a site has it, with one fencing device of a configuration file.</summary>
internal static class Clusters
{
    /// <summary>The one thing that is wrong with the device.</summary>
    public static string StartError(Action<IHaClusterBuilder> types, string device) => Assert.Single(StartErrors(types, device));

    /// <summary>Why the host does not start. Nothing is begun: the errors come before any file is opened.</summary>
    public static string[] StartErrors(Action<IHaClusterBuilder> types, params string[] devices)
    {
        using var host = Build(types, devices);
        return [.. Assert.ThrowsAny<OptionsValidationException>(() => host.StartAsync(TestContext.Current.CancellationToken).GetAwaiter().GetResult()).Failures];
    }

    /// <summary>What stops the start of a host whose device is well configured: its key file is not there.</summary>
    public static Exception StartFailure(Action<IHaClusterBuilder> types, string device)
    {
        using var host = Build(types, device);
        return Assert.ThrowsAny<Exception>(() => host.StartAsync(TestContext.Current.CancellationToken).GetAwaiter().GetResult());
    }

    private static IHost Build(Action<IHaClusterBuilder> types, params string[] devices)
    {
        var json = $$"""
            {
              "HaCluster": {
                "Nodes": [ "novanta", "novantuno" ], "LocalNode": "novanta", "KeyFile": "/no/such/key",
                "Fencing": { "Policy": "Fence", "Devices": [ {{string.Join(", ", devices)}} ] }
              }
            }
            """;
        var builder = Host.CreateEmptyApplicationBuilder(new() { DisableDefaults = true });
        builder.Configuration.AddJsonStream(new MemoryStream(Encoding.UTF8.GetBytes(json)));
        builder.Services.AddHaCluster("unipd", ha =>
        {
            types(ha);
            ha.AddTransport("lan", _ => throw new InvalidOperationException("never opened"));
            ha.Bind(builder.Configuration.GetSection("HaCluster"));
        });
        return builder.Build();
    }
}
