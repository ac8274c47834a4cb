namespace HaCore.Engine;

/// <summary>
/// A moment on the engine's own clock: ticks of 100 ns since the engine was made. The shell feeds it from a clock that counts suspend
/// (CLOCK_BOOTTIME on Linux), so that a paused machine sees its own lateness (rule L).
/// </summary>
internal readonly record struct Instant(long Ticks) : IComparable<Instant>
{
    public static readonly Instant Never = new(long.MaxValue);

    public static Instant operator +(Instant left, TimeSpan right) =>
        left == Never ? Never : new(left.Ticks + right.Ticks);

    public static Instant operator -(Instant left, TimeSpan right) => new(left.Ticks - right.Ticks);

    public static TimeSpan operator -(Instant left, Instant right) => new(left.Ticks - right.Ticks);

    public static bool operator <(Instant left, Instant right) => left.Ticks < right.Ticks;

    public static bool operator >(Instant left, Instant right) => left.Ticks > right.Ticks;

    public static bool operator <=(Instant left, Instant right) => left.Ticks <= right.Ticks;

    public static bool operator >=(Instant left, Instant right) => left.Ticks >= right.Ticks;

    public static Instant Min(Instant left, Instant right) => left <= right ? left : right;

    public static Instant Max(Instant left, Instant right) => left >= right ? left : right;

    public int CompareTo(Instant other) => Ticks.CompareTo(other.Ticks);

    public override string ToString() => this == Never ? "never" : new TimeSpan(Ticks).ToString("c");
}
