using System.Net.Sockets;
using CsCheck;

namespace HaCore.Fencing.Tests.Ping;

public sealed class IcmpEchoTests
{
    private static readonly byte[] IpHeader = [0x45, 0, 0, 36, 0, 0, 0, 0, 64, 1, 0, 0, 192, 0, 2, 1, 192, 0, 2, 2];

    [Fact]
    public void A_request_is_as_RFC_792_has_it()
    {
        var message = new byte[IcmpEcho.MessageBytes];

        IcmpEcho.WriteRequest(message, AddressFamily.InterNetwork, 0x1234, 0x5678, 0x0102030405060708);

        // Checksum by hand: 0800+1234+5678+0102+0304+0506+0708 = 80C0, complement 7F3F.
        Assert.Equal([8, 0, 0x7F, 0x3F, 0x12, 0x34, 0x56, 0x78, 1, 2, 3, 4, 5, 6, 7, 8], message);
        Assert.Equal(0, IcmpEcho.Checksum(message));
    }

    [Fact]
    public void A_request_over_IPv6_leaves_the_checksum_to_the_kernel()
    {
        var message = new byte[IcmpEcho.MessageBytes];

        IcmpEcho.WriteRequest(message, AddressFamily.InterNetworkV6, 1, 2, 3);

        Assert.Equal([128, 0, 0, 0, 0, 1, 0, 2, 0, 0, 0, 0, 0, 0, 0, 3], message);
    }

    [Theory]
    [InlineData(AddressFamily.InterNetwork, true)]
    [InlineData(AddressFamily.InterNetwork, false)]
    [InlineData(AddressFamily.InterNetworkV6, false)]
    public void What_was_asked_comes_back(AddressFamily family, bool hasIpHeader)
    {
        var datagram = Reply(family, hasIpHeader, 7, 0xFEEDFACECAFEBEEF);

        Assert.True(IcmpEcho.TryReadReply(datagram, family, hasIpHeader, out var sequence, out var cookie));
        Assert.Equal((7, 0xFEEDFACECAFEBEEF), (sequence, cookie));
    }

    [Fact]
    public void A_request_is_no_answer()
    {
        var message = new byte[IcmpEcho.MessageBytes];
        IcmpEcho.WriteRequest(message, AddressFamily.InterNetwork, 1, 2, 3);

        Assert.False(IcmpEcho.TryReadReply(message, AddressFamily.InterNetwork, hasIpHeader: false, out _, out _));
    }

    [Fact]
    public void No_cut_of_an_answer_is_one()
    {
        var whole = Reply(AddressFamily.InterNetwork, hasIpHeader: true, 7, 8);
        for (var length = 0; length < whole.Length; length++)
        {
            Assert.False(IcmpEcho.TryReadReply(whole.AsSpan(0, length), AddressFamily.InterNetwork, hasIpHeader: true, out _, out _), $"{length} bytes");
        }

        Assert.False(IcmpEcho.TryReadReply([.. whole, 0], AddressFamily.InterNetwork, hasIpHeader: true, out _, out _));
    }

    [Theory]
    [InlineData(0, 0x65)]   // not IPv4
    [InlineData(0, 0x44)]   // a header shorter than one can be
    [InlineData(0, 0x4F)]   // a header longer than the datagram
    [InlineData(9, 17)]     // UDP
    [InlineData(20, 3)]     // destination unreachable
    [InlineData(21, 1)]     // an unknown code
    public void Anything_else_is_none(int at, byte value)
    {
        var datagram = Reply(AddressFamily.InterNetwork, hasIpHeader: true, 7, 8);
        datagram[at] = value;

        Assert.False(IcmpEcho.TryReadReply(datagram, AddressFamily.InterNetwork, hasIpHeader: true, out _, out _));
    }

    [Fact]
    public void Any_bytes_are_read_without_a_fault_and_only_whole_answers_are_taken() =>
        Gen.Select(Gen.Byte.Array[0, 100], Gen.Bool, Gen.Bool).Sample((bytes, isIpv6, hasIpHeader) =>
        {
            var family = isIpv6 ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork;
            if (!IcmpEcho.TryReadReply(bytes, family, hasIpHeader, out var sequence, out var cookie))
            {
                return (sequence, cookie) == (0, 0);
            }

            var message = hasIpHeader ? bytes.AsSpan((bytes[0] & 0xF) * 4) : bytes;
            return message.Length == IcmpEcho.MessageBytes && message[0] == (isIpv6 ? 129 : 0);
        }, iter: 20_000);

    private static byte[] Reply(AddressFamily family, bool hasIpHeader, ushort sequence, ulong cookie)
    {
        var message = new byte[IcmpEcho.MessageBytes];
        IcmpEcho.WriteRequest(message, family, 1, sequence, cookie);
        message[0] = family == AddressFamily.InterNetworkV6 ? (byte)129 : (byte)0;
        return hasIpHeader ? [.. IpHeader, .. message] : message;
    }
}
