using System.Security.Cryptography;

namespace HaCore.Wire;

/// <summary>
/// Makes the signature of a frame with one key. The core knows one way, HMAC-SHA256; the seam is for the simulator, which signs more frames in an hour
/// than a cluster in a century, and no attacker but its own sees them.
/// </summary>
/// <remarks>Owned by one codec, so not thread-safe.</remarks>
internal interface IFrameSigner : IDisposable
{
    /// <summary>Fills <paramref name="mac"/> (<see cref="FrameLayout.MacBytes"/>) from the signed bytes and the key. Allocates nothing.</summary>
    void Sign(ReadOnlySpan<byte> signed, Span<byte> mac);
}

internal sealed class HmacFrameSigner(ReadOnlySpan<byte> key) : IFrameSigner
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key);

    public void Sign(ReadOnlySpan<byte> signed, Span<byte> mac)
    {
        _hash.AppendData(signed);
        if (!_hash.TryGetHashAndReset(mac, out var written) || written != FrameLayout.MacBytes)
        {
            throw new CryptographicException("HMAC-SHA256 did not give 32 bytes.");
        }
    }

    public void Dispose() => _hash.Dispose();
}
