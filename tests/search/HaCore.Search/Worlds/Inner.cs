using System.Runtime.CompilerServices;
using HaCore.Engine;

namespace HaCore.Search.Worlds;

/// <summary>The private parts of a machine that the world must see: its clock, what it knows of the peer, the operator's token.</summary>
internal static class Inner
{
    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_context")]
    public static extern ref EngineContext Context(this ClusterMachine machine);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_store")]
    public static extern ref DurableStore Store(this ClusterMachine machine);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_peer")]
    public static extern ref PeerTracker Peer(this ClusterMachine machine);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_fencing")]
    public static extern ref FencingControl Fencing(this ClusterMachine machine);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_groups")]
    public static extern ref GroupMachine[] Groups(this ClusterMachine machine);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_isLate")]
    public static extern ref bool IsLate(this ClusterMachine machine);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_send")]
    public static extern ref Decision.Send Send(this ClusterMachine machine);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_question")]
    public static extern ref FencingContext Question(this FencingControl fencing);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_promised")]
    public static extern ref Instant Promised(this ClusterMachine machine);

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "get_ConfirmDownToken")]
    public static extern string Token(this ClusterMachine machine);

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "get_IsVerdictOpen")]
    public static extern bool IsVerdictOpen(this ClusterMachine machine);

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "get_IsLeaving")]
    public static extern bool IsLeaving(this ClusterMachine machine);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_durableVersion")]
    public static extern ref long DurableVersion(this DurableStore store);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_inFlight")]
    public static extern ref long InFlight(this FencingControl fencing);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_sentTicks")]
    public static extern ref long[] SentTicks(this PeerTracker peer);
}
