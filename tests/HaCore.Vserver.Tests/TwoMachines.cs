using System.Net.Sockets;
using HaCore.Vserver.IpAddress;
using Microsoft.Extensions.Logging.Testing;

namespace HaCore.Vserver.Tests;

/// <summary>A node and a neighbour, each a network namespace, joined by a cable: eth1 (192.0.2.10/24) and peer0 (192.0.2.20/24).</summary>
internal sealed class TwoMachines : IDisposable
{
    public const string NodeHardware = "02:00:00:00:00:10";

    public TwoMachines()
    {
        Assert.SkipUnless(NetworkNamespace.Unavailable is null, NetworkNamespace.Unavailable ?? "");
        Node = NetworkNamespace.Create();
        Neighbour = NetworkNamespace.Create();
        Node.Ip($"link add eth1 address {NodeHardware} type veth peer name peer0 netns {Neighbour.Path}");
        Node.Ip("address add 192.0.2.10/24 dev eth1");
        Neighbour.Ip("address add 192.0.2.20/24 dev peer0");
        Neighbour.Ip("link set peer0 up");
        Node.Ip("link set eth1 up"); // last: an end that is opened with its carrier there sends at once, the other one some time later
    }

    public NetworkNamespace Node { get; }

    public NetworkNamespace Neighbour { get; }

    public FakeLogger<IpAddressAgent> Logger { get; } = new();

    public IpAddressAgent CreateAgent(string address = "192.0.2.92/24", string @interface = "eth1", Action<IpAddressOptions>? configure = null)
    {
        var options = new IpAddressOptions { Address = address, Interface = @interface };
        configure?.Invoke(options);
        Assert.True(new IpAddressOptionsValidator().Validate(null, options).Succeeded);
        return new IpAddressAgent(options, Logger);
    }

    public OperationResult Start(IpAddressAgent agent, TimeProvider? time = null) =>
        Node.Run(() => agent.StartAsync(Context(time), CancellationToken.None).AsTask().GetAwaiter().GetResult());

    public OperationResult Stop(IpAddressAgent agent) =>
        Node.Run(() => agent.StopAsync(Context(), CancellationToken.None).AsTask().GetAwaiter().GetResult());

    public ProbeResult Probe(IpAddressAgent agent) =>
        Node.Run(() => agent.ProbeAsync(Context(), CancellationToken.None).AsTask().GetAwaiter().GetResult());

    public OperationResult Renew(IpAddressAgent agent, bool runsOn = false, Func<bool>? isValid = null) => Node.Run(() => agent.Renew(new LeaseRenewal(isValid)
    {
        Resource = new ResourceId("address"),
        DeadTime = TimeSpan.FromSeconds(2),
        TimeProvider = TimeProvider.System,
        RunsOn = runsOn,
    }));

    /// <summary>Until the kernel of the node has dropped the address by itself: it is asked, because it tells nobody in this process.</summary>
    public void WaitWithout(string address, TimeSpan patience) =>
        Assert.True(SpinWait.SpinUntil(() => !Addresses().Contains(address, StringComparison.Ordinal), patience), $"{address} is still there: {Addresses()}");

    public string Addresses() => Node.Ip("-4 -o address show");

    /// <summary>The next ARP frame; other broadcasts of the kernel are not about the address.</summary>
    public static byte[] ReceiveArpFor(Socket listener, uint address)
    {
        var buffer = new byte[128];
        while (true)
        {
            int length = listener.Receive(buffer);
            if (length >= 42 && System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(buffer.AsSpan(28)) == address)
            {
                return buffer[..42];
            }
        }
    }

    public static OperationContext Context(TimeProvider? time = null) => new()
    {
        Cluster = "test",
        Group = new GroupId("group"),
        Resource = new ResourceId("address"),
        LocalNode = new NodeId("alpha"),
        Peer = new NodeId("beta"),
        TimeProvider = time ?? TimeProvider.System,
    };

    public void Dispose()
    {
        Node.Dispose();
        Neighbour.Dispose();
    }
}
