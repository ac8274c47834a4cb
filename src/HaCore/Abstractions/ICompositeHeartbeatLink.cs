namespace HaCore;

/// <summary>
/// A link that is made of others, its members: a bond. It names the member of each frame in <see cref="HeartbeatReceiveResult.Via"/> and is told in return which frames
/// were the peer's, because only the engine can tell. It reports the state of its members through <see cref="HeartbeatLinkContext.MemberChanged"/>.
/// </summary>
public interface ICompositeHeartbeatLink : IHeartbeatLink
{
    /// <summary>
    /// The frame that the last <see cref="IHeartbeatLink.ReceiveAsync"/> returned was authentic and the peer's. Called on the link's receive thread before the next receive;
    /// must not block. Frames that were refused or came before on that member, and own frames that a broadcast brought back, are not told: they prove nothing about the member.
    /// </summary>
    /// <param name="via">The member, as <see cref="HeartbeatReceiveResult.Via"/> named it.</param>
    void Heard(LinkId via);
}

/// <summary>One member of a composite link, ready to be opened.</summary>
public sealed class HeartbeatMember
{
    /// <summary>Its name, unique among all names of the cluster.</summary>
    public required LinkId Link { get; init; }

    /// <summary>Opens it. Owned by the composite, which disposes it if it is disposable.</summary>
    public required IHeartbeatTransport Transport { get; init; }

    /// <summary>From one frame to the next on this member: at least the heartbeat interval, more on a slow line.</summary>
    public required TimeSpan Interval { get; init; }

    /// <summary>Shortest time between two frames on this member, for frames sent at once because the state changed.</summary>
    public required TimeSpan MinGap { get; init; }

    /// <summary>Silence after which the engine would call a link of this pace lost: the dead time, or three intervals if that is longer.</summary>
    public required TimeSpan LostAfter { get; init; }
}

/// <summary>The state of one member of a composite link.</summary>
/// <param name="Member">Which.</param>
/// <param name="IsAlive">Do the peer's frames arrive on it?</param>
/// <param name="IsActive">Does it carry the heartbeats, or is it in reserve?</param>
/// <param name="Detail">Why it is not alive, for the operator; null when it is.</param>
public sealed record HeartbeatMemberState(LinkId Member, bool IsAlive, bool IsActive, string? Detail);
