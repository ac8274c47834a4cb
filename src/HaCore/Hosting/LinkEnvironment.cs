using HaCore.Engine;
using HaCore.Wire;

namespace HaCore.Hosting;

/// <summary>What all links of one cluster share.</summary>
internal sealed class LinkEnvironment
{
    public required EngineClock Clock { get; init; }
    public required EventQueue Queue { get; init; }
    public required NoticeWriter Notices { get; init; }

    /// <summary>A codec of its own for each receive thread.</summary>
    public required Func<FrameCodec> CreateCodec { get; init; }
    public required int FrameBytesMax { get; init; }

    /// <summary>At most one "unverified" event per link in this time.</summary>
    public required TimeSpan HeartbeatInterval { get; init; }

    /// <summary>Called first on every heartbeat thread.</summary>
    public required Action PrepareThread { get; init; }

    /// <summary>Cancelled when the links close.</summary>
    public required CancellationToken Stopping { get; init; }

    /// <summary>Who this node is in its own frames now; the engine may take a newer incarnation while it runs (rule N).</summary>
    public required OwnIdentity Identity { get; init; }
}

/// <summary>This node's present incarnation and nonce, for telling own frames that come back from those of a second machine with this name.</summary>
internal sealed class OwnIdentity
{
    private volatile Value _value;

    public OwnIdentity(uint incarnation, ulong nonce) => _value = new Value(incarnation, nonce);

    /// <summary>Takes note of what is being sent. Allocates only when it changed.</summary>
    public void Note(Frame sent)
    {
        if (_value.Incarnation != sent.Incarnation || _value.Nonce != sent.Nonce)
        {
            _value = new Value(sent.Incarnation, sent.Nonce);
        }
    }

    /// <summary>Is a frame that names this node as its sender from another machine? Older incarnations are our own past.</summary>
    public bool IsForeign(Frame own)
    {
        var value = _value;
        return own.Incarnation > value.Incarnation || (own.Incarnation == value.Incarnation && own.Nonce != value.Nonce);
    }

    private sealed record Value(uint Incarnation, ulong Nonce);
}
