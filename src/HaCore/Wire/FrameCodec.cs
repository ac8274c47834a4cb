using System.Buffers.Binary;
using System.Security.Cryptography;
using HaCore.Engine;

namespace HaCore.Wire;

/// <summary>
/// Frames to bytes and back, signed. Not thread-safe: one codec per thread and direction, because each owns its keyed hashes.
/// Allocates nothing after its construction.
/// </summary>
internal sealed class FrameCodec : IDisposable
{
    private readonly IFrameSigner?[] signers;
    private readonly IFrameSigner signer;
    private readonly byte signingId;
    private readonly ulong clusterHash;
    private readonly byte localSender;

    /// <param name="keys">The first one signs.</param>
    /// <param name="clusterHash">Hash of the cluster's name.</param>
    /// <param name="localIsFirst">Does the local node's name come first in ordinal order?</param>
    /// <param name="createSigner">Makes the signer of a key; null = HMAC-SHA256, the only one that leaves a machine.</param>
    public FrameCodec(KeyRing keys, ulong clusterHash, bool localIsFirst, Func<ReadOnlyMemory<byte>, IFrameSigner>? createSigner = null)
    {
        ArgumentNullException.ThrowIfNull(keys);
        signers = keys.CreateSigners(createSigner);
        signingId = keys.SigningId;
        signer = signers[signingId]!;
        this.clusterHash = clusterHash;
        localSender = localIsFirst ? (byte)0 : FrameLayout.SenderIsSecond;
    }

    /// <summary>Most bytes of a frame of a cluster with these numbers of resources per group, every one with a twin fact of 8 bytes.</summary>
    public static int MaxBytes(IReadOnlyList<int> resourcesPerGroup)
    {
        ArgumentNullException.ThrowIfNull(resourcesPerGroup);
        var bytes = FrameLayout.FrameBytesMin + FrameLayout.SelfFencingBytes;
        foreach (var resources in resourcesPerGroup)
        {
            bytes += FrameLayout.LengthBytes + FrameLayout.GroupBytes + (2 * FrameLayout.EpochBytes);
            bytes += resources * (FrameLayout.LengthBytes + FrameLayout.TwinBytesMax);
        }

        return bytes;
    }

    /// <summary>Writes and signs the frame as this node's.</summary>
    /// <returns>Its length.</returns>
    /// <exception cref="ArgumentException">
    /// The destination is too small, or a count, term or twin length of the frame is impossible: a broken invariant of the sender.
    /// </exception>
    public int Encode(Frame frame, Span<byte> destination)
    {
        ArgumentNullException.ThrowIfNull(frame);
        var signedBytes = FrameLayout.PrefixBytes + FrameBody.Bytes(frame);
        if (destination.Length < signedBytes + FrameLayout.MacBytes)
        {
            throw new ArgumentException($"{destination.Length} bytes are too few for this frame of {signedBytes + FrameLayout.MacBytes}.", nameof(destination));
        }

        var writer = new FrameWriter(destination);
        writer.U8(FrameLayout.Magic0);
        writer.U8(FrameLayout.Magic1);
        writer.U8(FrameLayout.Version);
        writer.U8(signingId);
        writer.U8(localSender);
        writer.U64(clusterHash);
        FrameBody.Write(frame, ref writer);
        if (writer.Position != signedBytes)
        {
            throw new InvalidOperationException("A frame was written with another length than computed.");
        }

        signer.Sign(destination[..signedBytes], destination.Slice(signedBytes, FrameLayout.MacBytes));
        return signedBytes + FrameLayout.MacBytes;
    }

    /// <summary>
    /// Judges any bytes whatever. Never throws, allocates nothing, and takes a time that depends on the number of bytes only.
    /// <paramref name="frame"/> is not touched before the signature proved right; its content means something only after
    /// <see cref="FrameVerdict.Accepted"/> and <see cref="FrameVerdict.OwnFrame"/>.
    /// </summary>
    public FrameVerdict Decode(ReadOnlySpan<byte> source, Frame frame)
    {
        if (source.Length < FrameLayout.PrefixBytes + FrameLayout.MacBytes || source[0] != FrameLayout.Magic0 || source[1] != FrameLayout.Magic1)
        {
            return FrameVerdict.Malformed;
        }

        if (BinaryPrimitives.ReadUInt64LittleEndian(source[FrameLayout.ClusterHashAt..]) != clusterHash)
        {
            return FrameVerdict.OtherCluster;
        }

        if (source[FrameLayout.VersionAt] != FrameLayout.Version)
        {
            return FrameVerdict.UnsupportedVersion;
        }

        if (signers[source[FrameLayout.KeyIdAt]] is not { } verifier)
        {
            return FrameVerdict.UnknownKey;
        }

        var signed = source[..^FrameLayout.MacBytes];
        Span<byte> mac = stackalloc byte[FrameLayout.MacBytes];
        verifier.Sign(signed, mac);
        if (!CryptographicOperations.FixedTimeEquals(mac, source[^FrameLayout.MacBytes..]))
        {
            return FrameVerdict.BadSignature;
        }

        if (!FrameBody.TryRead(signed[FrameLayout.PrefixBytes..], frame))
        {
            return FrameVerdict.Malformed;
        }

        var sender = source[FrameLayout.SenderAt] & FrameLayout.SenderIsSecond;
        return sender == localSender ? FrameVerdict.OwnFrame : FrameVerdict.Accepted;
    }

    public void Dispose()
    {
        foreach (var each in signers)
        {
            each?.Dispose();
        }
    }
}
