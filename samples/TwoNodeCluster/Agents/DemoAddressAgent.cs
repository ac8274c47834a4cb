using System.Net;
using System.Net.Sockets;
using System.Text;
using HaCore;

namespace TwoNodeCluster.Agents;

/// <summary>Where the demo's switch hears announcements.</summary>
internal sealed record SwitchPort(int Value);

/// <summary>
/// A resource agent that stands in for a virtual IP address where there is no permission to have one: it tells the demo's switch to send
/// clients here, as the real IpAddress agent tells the switches of a network by gratuitous ARP.
/// </summary>
internal sealed class DemoAddressAgent(ServicePort service, SwitchPort theSwitch) : IResourceAgent
{
    private bool _announced;

    public ValueTask<ProbeResult> ProbeAsync(OperationContext context, CancellationToken cancellationToken) =>
        new(_announced ? ProbeResult.Running : ProbeResult.Stopped);

    public ValueTask<OperationResult> StartAsync(OperationContext context, CancellationToken cancellationToken)
    {
        if (service.Value == 0)
        {
            return new(OperationResult.Retryable("the web service does not run: it must come before the address in the group"));
        }

        if (!Tell($"have {context.LocalNode} {service.Value}"))
        {
            return new(OperationResult.Retryable($"cannot reach the switch on port {theSwitch.Value}"));
        }

        _announced = true;
        return new(OperationResult.Succeeded);
    }

    public ValueTask<OperationResult> StopAsync(OperationContext context, CancellationToken cancellationToken)
    {
        _announced = false;
        Tell($"gone {context.LocalNode}"); // a farewell that is lost does no harm: the next owner's announcement wins
        return new(OperationResult.Succeeded);
    }

    private bool Tell(string words)
    {
        try
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            socket.SendTo(Encoding.UTF8.GetBytes(words), new IPEndPoint(IPAddress.Loopback, theSwitch.Value));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
