#region device
using HaCore;

#endregion

namespace TwoNodeCluster.Tests.Docs;

#region device
/// <summary>Which outlet each node is on.</summary>
public sealed class OutletOptions : IFencingDeviceOptions
{
    public Uri Address { get; set; } = new("http://192.0.2.41/");

    public IDictionary<string, string> Outlets { get; } = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);

    // One file serves both machines, so what is wrong for either node stops the start on both.
    public IEnumerable<string> Check(FencingDeviceSite site) =>
        site.Nodes.Where(node => !Outlets.ContainsKey(node.Value)).Select(node => $"Outlets has no entry for \"{node}\": it could not be cut off.");
}

/// <summary>Turns an outlet off over HTTP and looks whether it is off.</summary>
public sealed class OutletDevice(OutletOptions options) : IMonitoredFencingDevice, IDisposable
{
    private readonly HttpClient _http = new() { BaseAddress = options.Address, Timeout = Timeout.InfiniteTimeSpan };   // the token is the timeout

    public async ValueTask<FenceResult> FenceAsync(FencingDeviceContext context, CancellationToken cancellationToken)
    {
        var outlet = options.Outlets[context.Target.Value];
        using var answer = await _http.PutAsync(new Uri($"outlets/{outlet}/off", UriKind.Relative), content: null, cancellationToken);
        if (!answer.IsSuccessStatusCode)
        {
            return FenceResult.Failed($"outlet {outlet}: {(int)answer.StatusCode}, not switched");   // the box promises that a refusal changes nothing
        }

        var state = await StateAsync(outlet, cancellationToken);                                     // what it has done, not what it was told
        return state == "off" ? FenceResult.Confirmed($"outlet {outlet} is off") : FenceResult.Unknown($"outlet {outlet} says \"{state}\"");
    }

    public async ValueTask<FencingDeviceHealth> MonitorAsync(FencingDeviceContext context, CancellationToken cancellationToken) =>
        await StateAsync(options.Outlets[context.Target.Value], cancellationToken) is "on" or "off"
            ? FencingDeviceHealth.Usable("it answers and knows the outlet")
            : FencingDeviceHealth.Unusable("it does not know the outlet");

    public void Dispose() => _http.Dispose();

    private async Task<string> StateAsync(string outlet, CancellationToken cancellationToken) =>
        (await _http.GetStringAsync(new Uri($"outlets/{outlet}", UriKind.Relative), cancellationToken)).Trim();
}
#endregion
