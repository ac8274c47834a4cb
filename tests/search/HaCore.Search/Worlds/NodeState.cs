using HaCore.Engine;
using HaCore.Search.Forking;

namespace HaCore.Search.Worlds;

/// <summary>One machine with its program at one moment. Never changed once a world contains it; worlds share it.</summary>
internal sealed record NodeState
{
    public required int Index { get; init; }
    public bool IsOn { get; init; }

    /// <summary>Boots of the machine so far: names the boot (rule P).</summary>
    public int Boot { get; init; }

    /// <summary>What survives everything; null = never started.</summary>
    public PersistentState? Disk { get; init; }

    /// <summary>Null = the program does not run.</summary>
    public ClusterMachine? Machine { get; init; }

    /// <summary>The node's own clock; ahead of the machine's while it is paused.</summary>
    public Instant Now { get; init; }
    public Decision.Persist? Write { get; init; }

    /// <summary>The operation under way, per resource of all groups.</summary>
    public required Decision.Operate?[] Operations { get; init; }

    /// <summary>Bit i = the operation of resource i was cancelled.</summary>
    public uint Cancelled { get; init; }

    /// <summary>Bit i = something of resource i is active on this machine: the truth.</summary>
    public uint Active { get; init; }

    /// <summary>What the operator copied from this node's status.</summary>
    public string? Token { get; init; }

    /// <summary>This node heard something authentic of the peer since.</summary>
    public bool IsTokenStale { get; init; }

    /// <summary>Made when first needed.</summary>
    public Words? Words { get; set; }

    public string BootId => Boots[Index][Boot];

    // One object per boot: machines compare texts, and most comparisons end at the reference.
    private static readonly string[][] Boots = [.. Enumerable.Range(0, 2).Select(n => Enumerable.Range(0, 64).Select(b => $"{"ab"[n]}-boot-{b}").ToArray())];
}
