namespace HaCore.Wire;

/// <summary>What the codec found. Doubt is zero; only <see cref="Accepted"/> is news of the peer.</summary>
internal enum FrameVerdict
{
    /// <summary>Nothing was decoded.</summary>
    Unknown = 0,

    /// <summary>Authentic, of this cluster, of the peer.</summary>
    Accepted,

    /// <summary>Noise, or an authentic frame that breaks the format. Ordinary: count it.</summary>
    Malformed,

    /// <summary>Of another cluster on the same wire. Ordinary: ignore it.</summary>
    OtherCluster,

    /// <summary>
    /// Authentic, of this cluster, of this node's own name: our broadcast came back. The frame is filled, so that a nonce which is
    /// not ours shows a second machine that runs under this name (rule N).
    /// </summary>
    OwnFrame,

    /// <summary>Claims this cluster; signed with a key that this node does not have.</summary>
    UnknownKey,

    /// <summary>Claims this cluster and a known key; the signature is wrong.</summary>
    BadSignature,

    /// <summary>Claims this cluster; a version that this release does not read. Not verified.</summary>
    UnsupportedVersion,
}
