namespace HaCore.Wire;

/// <summary>
/// The cluster's keys by id. The first one signs, all of them verify: that is what lets keys rotate without an outage
/// (docs/internals/wire.md). Immutable. Never prints a key.
/// </summary>
internal sealed class KeyRing
{
    /// <summary>As long as the hash: a shorter key would be the weakest part of HMAC-SHA256 (RFC 2104 section 3).</summary>
    public const int KeyBytesMin = 32;

    private readonly Key[] keys;

    public KeyRing(IReadOnlyList<Key> keys)
    {
        ArgumentNullException.ThrowIfNull(keys);
        if (keys.Count == 0)
        {
            throw new ArgumentException("A key ring needs at least one key.", nameof(keys));
        }

        var seen = new HashSet<byte>();
        foreach (var key in keys)
        {
            if (key.Id == 0 || !seen.Add(key.Id))
            {
                throw new ArgumentException($"Key id {key.Id} must be 1 to 255 and unique.", nameof(keys));
            }

            if (key.Secret.Length < KeyBytesMin)
            {
                throw new ArgumentException($"Key {key.Id} must have at least {KeyBytesMin} bytes.", nameof(keys));
            }
        }

        this.keys = [.. keys];
    }

    public int Count => keys.Length;

    public byte SigningId => keys[0].Id;

    /// <summary>A signer of its own per id, for one codec; the caller disposes them. Index = id, null = no such key.</summary>
    /// <param name="create">Null = HMAC-SHA256.</param>
    public IFrameSigner?[] CreateSigners(Func<ReadOnlyMemory<byte>, IFrameSigner>? create)
    {
        var signers = new IFrameSigner?[byte.MaxValue + 1];
        foreach (var key in keys)
        {
            signers[key.Id] = create is null ? new HmacFrameSigner(key.Secret.Span) : create(key.Secret);
        }

        return signers;
    }

    public override string ToString() => $"{keys.Length} keys";

    /// <summary>One key. Not a record: the generated ToString would print members.</summary>
    public readonly struct Key(byte id, ReadOnlyMemory<byte> secret)
    {
        public byte Id { get; } = id;

        public ReadOnlyMemory<byte> Secret { get; } = secret;

        public override string ToString() => $"key {Id}";
    }
}
