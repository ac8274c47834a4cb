using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace HaCore.Vserver.Netlink;

/// <summary>Builds one request. Pure: bytes in a caller's buffer. Numbers are in the machine's byte order, addresses in the network's.</summary>
internal ref struct RouteMessageWriter
{
    private readonly Span<byte> _buffer;
    private int _length;

    public RouteMessageWriter(Span<byte> buffer, ushort type, ushort flags, uint sequence)
    {
        _buffer = buffer;
        _buffer.Clear();
        _length = RouteProtocol.HeaderBytes;
        MemoryMarshal.Write(buffer[4..], type);
        MemoryMarshal.Write(buffer[6..], flags);
        MemoryMarshal.Write(buffer[8..], sequence);
    }

    /// <summary>struct ifaddrmsg.</summary>
    public void AddressHeader(int prefixLength, int scope, int interfaceIndex)
    {
        Span<byte> header = Take(RouteProtocol.AddressHeaderBytes);
        header[0] = RouteProtocol.AddressFamilyIp;
        header[1] = (byte)prefixLength;
        header[3] = (byte)scope;
        MemoryMarshal.Write(header[4..], interfaceIndex);
    }

    /// <summary>struct ifinfomsg; index 0 when the link is asked for by name.</summary>
    public void LinkHeader(int interfaceIndex) => MemoryMarshal.Write(Take(RouteProtocol.LinkHeaderBytes)[4..], interfaceIndex);

    public void AttributeAddress(ushort type, uint address) => BinaryPrimitives.WriteUInt32BigEndian(Attribute(type, sizeof(uint)), address);

    public void AttributeNumber(ushort type, uint number) => MemoryMarshal.Write(Attribute(type, sizeof(uint)), number);

    /// <summary>
    /// How long the kernel keeps an address, in seconds. Both lifetimes are the same: an address that is merely no longer preferred would go on
    /// answering, but not be chosen for new connections.
    /// </summary>
    public void AttributeLifetime(uint seconds)
    {
        Span<byte> lifetime = Attribute(RouteProtocol.AddressAttributeLifetime, RouteProtocol.LifetimeBytes);
        MemoryMarshal.Write(lifetime, seconds);
        MemoryMarshal.Write(lifetime[4..], seconds);
    }

    /// <summary>With its closing zero.</summary>
    public void AttributeText(ushort type, string text) => Encoding.UTF8.GetBytes(text, Attribute(type, Encoding.UTF8.GetByteCount(text) + 1));

    /// <summary>Opens an attribute that holds others; close it with <see cref="EndNested"/>.</summary>
    public int BeginNested(ushort type)
    {
        int start = _length;
        Attribute(type, 0);
        return start;
    }

    public readonly void EndNested(int start) => MemoryMarshal.Write(_buffer[start..], (ushort)(_length - start));

    /// <summary>Sets the total length and returns the message.</summary>
    public readonly ReadOnlySpan<byte> Finish()
    {
        MemoryMarshal.Write(_buffer, (uint)_length);
        return _buffer[.._length];
    }

    private Span<byte> Attribute(ushort type, int length)
    {
        Span<byte> header = Take(RouteProtocol.AttributeHeaderBytes);
        MemoryMarshal.Write(header, (ushort)(RouteProtocol.AttributeHeaderBytes + length));
        MemoryMarshal.Write(header[2..], type);
        return Take(RouteProtocol.Align(length))[..length];
    }

    private Span<byte> Take(int length)
    {
        Span<byte> taken = _buffer.Slice(_length, length);
        _length += length;
        return taken;
    }
}
