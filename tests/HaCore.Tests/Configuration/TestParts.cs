using System.Text;
using HaCore.Configuration;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace HaCore.Tests.Configuration;

/// <summary>An agent as a third party would write it.</summary>
internal sealed class NoteAgent(NoteOptions options, TimeProvider time) : IResourceAgent
{
    public NoteOptions Options { get; } = options;

    public TimeProvider Time { get; } = time;

    public ValueTask<ProbeResult> ProbeAsync(OperationContext context, CancellationToken cancellationToken) => new(ProbeResult.Stopped);

    public ValueTask<OperationResult> StartAsync(OperationContext context, CancellationToken cancellationToken) => new(OperationResult.Succeeded);

    public ValueTask<OperationResult> StopAsync(OperationContext context, CancellationToken cancellationToken) => new(OperationResult.Succeeded);
}

internal sealed class NoteOptions
{
    public string Text { get; set; } = "nothing";

    public TimeSpan Patience { get; set; } = TimeSpan.FromSeconds(1);

    public int Copies { get; set; } = 1;

    public bool Loud { get; set; }

    public DayOfWeek Day { get; set; }

    public List<string> Readers { get; } = [];
}

internal sealed class NoteValidator : IValidateOptions<NoteOptions>
{
    public ValidateOptionsResult Validate(string? name, NoteOptions options) =>
        options.Copies > 9 ? ValidateOptionsResult.Fail($"Copies ({options.Copies}) must be at most 9, or the printer jams.") : ValidateOptionsResult.Success;
}

internal sealed class DiskOptions
{
    public string Device { get; set; } = "/dev/drbd0";
}

internal sealed class DiskAgent(DiskOptions options) : IStandbyResourceAgent
{
    public DiskOptions Options { get; } = options;

    public ValueTask<ProbeResult> ProbeAsync(OperationContext context, CancellationToken cancellationToken) => new(ProbeResult.Stopped);

    public ValueTask<OperationResult> StartAsync(OperationContext context, CancellationToken cancellationToken) => new(OperationResult.Succeeded);

    public ValueTask<OperationResult> StopAsync(OperationContext context, CancellationToken cancellationToken) => new(OperationResult.Succeeded);

    public ValueTask<OperationResult> PrepareAsync(OperationContext context, CancellationToken cancellationToken) => new(OperationResult.Succeeded);
}

internal sealed class WireOptions
{
    public string Interface { get; set; } = "";

    public int Port { get; set; } = 694;
}

internal sealed class WireTransport(WireOptions options) : IHeartbeatTransport
{
    public WireOptions Options { get; } = options;

    public ValueTask<IHeartbeatLink> OpenAsync(HeartbeatLinkContext context, CancellationToken cancellationToken) => throw new HeartbeatLinkException("No wire.");
}

internal sealed class PowerSwitch : IFencingDevice
{
    public ValueTask<FenceResult> FenceAsync(FencingDeviceContext context, CancellationToken cancellationToken) => new(FenceResult.Confirmed("off"));
}

internal sealed class OutletOptions : IFencingDeviceOptions
{
    public string Socket { get; set; } = "1";

    public TimeSpan Patience { get; set; } = TimeSpan.FromSeconds(3);

    public Dictionary<string, string> Plugs { get; } = new(StringComparer.OrdinalIgnoreCase);

    public IEnumerable<string> Check(FencingDeviceSite site) =>
        site.Nodes.Where(node => Plugs.Count > 0 && !Plugs.ContainsKey(node.Value))
            .Select(node => $"no plug for {node}, one of {site.Nodes.Count} nodes, {site.DevicesInLevel} device(s) in the level");
}

internal sealed class Outlet(OutletOptions options) : IFencingDevice
{
    public OutletOptions Options { get; } = options;

    public ValueTask<FenceResult> FenceAsync(FencingDeviceContext context, CancellationToken cancellationToken) => new(FenceResult.Confirmed("off"));
}

