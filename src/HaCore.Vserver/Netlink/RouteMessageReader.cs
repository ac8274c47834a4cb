using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace HaCore.Vserver.Netlink;

/// <summary>One message of a datagram.</summary>
internal readonly ref struct RouteMessage(ushort type, ushort flags, uint sequence, ReadOnlySpan<byte> payload)
{
    public ushort Type { get; } = type;

    public ushort Flags { get; } = flags;

    public uint Sequence { get; } = sequence;

    public ReadOnlySpan<byte> Payload { get; } = payload;

    /// <summary>The result in an error or end message; null when this is neither. The kernel sends it negative; 0 is an acknowledgement.</summary>
    public Errno? Result
    {
        get
        {
            if (Type is not (RouteProtocol.MessageError or RouteProtocol.MessageDone))
            {
                return null;
            }

            if (Payload.Length < sizeof(int))
            {
                // An end message without a number is an end; an error message without one is broken.
                return Type == RouteProtocol.MessageDone ? Errno.None : Errno.Invalid;
            }

            int code = MemoryMarshal.Read<int>(Payload);
            return code == int.MinValue ? Errno.Invalid : (Errno)Math.Abs(code);
        }
    }
}

/// <summary>
/// Takes a datagram apart. Pure, and safe on any bytes: it ends at the first length that does not fit, never reads beyond the span and never throws.
/// </summary>
internal ref struct RouteMessageReader(ReadOnlySpan<byte> datagram)
{
    private ReadOnlySpan<byte> _rest = datagram;

    public bool TryRead(out RouteMessage message)
    {
        message = default;
        if (_rest.Length < RouteProtocol.HeaderBytes)
        {
            return false;
        }

        uint length = MemoryMarshal.Read<uint>(_rest);
        if (length < RouteProtocol.HeaderBytes || length > (uint)_rest.Length)
        {
            return false;
        }

        message = new RouteMessage(
            MemoryMarshal.Read<ushort>(_rest[4..]),
            MemoryMarshal.Read<ushort>(_rest[6..]),
            MemoryMarshal.Read<uint>(_rest[8..]),
            _rest[RouteProtocol.HeaderBytes..(int)length]);
        _rest = _rest[Math.Min(RouteProtocol.Align((int)length), _rest.Length)..];
        return true;
    }

    public static bool TryParseAddress(in RouteMessage message, out AddressRecord record)
    {
        record = default;
        ReadOnlySpan<byte> payload = message.Payload;
        if (message.Type != RouteProtocol.MessageNewAddress || payload.Length < RouteProtocol.AddressHeaderBytes
            || payload[0] != RouteProtocol.AddressFamilyIp || payload[1] > 32)
        {
            return false;
        }

        uint? local = null;
        uint flags = payload[2];
        uint lifetime = RouteProtocol.Forever;
        var attributes = new AttributeReader(payload[RouteProtocol.AddressHeaderBytes..]);
        while (attributes.TryRead(out ushort type, out ReadOnlySpan<byte> value))
        {
            if (value.Length < sizeof(uint))
            {
                continue;
            }

            if (type == RouteProtocol.AddressAttributeLocal)
            {
                local = BinaryPrimitives.ReadUInt32BigEndian(value);
            }
            else if (type == RouteProtocol.AddressAttributeFlags)
            {
                flags = MemoryMarshal.Read<uint>(value);
            }
            else if (type == RouteProtocol.AddressAttributeLifetime && value.Length >= RouteProtocol.LifetimeBytes)
            {
                lifetime = MemoryMarshal.Read<uint>(value[4..]);
            }
        }

        if (local is not { } address)
        {
            return false;
        }

        record = new AddressRecord(
            MemoryMarshal.Read<int>(payload[4..]), new AddressWithPrefix(address, payload[1]), (flags & RouteProtocol.AddressIsSecondary) != 0, lifetime);
        return true;
    }

    public static bool TryParseLink(in RouteMessage message, out LinkRecord record)
    {
        record = default;
        ReadOnlySpan<byte> payload = message.Payload;
        if (message.Type != RouteProtocol.MessageNewLink || payload.Length < RouteProtocol.LinkHeaderBytes)
        {
            return false;
        }

        string? name = null;
        ulong hardware = 0;
        var attributes = new AttributeReader(payload[RouteProtocol.LinkHeaderBytes..]);
        while (attributes.TryRead(out ushort type, out ReadOnlySpan<byte> value))
        {
            if (type == RouteProtocol.LinkAttributeName)
            {
                name = ReadName(value);
            }
            else if (type == RouteProtocol.LinkAttributeAddress && value.Length == 6)
            {
                hardware = ((ulong)BinaryPrimitives.ReadUInt16BigEndian(value) << 32) | BinaryPrimitives.ReadUInt32BigEndian(value[2..]);
            }
        }

        if (name is null)
        {
            return false;
        }

        record = new LinkRecord(MemoryMarshal.Read<int>(payload[4..]), name, MemoryMarshal.Read<uint>(payload[8..]), MemoryMarshal.Read<ushort>(payload[2..]), hardware);
        return true;
    }

    private static string ReadName(ReadOnlySpan<byte> value)
    {
        int end = value.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? value : value[..end]);
    }
}

/// <summary>Walks attributes; ends at the first one that does not fit.</summary>
internal ref struct AttributeReader(ReadOnlySpan<byte> attributes)
{
    private ReadOnlySpan<byte> _rest = attributes;

    public bool TryRead(out ushort type, out ReadOnlySpan<byte> value)
    {
        type = 0;
        value = default;
        if (_rest.Length < RouteProtocol.AttributeHeaderBytes)
        {
            return false;
        }

        ushort length = MemoryMarshal.Read<ushort>(_rest);
        if (length < RouteProtocol.AttributeHeaderBytes || length > _rest.Length)
        {
            return false;
        }

        const int TypeMask = 0x3FFF; // the top bits say "nested" and "network byte order"
        type = (ushort)(MemoryMarshal.Read<ushort>(_rest[2..]) & TypeMask);
        value = _rest[RouteProtocol.AttributeHeaderBytes..length];
        _rest = _rest[Math.Min(RouteProtocol.Align(length), _rest.Length)..];
        return true;
    }
}
