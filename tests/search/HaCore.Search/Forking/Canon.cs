using HaCore.Engine;
using HaCore.Search.Worlds;
using HaCore.Wire;

namespace HaCore.Search.Forking;

/// <summary>128 bits that stand for a state: a billion of them meet by chance once in 10^20 searches.</summary>
internal readonly record struct StateHash(ulong High, ulong Low);

/// <summary>
/// The canonical form of a world: two worlds with the same one can do the same from here on. Moments relative to each machine's own now; sequence numbers,
/// versions and ids by rank; terms relative to the lowest one; everything else as it stands. One per worker.
/// </summary>
internal sealed class Canon(Scope scope)
{
    private readonly long _pastTicks = scope.DeadIntervals * ScopeConfiguration.Interval.Ticks;
    private readonly WordSink _sink = new(scope.DeadIntervals * ScopeConfiguration.Interval.Ticks);
    private ulong[] _numbers = new ulong[256];
    private int _numberCount;
    private ulong[] _words = new ulong[2048];
    private Mark[] _marks = new Mark[256];
    private int _count;
    private int _markCount;

    /// <summary>The canonical form itself, with the name of the field of each word if names are kept.</summary>
    public List<(string Field, ulong Word)> FormOf(World world)
    {
        Of(world);
        var names = new List<string>();
        foreach (var (part, words) in new[] { ("a", world.A.Words!), ("b", world.B.Words!), ("rest", SealRest(world)) })
        {
            var (name, next) = (part, 0);
            for (var i = 0; i < words.Plain.Length; i++)
            {
                while (next < words.Names.Count && words.Names[next].At <= i)
                {
                    name = $"{part} {words.Names[next++].Name}";
                }

                names.Add(name);
            }
        }

        return [.. Enumerable.Range(0, _count).Select(i => (i < names.Count ? names[i] : "send times", _words[i]))];
    }

    public StateHash Of(World world)
    {
        _count = 0;
        _markCount = 0;
        Append(world.A.Words ??= Seal(world.A));
        Append(world.B.Words ??= Seal(world.B));
        Append(SealRest(world));
        Rename();
        AddSendTimes(world, world.A, world.B);
        AddSendTimes(world, world.B, world.A);
        return Hash();
    }

    private Words Seal(NodeState node)
    {
        var machine = node.Machine;
        _sink.Begin(node.Index, node.Disk?.Incarnation ?? 0, machine?.Store().PeerIncarnation ?? node.Disk?.PeerIncarnation ?? 0,
            machine?.Context().Now ?? default, machine?.Store().DurableVersion() ?? 0, node.IsOn ? node.BootId : null,
            machine?.Peer().SilentSince ?? default, node.Write is not null);
        // A machine on which nothing is active and whose disk has no mark is the same on or off, unless an operator looks at it.
        var isOn = node.IsOn && (machine is not null || node.Active != 0 || scope.OperatorLooks > 0 || node.Disk?.Groups.Any(static g => g.HoldBootId is not null) == true);
        _sink.Plain((isOn ? 1UL : 0) | (machine is null ? 0 : 2UL) | ((ulong)node.Active << 8) | ((ulong)node.Cancelled << 32)
            | (node.Token is null ? 0 : node.IsTokenStale ? 8UL : 4UL) | (node.Token is { } token && token != machine?.Token() ? 16UL : 0));
        if (scope.OperatorLooks > 0)
        {
            // The operator reads a token one interval after the last frame at the earliest (Successors).
            _sink.Flag(machine is not null && node.Now - machine.Peer().LastAuthentic >= ScopeConfiguration.Interval);
        }

        HashParts.One(node.Disk, _sink);
        HashParts.One(node.Write?.State, _sink);
        foreach (var operation in node.Operations)
        {
            _sink.Plain((ulong)(operation?.Kind ?? OperationKind.Unknown));
        }

        if (machine is not null)
        {
            _sink.Plain((ulong)(node.Now - machine.Context().Now).Ticks);
            Hasher<ClusterMachine>.Write(machine, _sink);
        }

        return _sink.Seal();
    }

    private Words SealRest(World world)
    {
        _sink.Begin(0, 0, 0, default, 0, null);
        _sink.Plain(world.Limits);
        foreach (var fence in world.Fences)
        {
            var machine = world.Node(fence.By).Machine;
            _sink.Plain(64UL | (ulong)fence.By | (fence.IsHit ? 2UL : 0) | (fence.IsAnswered ? 4UL : 0) | (fence.IsOrphan ? 8UL : 0)
                | (machine is not null && machine.Fencing().InFlight() == fence.Attempt ? 16UL : 0));
        }

        for (var to = 0; to < 2; to++)
        {
            // Which came first matters: the window loses the oldest.
            foreach (var frame in world.To(to))
            {
                _sink.Plain(128UL | (ulong)to);
                Hasher<Frame>.Write(frame, _sink);
                _sink.Sequence(1 - to, frame.Incarnation, frame.Sequence);
                if (IsEchoAlive(world.Node(to), frame))
                {
                    _sink.Sequence(to, frame.EchoIncarnation, frame.EchoSequence);
                }
            }
        }

        return _sink.Seal();
    }

