using HaCore.Wire;

namespace HaCore.Testing.Simulation;

/// <summary>Every frame that was ever sent, as the bytes that an attacker on the wire would have.</summary>
internal sealed class FrameRecorder
{
    private const int FramesMax = 20_000;   // an hour of the Lan profile on one link; beyond it the attacker's disk is full
    private readonly List<Recorded> _frames = [];

    public int Count => _frames.Count;

    public Recorded this[int index] => _frames[index];

    public void Add(SimNode sender, Frame frame, ReadOnlySpan<byte> bytes)
    {
        if (_frames.Count < FramesMax)
        {
            _frames.Add(new Recorded(sender, frame.Incarnation, frame.Sequence, frame.State, bytes.ToArray()));
        }
    }

    public sealed record Recorded(SimNode Sender, uint Incarnation, ulong Sequence, MemberState State, byte[] Bytes);
}
