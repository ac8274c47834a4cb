using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Options;

namespace HaCore.Transports.Tests;

/// <summary>Two whole hosts with nothing but one bond between them.</summary>
public sealed class BondedHostTests : IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("hacore-bond-");
    private readonly MemoryCable _lan = new("lan");
    private readonly MemoryCable _modem = new("modem");
    private readonly List<IHost> _hosts = [];

    public ValueTask InitializeAsync()
    {
        ClusterKeyFile.Create(Path.Combine(_folder.FullName, "key"));
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var host in _hosts)
        {
            await host.StopAsync();
            await ((IAsyncDisposable)host).DisposeAsync();
        }

        _folder.Delete(recursive: true);
    }

    [Theory]
    [InlineData(BondedMode.AllLinks)]
    [InlineData(BondedMode.ActiveBackup)]
    public async Task The_status_names_the_lost_member_and_the_peer_is_not_lost(BondedMode mode)
    {
        var first = Build("alpha", Configure);
        var second = Build("beta", Configure);
        await first.StartAsync(TestContext.Current.CancellationToken);
        await second.StartAsync(TestContext.Current.CancellationToken);
        await WaitAsync(first, snapshot => snapshot.HasSession && snapshot.Links[0].Members.All(member => member.Alive));
        if (mode == BondedMode.ActiveBackup)
        {
            Assert.Equal(["lan"], Of(first).Current.Links[0].Members.Where(member => member.Active).Select(member => member.Link.Value));
        }

        foreach (var cable in (MemoryCable[])[_lan, _modem])
        {
            var other = ReferenceEquals(cable, _lan) ? "modem" : "lan";
            cable.IsCut = true;
            var lost = await WaitAsync(first, snapshot => snapshot.Links[0].Members.Any(member => member is { Alive: false, Detail: not null }));
            Assert.Equal(cable.Name, lost.Links[0].Members.Single(member => !member.Alive).Link.Value);
            Assert.True(lost.Links[0].Alive);
            if (mode == BondedMode.ActiveBackup)
            {
                await WaitAsync(first, snapshot => snapshot.Links[0].Members.Single(member => member.Active).Link.Value == other);
            }

            cable.IsCut = false;
            await WaitAsync(first, snapshot => snapshot.Links[0].Members.All(member => member.Alive));
        }

        var log = first.Services.GetFakeLogCollector().GetSnapshot();
        Assert.DoesNotContain(log, record => record.Id.Name is "SessionEnded" or "LinkLost");
        Assert.Equal(2, log.Count(record => record.Id.Name == "LinkMemberLost" && record.Level == LogLevel.Warning));

        void Configure(BondedOptions options)
        {
            options.Mode = mode;
            options.UpDelay = mode == BondedMode.ActiveBackup ? TimeSpan.FromSeconds(0.5) : null;
        }
    }

    [Fact]
    public async Task A_host_whose_bond_does_not_fit_its_members_does_not_start()
    {
        var host = Build("alpha", o => (o.Mode, o.Primary) = (BondedMode.ActiveBackup, "crossover"));
        var refused = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync(TestContext.Current.CancellationToken));
        Assert.Contains("Primary (\"crossover\") must be one of the members (lan, modem)", refused.Message, StringComparison.Ordinal);
    }

    private IHost Build(string node, Action<BondedOptions> configure)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Logging.AddFakeLogging().SetMinimumLevel(LogLevel.Debug);
        builder.Services.AddHaCluster("pair", ha => ha
            .AddNode("alpha").AddNode("beta").UseLocalNode(node)
            .UseKeyFile(Path.Combine(_folder.FullName, "key"))
            .UseStateDirectory(Path.Combine(_folder.FullName, node))
            .UseFencingPolicy(FencingPolicyKind.Wait)
            .UseTimes(times => times.DeadTime = TimeSpan.FromSeconds(4))   // builds may run beside the tests
            .AddBondedTransport("bond", configure, members => members
                .AddTransport("lan", _ => node == "alpha" ? _lan.First : _lan.Second)
                .AddTransport("modem", _ => node == "alpha" ? _modem.First : _modem.Second))
            .AddGroup("group", group => group.AddResource<IdleAgent>("service")));
        var host = builder.Build();
        _hosts.Add(host);
        return host;
    }

    private static IHaCluster Of(IHost host) => host.Services.GetRequiredService<IHaCluster>();

    private static async Task<ClusterSnapshot> WaitAsync(IHost host, Func<ClusterSnapshot, bool> condition)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(TimeSpan.FromMinutes(2));
        ClusterSnapshot? last = null;
        try
        {
            await foreach (var snapshot in Of(host).WatchAsync(patience.Token))
            {
                last = snapshot;
                if (condition(snapshot))
                {
                    return snapshot;
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Said below.
        }

        throw new InvalidOperationException($"it never came to it: {string.Join("; ", last?.Links[0].Members ?? [])} {string.Join("; ", last?.Conditions ?? [])}");
    }

    private sealed class IdleAgent : IResourceAgent
    {
        private volatile bool _isRunning;

        public ValueTask<ProbeResult> ProbeAsync(OperationContext context, CancellationToken cancellationToken) =>
            ValueTask.FromResult(_isRunning ? ProbeResult.Running : ProbeResult.Stopped);

        public ValueTask<OperationResult> StartAsync(OperationContext context, CancellationToken cancellationToken)
        {
            _isRunning = true;
            return ValueTask.FromResult(OperationResult.Succeeded);
        }

        public ValueTask<OperationResult> StopAsync(OperationContext context, CancellationToken cancellationToken)
        {
            _isRunning = false;
            return ValueTask.FromResult(OperationResult.Succeeded);
        }
    }
}
