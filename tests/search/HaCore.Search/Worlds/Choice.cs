using System.Globalization;

namespace HaCore.Search.Worlds;

internal enum ChoiceKind : byte
{
    None = 0,
    Start,
    Tick,
    TickFence,
    Deliver,
    Written,
    WriteFails,
    Done,
    DoneFailing,
    DoneHalf,
    FenceHits,
    FenceConfirmed,
    FenceUnknown,
    Crash,
    CrashWritten,
    Kill,
    KillWritten,
    PowerOff,
    Leave,
    Move,
    Pause,
    OperatorLooks,
    OperatorConfirms,
    ResourceDies,
    ResourceProbed,
}

/// <summary>One thing that may happen next. Kept as four bytes for each state, so that a trace can be told again from the start.</summary>
/// <param name="Variant">Which frame is lost when the window is full: 0 the oldest, 1 the new one, 2 the newest before it.</param>
internal readonly record struct Choice(ChoiceKind Kind, int Node, int Index = 0, int Variant = 0)
{
    public int Packed => (int)Kind | (Node << 8) | (Index << 9) | (Variant << 16);

    public static Choice Unpack(int packed) => new((ChoiceKind)(packed & 0xFF), (packed >> 8) & 1, (packed >> 9) & 0x7F, packed >> 16);

    public override string ToString()
    {
        var node = Node == 0 ? "a" : "b";
        var loss = Variant switch { 0 => "", 1 => " (its frame is lost)", _ => " (a frame before it is lost)" };
        return string.Create(CultureInfo.InvariantCulture, $"{Kind switch
        {
            ChoiceKind.None => "start of the story",
            ChoiceKind.Start => $"{node} starts",
            ChoiceKind.Tick => $"{node}: time passes",
            ChoiceKind.TickFence => $"{node}: time passes, policy: fence",
            ChoiceKind.Deliver => $"{node} hears frame {Index}",
            ChoiceKind.Written => $"{node}: state written",
            ChoiceKind.WriteFails => $"{node}: write fails",
            ChoiceKind.Done => $"{node}: agent {Index} answers",
            ChoiceKind.DoneFailing => $"{node}: agent {Index} fails",
            ChoiceKind.DoneHalf => $"{node}: agent {Index} fails, something stays",
            ChoiceKind.FenceHits => $"{node}: fence {Index} hits",
            ChoiceKind.FenceConfirmed => $"{node}: fence {Index} confirmed",
            ChoiceKind.FenceUnknown => $"{node}: fence {Index} ends unknown",
            ChoiceKind.Crash => $"{node}: machine crashes",
            ChoiceKind.CrashWritten => $"{node}: machine crashes, write lands",
            ChoiceKind.Kill => $"{node}: program dies",
            ChoiceKind.KillWritten => $"{node}: program dies, write lands",
            ChoiceKind.PowerOff => $"{node}: machine goes off",
            ChoiceKind.Leave => $"{node} is told to leave",
            ChoiceKind.Move => $"{node}: operator moves group {Index} away",
            ChoiceKind.Pause => $"{node} is paused",
            ChoiceKind.OperatorLooks => $"{node}: operator reads the token",
            ChoiceKind.OperatorConfirms => $"{node}: operator confirms down",
            ChoiceKind.ResourceDies => $"{node}: resource {Index} dies",
            ChoiceKind.ResourceProbed => $"{node}: agent {Index} wants a probe",
        }}{loss}");
    }
}
