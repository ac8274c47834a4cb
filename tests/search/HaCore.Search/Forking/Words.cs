using HaCore.Engine;

namespace HaCore.Search.Forking;

/// <summary>
/// One node's part of a canonical state: plain words, and marks where a number's rank in the whole world goes in later. Made once per node state and shared by
/// every world that contains it.
/// </summary>
internal sealed class Words
{
    public required ulong[] Plain { get; init; }
    public required Mark[] Marks { get; init; }

    /// <summary>For <c>--names</c>: where each field begins.</summary>
    public IReadOnlyList<(int At, string Name)> Names { get; init; } = [];
}

internal enum MarkKind : byte
{
    None = 0,
    Sequence,
    Term,
}

/// <param name="At">Index of the word.</param>
/// <param name="Kind">How the number is renamed.</param>
/// <param name="Start">For sequence numbers: whose, and of which start (node and incarnation).</param>
/// <param name="Value">The number as it is.</param>
internal readonly record struct Mark(int At, MarkKind Kind, int Start, ulong Value);

/// <summary>Takes the fields of one node in a fixed order. Reused; <see cref="Seal"/> makes the result.</summary>
/// <param name="pastTicks">Nothing looks further back than this.</param>
internal sealed class WordSink(long pastTicks)
{
    public bool IsWriting { get; private set; }

    /// <summary>Set before the first state is hashed: keeps the name of each field, to tell in which one two states differ.</summary>
    public static bool Named { get; set; }

    // No run of the search comes so far: a probe that is due in a thousand days is due "never", else its approach makes every state a new one.
    private static readonly long FarTicks = Worlds.ScopeConfiguration.Interval.Ticks * 100_000;

    private readonly List<(int At, string Name)> _names = [];
    private readonly List<ulong> _words = new(512);
    private readonly List<Mark> _marks = new(64);
    private readonly List<(int At, long Version)> _pending = [];
    private long _now;
    private long _silentSince;
    private long _durable;
    private int _ownStart;
    private int _peerStart;
    private string? _bootId;

    /// <summary>What the marks of a machine relate to.</summary>
    public void Begin(int node, uint incarnation, uint peerIncarnation, Instant now, long durableVersion, string? bootId, Instant silentSince = default, bool isWriting = false)
    {
        IsWriting = isWriting;
        _silentSince = silentSince.Ticks;
        _now = now.Ticks;
        _durable = durableVersion;
        _ownStart = StartOf(node, incarnation);
        _peerStart = StartOf(1 - node, peerIncarnation);
        _bootId = bootId;
    }

    public static int StartOf(int node, uint incarnation) => (node << 16) | (int)incarnation;

    public void Name(string name) => _names.Add((_words.Count, name));

    public void Plain(ulong value) => _words.Add(value);

    public void Text(string? value)
    {
        var hash = value is null ? 0 : 14695981039346656037UL;
        for (var i = 0; i < value?.Length; i++)
        {
            hash = (hash ^ value[i]) * 1099511628211UL;
        }

        _words.Add(hash);
    }

    public void Time(Instant value) =>
        _words.Add(value == Instant.Never ? ulong.MaxValue : value.Ticks - _now > FarTicks ? ulong.MaxValue - 1 : (ulong)Math.Max(value.Ticks - _now, -pastTicks));

    /// <summary>Matters only as the newest of the moments that silence is counted from.</summary>
    public void SilenceTime(Instant value, bool matters) => Time(!matters && value.Ticks < _silentSince ? default : value);

    public void Times(List<Instant> values)
    {
        _words.Add((ulong)values.Count);
        foreach (var value in values)
        {
            Time(value);
        }
    }

    public void Sequence(ulong value) => Mark(MarkKind.Sequence, _ownStart, value);

    public void PeerSequence(ulong value) => Mark(MarkKind.Sequence, _peerStart, value);

    public void Sequence(int node, uint incarnation, ulong value) => Mark(MarkKind.Sequence, StartOf(node, incarnation), value);

    public void Term(long value) => Mark(MarkKind.Term, 0, (ulong)value);

    /// <summary>0 = none, 1 = durable, else the order among those still pending.</summary>
    public void Version(long value)
    {
        if (value > _durable)
        {
            _pending.Add((_words.Count, value));
            _words.Add(0);
        }
        else
        {
            _words.Add(value == 0 ? 0UL : 1UL);
        }
    }

    public void BootId(string? value) => _words.Add(value is null ? 0UL : value == _bootId ? 1UL : 2UL);

    public void Flag(bool value) => _words.Add(value ? 1UL : 0UL);

    public Words Seal()
    {
        foreach (var (at, version) in _pending)
        {
            var rank = 2UL;
            foreach (var (_, other) in _pending)
            {
                rank += other < version ? 1UL : 0UL;
            }

            _words[at] = rank;
        }

        var result = new Words { Plain = [.. _words], Marks = [.. _marks], Names = Named ? [.. _names] : [] };
        _names.Clear();
        _words.Clear();
        _marks.Clear();
        _pending.Clear();
        return result;
    }

    private void Mark(MarkKind kind, int start, ulong value)
    {
        _marks.Add(new(_words.Count, kind, start, value));
        _words.Add(0);
    }
}
