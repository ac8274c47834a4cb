using System.Security.Cryptography;
using HaCore.Vserver.Netlink;

namespace HaCore.Vserver.Tests;

public sealed class RouteMessageTests
{
    private static readonly AddressWithPrefix Address = new(0xC000025C, 24);

    [Fact]
    public void An_added_address_carries_its_broadcast_and_label()
    {
        Assert.SkipUnless(BitConverter.IsLittleEndian, "the golden bytes are of a little-endian machine");
        Assert.Equal(
            "3C000000" + "1400" + "0506" + "07000000" + "00000000"
            + "02" + "18" + "00" + "00" + "03000000"
            + "08000200C000025C" + "08000100C000025C" + "08000400C00002FF" + "0B000300" + "657468313A3000" + "00",
            Convert.ToHexString(RouteMessages.AddAddress(new byte[RouteMessages.BytesMax], 7, 3, Address, "eth1:0", RouteProtocol.Forever)));
    }

    [Fact]
    public void The_longest_names_fit()
    {
        var buffer = new byte[RouteMessages.BytesMax];
        Assert.Equal(0, RouteMessages.AddAddress(buffer, 1, 1, Address, new string('x', RouteProtocol.NameBytesMax), 5).Length % RouteProtocol.Alignment);
        Assert.Equal(52, RouteMessages.GetLink(buffer, 1, new string('x', RouteProtocol.NameBytesMax)).Length);
        Assert.Equal(52, RouteMessages.PromoteSecondaries(buffer, 1, 1).Length);
    }

    [Fact]
    public void A_lifetime_is_both_lifetimes_of_the_address()
    {
        Assert.SkipUnless(BitConverter.IsLittleEndian, "the golden bytes are of a little-endian machine");
        string lease = Convert.ToHexString(RouteMessages.ExtendAddress(new byte[RouteMessages.BytesMax], 7, 3, Address, 5));
        Assert.StartsWith("4C000000" + "1400" + "0501", lease, StringComparison.Ordinal); // request, acknowledge, replace
        Assert.EndsWith("14000600" + "05000000" + "05000000" + "00000000" + "00000000", lease, StringComparison.Ordinal);
    }

    [Fact]
    public void An_end_can_be_taken_away_again()
    {
        string endless = Convert.ToHexString(RouteMessages.ExtendAddress(new byte[RouteMessages.BytesMax], 7, 3, Address, RouteProtocol.Forever));
        Assert.EndsWith("FFFFFFFFFFFFFFFF" + "0000000000000000", endless, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_written_can_be_read()
    {
        var reader = new RouteMessageReader(RouteMessages.AddAddress(new byte[RouteMessages.BytesMax], 7, 3, Address, null, 5));
        Assert.True(reader.TryRead(out RouteMessage message));
        Assert.Equal(7u, message.Sequence);
        Assert.True(RouteMessageReader.TryParseAddress(message, out AddressRecord record));
        Assert.Equal(new AddressRecord(3, Address, false, 5), record);
        Assert.False(reader.TryRead(out _));
    }

    [Fact]
    public void An_error_carries_its_number()
    {
        byte[] bytes = [20, 0, 0, 0, 2, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 0xEF, 0xFF, 0xFF, 0xFF];
        Assert.SkipUnless(BitConverter.IsLittleEndian, "the golden bytes are of a little-endian machine");
        var reader = new RouteMessageReader(bytes);
        Assert.True(reader.TryRead(out RouteMessage message));
        Assert.Equal(Errno.Exists, message.Result);
    }

    [Fact]
    public void Any_bytes_are_taken_apart_without_an_exception()
    {
        int seed = int.TryParse(Environment.GetEnvironmentVariable("HACORE_TEST_SEED"), out int given) ? given : RandomNumberGenerator.GetInt32(int.MaxValue);
        TestContext.Current.TestOutputHelper?.WriteLine($"HACORE_TEST_SEED={seed}");
        var random = new Random(seed);
        var good = new byte[512];
        for (int round = 0; round < 200_000; round++)
        {
            byte[] bytes = round % 2 == 0 ? Noise(random) : Mutated(random, good);
            try
            {
                TakeApart(bytes);
            }
            catch (Exception e)
            {
                Assert.Fail($"HACORE_TEST_SEED={seed}, round {round}, {Convert.ToHexString(bytes)}: {e}");
            }
        }
    }

    private static byte[] Noise(Random random)
    {
        var bytes = new byte[random.Next(0, 128)];
        random.NextBytes(bytes);
        if (bytes.Length >= 8)
        {
            // Lengths and types that come near the truth, else nothing gets beyond the header.
            BitConverter.TryWriteBytes(bytes, random.Next(0, bytes.Length + 4));
            BitConverter.TryWriteBytes(bytes.AsSpan(4), (ushort)random.Next(0, 24));
        }

        return bytes;
    }

    private static byte[] Mutated(Random random, byte[] buffer)
    {
        ReadOnlySpan<byte> source = random.Next(3) switch
        {
            0 => RouteMessages.AddAddress(buffer, 1, 2, Address, "eth1:0", 5),
            1 => RouteMessages.PromoteSecondaries(buffer, 1, 2),
            _ => RouteMessages.GetLink(buffer, 1, "eth1"),
        };
        byte[] bytes = source[..random.Next(source.Length + 1)].ToArray();
        for (int i = random.Next(0, 6); i > 0 && bytes.Length > 0; i--)
        {
            bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
        }

        if (bytes.Length > 5)
        {
            bytes[4] = (byte)(random.Next(2) == 0 ? RouteProtocol.MessageNewLink : RouteProtocol.MessageNewAddress);
        }

        return bytes;
    }

    private static void TakeApart(byte[] bytes)
    {
        var reader = new RouteMessageReader(bytes);
        int messages = 0;
        while (reader.TryRead(out RouteMessage message))
        {
            Assert.True(++messages <= bytes.Length);
            _ = message.Result;
            if (RouteMessageReader.TryParseAddress(message, out AddressRecord address))
            {
                Assert.InRange(address.Address.PrefixLength, 0, 32);
            }

            if (RouteMessageReader.TryParseLink(message, out LinkRecord link))
            {
                Assert.True(link.Name.Length <= bytes.Length);
            }
        }
    }
}
