using System.Buffers.Binary;

namespace HaCore.Vserver.Arp;

/// <summary>Builds announcements: "this address is at this hardware address", in both forms that equipment listens to. Pure.</summary>
internal static class ArpPacket
{
    /// <summary>Ethernet header (14) and ARP for Ethernet and IPv4 (28, RFC 826). The driver pads it to the wire's minimum.</summary>
    public const int Bytes = 42;

    private const ushort EtherTypeArp = 0x0806;
    private const ushort EtherTypeIp = 0x0800;
    private const ulong Broadcast = 0xFFFF_FFFF_FFFF;

    /// <summary>RFC 5227 §2.3: a request with the address as sender and target, the target's hardware address zero.</summary>
    public static void WriteRequest(Span<byte> frame, ulong hardware, uint address) => Write(frame, 1, hardware, address, targetHardware: 0);

    /// <summary>
    /// A reply whose target hardware address is the sender's own. Linux takes only this form of reply for gratuitous; with ff:ff:ff:ff:ff:ff
    /// it ignores the reply for as long as the entry is locked (1 s after its last change).
    /// </summary>
    public static void WriteReply(Span<byte> frame, ulong hardware, uint address) => Write(frame, 2, hardware, address, targetHardware: hardware);

    private static void Write(Span<byte> frame, ushort operation, ulong hardware, uint address, ulong targetHardware)
    {
        WriteHardware(frame, Broadcast);
        WriteHardware(frame[6..], hardware);
        BinaryPrimitives.WriteUInt16BigEndian(frame[12..], EtherTypeArp);
        BinaryPrimitives.WriteUInt16BigEndian(frame[14..], 1); // hardware type: Ethernet
        BinaryPrimitives.WriteUInt16BigEndian(frame[16..], EtherTypeIp);
        frame[18] = 6;
        frame[19] = 4;
        BinaryPrimitives.WriteUInt16BigEndian(frame[20..], operation);
        WriteHardware(frame[22..], hardware);
        BinaryPrimitives.WriteUInt32BigEndian(frame[28..], address);
        WriteHardware(frame[32..], targetHardware);
        BinaryPrimitives.WriteUInt32BigEndian(frame[38..], address);
    }

    private static void WriteHardware(Span<byte> target, ulong hardware)
    {
        BinaryPrimitives.WriteUInt16BigEndian(target, (ushort)(hardware >> 32));
        BinaryPrimitives.WriteUInt32BigEndian(target[2..], (uint)hardware);
    }
}
