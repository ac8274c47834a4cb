using System.Buffers.Binary;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace HaCore.Netns.Lab;

/// <summary>A node told the network that the cluster's address is his (RFC 5227, section 3: sender and target are the same address).</summary>
internal readonly record struct Announcement(TimeSpan At, Node Node);

/// <summary>Listens on the bridge for gratuitous ARP of the cluster's address. They are broadcast, so the bridge's own port hears them all.</summary>
internal sealed class AnnouncementCapture : IDisposable
{
    private const ushort ProtocolArp = 0x0806;
    private const int ArpOffset = 14;
    private const int ArpBytes = 28;

    private readonly Observations _observations;
    private readonly byte[] _address;
    private readonly PhysicalAddress[] _hardware;
    private readonly List<Announcement> _announcements = [];
    private readonly ManualResetEventSlim _ready = new();
    private readonly Thread _thread;
    private volatile bool _ended;

    public AnnouncementCapture(Observations observations, string bridgeNamespace, IPAddress address, PhysicalAddress[] hardware)
    {
        _observations = observations;
        _address = address.GetAddressBytes();
        _hardware = hardware;
        _thread = new(() => Run(bridgeNamespace)) { IsBackground = true, Name = "announcement capture" };
        _thread.Start();
        _ready.Wait();
    }

    public IReadOnlyList<Announcement> Of(Node node, TimeSpan since) => _observations.Read(() =>
        _announcements.FindAll(announcement => announcement.Node == node && announcement.At >= since));

    public void Dispose()
    {
        _ended = true;
        _thread.Join();
        _ready.Dispose();
    }

    private void Run(string bridgeNamespace)
    {
        try
        {
            Native.EnterNamespace(bridgeNamespace);
            var protocol = (ProtocolType)IPAddress.HostToNetworkOrder((short)ProtocolArp);
            using var socket = new Socket(AddressFamily.Packet, SocketType.Raw, protocol) { ReceiveTimeout = 200 };
            _ready.Set();
            Span<byte> frame = stackalloc byte[256];
            while (!_ended)
            {
                var read = socket.Receive(frame, SocketFlags.None, out var error);
                var at = LabClock.Now;
                if (error == SocketError.Success && read >= ArpOffset + ArpBytes)
                {
                    Take(frame[ArpOffset..read], at);
                }
            }
        }
#pragma warning disable CA1031 // Whatever ends this thread must end the case with its reason.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            _observations.Fail(fault);
            _ready.Set();
        }
    }

    private void Take(ReadOnlySpan<byte> arp, TimeSpan at)
    {
        var isEthernetAndIp = BinaryPrimitives.ReadUInt32BigEndian(arp) == 0x0001_0800;
        var senderHardware = arp.Slice(8, 6);
        if (!isEthernetAndIp || !arp.Slice(14, 4).SequenceEqual(_address) || !arp.Slice(24, 4).SequenceEqual(_address))
        {
            return;
        }

        var sender = new PhysicalAddress(senderHardware.ToArray());
        for (var node = Node.A; node <= Node.B; node++)
        {
            if (sender.Equals(_hardware[(int)node]))
            {
                var announcement = new Announcement(at, node);
                _observations.Report(() => _announcements.Add(announcement));
            }
        }
    }
}
