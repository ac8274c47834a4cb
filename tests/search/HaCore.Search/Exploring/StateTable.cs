using HaCore.Search.Forking;

namespace HaCore.Search.Exploring;

/// <summary>
/// Every state seen: its hash, and how it was reached first. Sharded, because both workers add; the lock of one shard is held for one look and one insert.
/// A state costs 28 bytes (hash, index, parent, choice), at a load of at most three quarters.
/// </summary>
internal sealed class StateTable
{
    private const int ShardBits = 8;
    private const int ChunkBits = 18;
    private readonly Shard[] _shards = [.. Enumerable.Range(0, 1 << ShardBits).Select(_ => new Shard())];
    private readonly (int Parent, int Choice)[]?[] _origins = new (int, int)[]?[1 << (31 - ChunkBits)];
    private readonly Lock _growing = new();
    private int _count;

    public int Count => Volatile.Read(ref _count);

    /// <summary>True: new. <paramref name="index"/> is its number either way.</summary>
    public bool Add(StateHash hash, int parent, int choice, out int index)
    {
        var shard = _shards[hash.High >> (64 - ShardBits)];
        lock (shard)
        {
            if (shard.Find(hash, out var slot))
            {
                index = shard.Indices[slot];
                return false;
            }

            index = Interlocked.Increment(ref _count) - 1;
            shard.Insert(slot, hash, index);
        }

        ChunkOf(index)[index & ((1 << ChunkBits) - 1)] = (parent, choice);
        return true;
    }

    public (int Parent, int Choice) Origin(int index) => _origins[index >> ChunkBits]![index & ((1 << ChunkBits) - 1)];

    private (int Parent, int Choice)[] ChunkOf(int index)
    {
        ref var chunk = ref _origins[index >> ChunkBits];
        if (Volatile.Read(ref chunk) is { } known)
        {
            return known;
        }

        lock (_growing)
        {
            return chunk ??= new (int, int)[1 << ChunkBits];
        }
    }

    private sealed class Shard
    {
        private StateHash[] _hashes = new StateHash[64];
        private int _used;

        /// <summary>-1 = free.</summary>
        public int[] Indices { get; private set; } = NewIndices(64);

        public bool Find(StateHash hash, out int slot)
        {
            var mask = _hashes.Length - 1;
            slot = (int)hash.Low & mask;
            while (Indices[slot] >= 0)
            {
                if (_hashes[slot] == hash)
                {
                    return true;
                }

                slot = (slot + 1) & mask;
            }

            return false;
        }

        public void Insert(int slot, StateHash hash, int index)
        {
            (_hashes[slot], Indices[slot]) = (hash, index);
            if (++_used * 4 < _hashes.Length * 3)
            {
                return;
            }

            var (hashes, indices) = (_hashes, Indices);
            _hashes = new StateHash[hashes.Length * 2];
            Indices = NewIndices(_hashes.Length);
            for (var i = 0; i < hashes.Length; i++)
            {
                if (indices[i] >= 0)
                {
                    Find(hashes[i], out var at);
                    (_hashes[at], Indices[at]) = (hashes[i], indices[i]);
                }
            }
        }

        private static int[] NewIndices(int length)
        {
            var indices = new int[length];
            Array.Fill(indices, -1);
            return indices;
        }
    }
}
