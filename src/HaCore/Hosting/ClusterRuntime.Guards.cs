using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace HaCore.Hosting;

/// <summary>What watches over this node itself: self-fencing and the network probe. Either may be absent.</summary>
internal sealed partial class ClusterRuntime
{
    private readonly SelfFencingGuard? _guard;
    private readonly NetworkProbeRunner? _network;
    private readonly INetworkProbe? _probe;

    /// <summary>Null when this node does not reset itself.</summary>
    internal SelfFencingGuard? Guard => _guard;

    private void StartGuards()
    {
        if (_guard is { } guard)
        {
            guard.EngineStarts();
            _notices.Write(logger => Log.SelfFencingArmed(logger, Definition.Engine.Cluster, guard.Description));
        }

        _network?.Start();
    }

    private async Task<bool> EndGuardsAsync()
    {
        var hasEnded = true;
        if (_network is { } network && Loop.IsStarted)
        {
            await network.StopAsync().ConfigureAwait(false);
            hasEnded = await WaitBriefly(network.Ended).ConfigureAwait(false);
        }

        if (hasEnded && _probe is { } probe)
        {
            _network?.Dispose();   // after its thread; one that does not end keeps what it uses
            await DisposePartsAsync([probe]).ConfigureAwait(false);
        }

        if (_guard is { } guard)
        {
            await guard.DisposeAsync().ConfigureAwait(false);
        }

        return hasEnded;
    }

    private NetworkProbeRunner? CreateNetworkProbe(IServiceProvider services, out INetworkProbe? probe)
    {
        probe = Definition.NetworkProbe?.Invoke(services);
        return probe is null ? null : new(probe, Definition.Engine, Queue, _clock, services.GetRequiredService<ILoggerFactory>(), _logger);
    }
}
