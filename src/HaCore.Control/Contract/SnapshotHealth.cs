namespace HaCore.Control.Contract;

/// <summary>One word for scripts and for the first line of a status.</summary>
internal static class SnapshotHealth
{
    /// <summary>Both nodes are in, every link is alive, every group is active somewhere and could move, nothing to say.</summary>
    public const string Good = "good";

    /// <summary>Every group is active, or on its way; something that a second failure would need is missing, or an operator asked for it.</summary>
    public const string Degraded = "degraded";

    /// <summary>A group is active nowhere as far as this node knows, or unclean, or failed: someone must act.</summary>
    public const string Down = "down";
}
