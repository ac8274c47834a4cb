// These links complete synchronously by contract: blocking on them is what is tested.
#pragma warning disable CA2012
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace HaCore.Transports.Tests;

/// <summary>What the serial tests share.</summary>
internal static class SerialLinks
{
    public static SerialOptions Options(string device) => new() { Device = device, BaudRate = 115_200 };

    public static LinuxSerialLink Open(string device, TimeProvider? time = null, ILoggerFactory? logs = null) => Open(Options(device), time, logs);

    public static LinuxSerialLink Open(SerialOptions options, TimeProvider? time = null, ILoggerFactory? logs = null) =>
        (LinuxSerialLink)Open(new SerialTransport(options), time, logs);

    public static IHeartbeatLink Open(SerialTransport transport, TimeProvider? time = null, ILoggerFactory? logs = null)
    {
        var opened = transport.OpenAsync(Context(time, logs), CancellationToken.None);
        Assert.True(opened.IsCompletedSuccessfully || opened.IsFaulted);
        return opened.AsTask().GetAwaiter().GetResult();
    }

    public static byte[] Wire(params byte[] frame)
    {
        var wire = new byte[SerialFrame.WireBytesMax(frame.Length)];
        return wire[..SerialFrame.Encode(frame, wire)];
    }

    private static HeartbeatLinkContext Context(TimeProvider? time, ILoggerFactory? logs) => new()
    {
        Cluster = "test",
        Link = new LinkId("cable"),
        LocalNode = new NodeId("a"),
        Peer = new NodeId("b"),
        FrameBytesMax = Links.FrameBytesMax,
        TimeProvider = time ?? new PacedClock(),
        LoggerFactory = logs ?? NullLoggerFactory.Instance,
    };
}

/// <summary>A clock on which a second goes by from one look to the next: every frame comes when the line has long been idle.</summary>
internal sealed class PacedClock : TimeProvider
{
    private long _looks;

    public override long TimestampFrequency => 1;

    public override long GetTimestamp() => Interlocked.Increment(ref _looks);
}
