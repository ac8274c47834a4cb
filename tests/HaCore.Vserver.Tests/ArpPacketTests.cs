using HaCore.Vserver.Arp;

namespace HaCore.Vserver.Tests;

public sealed class ArpPacketTests
{
    private const ulong Hardware = 0x02_00_00_00_00_10;
    private const uint Address = 0xC000025C; // 192.0.2.92

    [Fact]
    public void A_request_has_the_address_twice_and_no_target_hardware()
    {
        var frame = new byte[ArpPacket.Bytes];
        Array.Fill(frame, (byte)0xEE);
        ArpPacket.WriteRequest(frame, Hardware, Address);
        Assert.Equal(
            "FFFFFFFFFFFF" + "020000000010" + "0806" + "0001" + "0800" + "06" + "04" + "0001" + "020000000010" + "C000025C" + "000000000000" + "C000025C",
            Convert.ToHexString(frame));
    }

    [Fact]
    public void A_reply_is_addressed_to_its_own_hardware()
    {
        var frame = new byte[ArpPacket.Bytes];
        Array.Fill(frame, (byte)0xEE);
        ArpPacket.WriteReply(frame, Hardware, Address);
        Assert.Equal(
            "FFFFFFFFFFFF" + "020000000010" + "0806" + "0001" + "0800" + "06" + "04" + "0002" + "020000000010" + "C000025C" + "020000000010" + "C000025C",
            Convert.ToHexString(frame));
    }

    [Fact]
    public void A_plan_is_two_bursts_and_then_silence()
    {
        var plan = new AnnouncementPlan(3, TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(5), TimeSpan.Zero);
        Assert.Equal([200, 200, 5000, 200, 200], plan.Waits().Select(w => w.TotalMilliseconds));
    }

    [Fact]
    public void A_plan_without_a_second_burst_refreshes_if_told_to()
    {
        var plan = new AnnouncementPlan(2, TimeSpan.FromMilliseconds(200), TimeSpan.Zero, TimeSpan.FromSeconds(100));
        Assert.Equal([200, 100_000, 100_000, 100_000], plan.Waits().Take(4).Select(w => w.TotalMilliseconds));
    }
}
