namespace HaCore.Fencing.Tests.Ping;

public sealed class ReachDampeningTests
{
    [Fact]
    public void Nothing_is_said_before_enough_rounds_agree()
    {
        var dampening = new ReachDampening(downAfter: 3, upAfter: 2);

        Assert.False(dampening.Note(isGood: true));
        Assert.Equal(NetworkReach.Unknown, dampening.Reach);
        Assert.True(dampening.Note(isGood: true));
        Assert.Equal(NetworkReach.Reachable, dampening.Reach);
    }

    [Fact]
    public void A_network_that_is_dead_from_the_start_is_found_dead()
    {
        var dampening = new ReachDampening(downAfter: 2, upAfter: 5);

        Assert.False(dampening.Note(isGood: false));
        Assert.True(dampening.Note(isGood: false));
        Assert.Equal(NetworkReach.Unreachable, dampening.Reach);
    }

    [Theory]
    [InlineData("++++-+--+--+++", NetworkReach.Reachable)]     // never three bad in a row
    [InlineData("++---", NetworkReach.Unreachable)]
    [InlineData("++---+-+-+-+-", NetworkReach.Unreachable)]    // never two good in a row
    [InlineData("++---++", NetworkReach.Reachable)]
    [InlineData("+-+-+-+-", NetworkReach.Unknown)]             // flaps from the start
    public void Only_rounds_in_a_row_count(string rounds, NetworkReach expected)
    {
        var dampening = new ReachDampening(downAfter: 3, upAfter: 2);
        foreach (var round in rounds)
        {
            dampening.Note(round == '+');
        }

        Assert.Equal(expected, dampening.Reach);
    }

    [Fact]
    public void A_change_is_told_once()
    {
        var dampening = new ReachDampening(downAfter: 1, upAfter: 1);

        Assert.True(dampening.Note(isGood: true));
        Assert.False(dampening.Note(isGood: true));
        Assert.True(dampening.Note(isGood: false));
        Assert.False(dampening.Note(isGood: false));
    }
}
