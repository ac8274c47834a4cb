using Microsoft.Extensions.Logging;

namespace HaCore.Transports;

/// <summary>Opens serial links: on Linux by the kernel's own calls, elsewhere by System.IO.Ports.</summary>
internal sealed class SerialTransport(SerialOptions options) : IHeartbeatTransport, IStartRequirements
{
    /// <summary>Takes System.IO.Ports also where the kernel's own calls are known. For tests: what other systems run is then seen to work.</summary>
    internal bool UsesSystemPorts { get; init; } = !LinuxSerialPort.IsSupported;

    public IEnumerable<string> Missing()
    {
        if (!OperatingSystem.IsLinux() || options.Device is not { } device)
        {
            yield break;
        }

        if (SerialDevice.Obstacle(device) is { } obstacle)
        {
            yield return $"{obstacle}: until then no heartbeat goes over it";
        }

        if (SerialDevice.IsConsole(device))
        {
            yield return $"{device} is a console of the kernel: its messages go out between the heartbeats and spoil some; take console={Path.GetFileName(device)} off the kernel's command line";
        }
    }

    public ValueTask<IHeartbeatLink> OpenAsync(HeartbeatLinkContext context, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            IHeartbeatLink link = UsesSystemPorts ? PortableSerialLink.Open(options, context) : new LinuxSerialLink(options, context);
            Log.SerialOpened(
                context.LoggerFactory.CreateLogger<SerialTransport>(), context.Link, options.Device!, ((ILinePace)options).Line, options.Handshake,
                UsesSystemPorts ? "System.IO.Ports" : "the kernel's own calls");
            return ValueTask.FromResult(link);
        }
        catch (HeartbeatLinkException exception)
        {
            throw new HeartbeatLinkException($"Link {context.Link}: {exception.Message}", exception);
        }
    }
}
