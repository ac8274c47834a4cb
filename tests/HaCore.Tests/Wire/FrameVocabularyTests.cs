using HaCore.Wire;

namespace HaCore.Tests.Wire;

/// <summary>A flag or kind added to the frame and forgotten in the codec would be cleared by every receiver.</summary>
public sealed class FrameVocabularyTests
{
    [Fact]
    public void Every_named_flag_and_kind_passes_the_wire()
    {
        using var sender = Frames.First();
        using var receiver = Frames.Second();
        var heard = new Frame();
        foreach (var kind in Enum.GetValues<NodeRequestKind>())
        {
            var frame = Frames.Small();
            frame.NodeRequestKind = kind;
            frame.NodeRequest = kind == NodeRequestKind.None ? (byte)0 : (byte)1;
            frame.Flags = Enum.GetValues<FrameFlags>().Aggregate((all, flag) => all | flag);
            frame.Groups[0].Flags = Enum.GetValues<FrameGroupFlags>().Aggregate((all, flag) => all | flag);
            Assert.Equal(FrameVerdict.Accepted, receiver.Decode(Frames.Encode(sender, frame), heard));
            Assert.Equal(Frames.Describe(frame), Frames.Describe(heard));
        }
    }

    [Theory]
    [InlineData(MemberState.Joining)]
    [InlineData(MemberState.Online)]
    [InlineData(MemberState.Standby)]
    [InlineData(MemberState.Leaving)]
    [InlineData(MemberState.Left)]
    [InlineData(MemberState.Detached)]
    public void Every_state_that_a_node_says_of_itself_passes_the_wire(MemberState state)
    {
        using var sender = Frames.First();
        using var receiver = Frames.Second();
        var heard = new Frame();
        Assert.Equal(FrameVerdict.Accepted, receiver.Decode(Frames.Encode(sender, new Frame { State = state }), heard));
        Assert.Equal(state, heard.State);
    }
}