    /// <summary>An echo of a start that is over is compared with nothing.</summary>
    private bool IsEchoAlive(NodeState receiver, Frame frame) => scope.IsBroken || receiver.Machine is not null && frame.EchoIncarnation == receiver.Disk!.Incarnation;

    /// <summary>When the frames were sent whose echo may still come: the rest of the ring is never read again.</summary>
    private void AddSendTimes(World world, NodeState sender, NodeState receiver)
    {
        if (sender.Machine is not { } machine)
        {
            return;
        }

        _numberCount = 0;
        var incarnation = sender.Disk!.Incarnation;
        if (receiver.Machine is { } other && other.Store().PeerIncarnation == incarnation && other.Peer().EchoSequence != 0)
        {
            Number(other.Peer().EchoSequence);
        }

        foreach (var frame in world.To(receiver.Index))
        {
            if (frame.Incarnation == incarnation)
            {
                Number(frame.Sequence);
            }
        }

        foreach (var frame in world.To(sender.Index))
        {
            if ((frame.EchoIncarnation == incarnation || scope.IsBroken) && frame.EchoSequence != 0)
            {
                Number(frame.EchoSequence);
            }
        }

        _numbers.AsSpan(0, _numberCount).Sort();
        var (times, now, newest) = (machine.Peer().SentTicks(), machine.Context().Now.Ticks, machine.Context().Sequence);
        var last = 0UL;
        foreach (var sequence in _numbers.AsSpan(0, _numberCount))
        {
            if (sequence != last)
            {
                last = sequence;
                var known = sequence <= newest && newest - sequence < (ulong)times.Length;
                Push(known ? (ulong)Math.Min(now - times[(int)(sequence % (ulong)times.Length)], _pastTicks) : ulong.MaxValue);
            }
        }

        Push(0xE0D);
    }

    private void Append(Words words)
    {
        Reserve(words.Plain.Length);
        words.Plain.CopyTo(_words, _count);
        if (_markCount + words.Marks.Length > _marks.Length)
        {
            Array.Resize(ref _marks, _marks.Length * 2);
        }

        for (var i = 0; i < words.Marks.Length; i++)
        {
            var mark = words.Marks[i];
            _marks[_markCount++] = mark with { At = mark.At + _count };
        }

        _count += words.Plain.Length;
    }

    private void Rename()
    {
        var lowest = ulong.MaxValue;
        _numberCount = 0;
        for (var i = 0; i < _markCount; i++)
        {
            ref var mark = ref _marks[i];
            if (mark.Kind == MarkKind.Term)
            {
                lowest = Math.Min(lowest, mark.Value);
            }
            else if (mark.Value != 0)
            {
                Number(Key(mark));
            }
        }

        lowest &= ~1UL; // rule T: parity says whose it is
        var numbers = _numbers.AsSpan(0, _numberCount);
        numbers.Sort();
        for (var i = 0; i < _markCount; i++)
        {
            ref var mark = ref _marks[i];
            _words[mark.At] = mark.Kind == MarkKind.Term ? mark.Value - lowest
                : mark.Value == 0 ? ulong.MaxValue // "none" is no number
                : Rank(numbers, Key(mark));
        }
    }

    // Numbers of one start lie together, in their order.
    private static ulong Key(in Mark mark) => ((ulong)mark.Start << 40) | mark.Value;

    /// <summary>How many different smaller numbers of the same start there are.</summary>
    private static ulong Rank(ReadOnlySpan<ulong> numbers, ulong key)
    {
        var at = numbers.BinarySearch(key);
        var rank = 0UL;
        for (var last = key; at >= 0 && numbers[at] >> 40 == key >> 40; at--)
        {
            if (numbers[at] < last)
            {
                rank++;
                last = numbers[at];
            }
        }

        return rank;
    }

    private void Number(ulong value)
    {
        if (_numberCount == _numbers.Length)
        {
            Array.Resize(ref _numbers, _numberCount * 2);
        }

        _numbers[_numberCount++] = value;
    }

    private void Push(ulong word)
    {
        Reserve(1);
        _words[_count++] = word;
    }

    private void Reserve(int more)
    {
        while (_count + more > _words.Length)
        {
            Array.Resize(ref _words, _words.Length * 2);
        }
    }

    /// <summary>Two lanes of multiply and fold, each word into both.</summary>
    private StateHash Hash()
    {
        var (a, b) = (0x9E3779B97F4A7C15UL ^ (ulong)_count, 0xC2B2AE3D27D4EB4FUL);
        for (var i = 0; i < _count; i++)
        {
            var high = Math.BigMul(a ^ _words[i], 0xD6E8FEB86659FD93UL, out var low);
            a = high ^ low ^ b;
            high = Math.BigMul(b + _words[i], 0xA0761D6478BD642FUL, out low);
            b = (high ^ low) + ulong.RotateLeft(a, 23);
        }

        return new(a ^ ulong.RotateLeft(b, 31), b + (a * 0x9FB21C651E98DF25UL));
    }
}
