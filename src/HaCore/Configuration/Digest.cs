using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace HaCore.Configuration;

/// <summary>Builds a 64-bit digest of what both nodes must agree on (rule M3): the first eight bytes of a SHA-256.</summary>
/// <remarks>Each text is preceded by its length, so that ("ab", "c") and ("a", "bc") differ. Change nothing here: two versions of HaCore must come to the same.</remarks>
internal sealed class Digest : IDisposable
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    /// <summary>64-bit hash of a name, as frames carry it.</summary>
    public static ulong OfName(string name)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(name), hash);
        return BinaryPrimitives.ReadUInt64BigEndian(hash);
    }

    public Digest Add(string? text)
    {
        if (text is null)
        {
            return Add(-1);
        }

        var bytes = Encoding.UTF8.GetBytes(text);
        Add(bytes.Length);
        _hash.AppendData(bytes);
        return this;
    }

    public Digest Add(TimeSpan value) => Add(value.Ticks);

    public Digest Add(long value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(bytes, value);
        _hash.AppendData(bytes);
        return this;
    }

    public ulong ToUInt64()
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        _hash.GetHashAndReset(hash);
        return BinaryPrimitives.ReadUInt64BigEndian(hash);
    }

    public void Dispose() => _hash.Dispose();
}