internal sealed class CoinPolicy(TimeProvider time) : IFencingPolicy
{
    public TimeProvider Time { get; } = time;

    public FencingDecision Decide(FencingContext context) => FencingDecision.Wait("The coin landed on its edge.");
}

/// <summary>What the third party ships: one line to register in code, one word for configuration.</summary>
internal static class NoteExtensions
{
    public static IHaGroupBuilder AddNote(this IHaGroupBuilder group, string name, Action<NoteOptions>? configure = null, Action<ResourceSettings>? settings = null) =>
        group.AddResource<NoteAgent, NoteOptions>(name, configure, settings);

    public static IHaClusterBuilder AddNoteType(this IHaClusterBuilder cluster) =>
        cluster.AddAgentType<NoteAgent, NoteOptions>("Note", static (section, options) => section.Bind(options), settings => settings.Stop.Retries = 4);

    public static IHaClusterBuilder AddDiskType(this IHaClusterBuilder cluster) =>
        cluster.AddAgentType<DiskAgent, DiskOptions>("Disk", static (section, options) => section.Bind(options));

    public static IHaClusterBuilder AddOutletType(this IHaClusterBuilder cluster) =>
        cluster.AddFencingDeviceType<Outlet, OutletOptions>("Outlet", static (section, options) => section.Bind(options), settings => settings.Retries = 3);

    public static IHaClusterBuilder AddWire(this IHaClusterBuilder cluster, string name, string @interface) =>
        cluster.AddTransport<WireTransport, WireOptions>(name, options => options.Interface = @interface);

    public static IHaClusterBuilder AddWireType(this IHaClusterBuilder cluster) =>
        cluster.AddTransportType<WireTransport, WireOptions>("Wire", static (section, options) => section.Bind(options));
}

/// <summary>Short ways to a definition and to the errors of one.</summary>
internal static class Make
{
    public const string Name = "unipd";

    /// <summary>A cluster that has everything it needs; later calls change it.</summary>
    public static IHaClusterBuilder Good(this IHaClusterBuilder cluster) => cluster
        .AddNode("novanta").AddNode("novantuno").UseLocalNode("novanta")
        .UseKeyFile("/etc/hacore/unipd.key")
        .AddWire("lan", "eth1").AddWire("crossover", "eth0")
        .UseFencingPolicy(FencingPolicyKind.ProceedUnfenced);

    /// <summary>Everything from one JSON text.</summary>
    public static IHaClusterBuilder From(this IHaClusterBuilder cluster, string json) =>
        cluster.AddNoteType().AddDiskType().AddWireType().AddOutletType().Bind(Section(json));

    public static ServiceProvider Provider(Action<IHaClusterBuilder> configure, string name = Name, string host = "novanta")
    {
        var services = new ServiceCollection();
        services.AddSingleton(new HostName(host));
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton<IValidateOptions<NoteOptions>, NoteValidator>();
        services.AddHaCluster(name, configure);
        return services.BuildServiceProvider();
    }

    public static ClusterDefinition Definition(Action<IHaClusterBuilder> configure, string name = Name, string host = "novanta")
    {
        using var provider = Provider(configure, name, host);
        return ClusterDefinitionFactory.Create(provider, name);
    }

    public static string[] Errors(Action<IHaClusterBuilder> configure, string name = Name, string host = "novanta")
    {
        using var provider = Provider(configure, name, host);
        return [.. Assert.Throws<OptionsValidationException>(() => ClusterDefinitionFactory.Create(provider, name)).Failures];
    }

    /// <summary>The one error there is.</summary>
    public static string Error(Action<IHaClusterBuilder> configure, string name = Name, string host = "novanta") =>
        Assert.Single(Errors(configure, name, host));

    public static IConfigurationSection Section(string json)
    {
        var text = "{ \"HaCluster\": " + json + " }";
        return new ConfigurationBuilder().AddJsonStream(new MemoryStream(Encoding.UTF8.GetBytes(text))).Build().GetSection("HaCluster");
    }
}
