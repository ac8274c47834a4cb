namespace HaCore.Engine;

/// <summary>May this node extend what it was lent for a time: address leases and the like (rule L)?</summary>
internal enum LeasePermission
{
    /// <summary>No: not held, only found, being given up for cause, or this node may have been replaced. What is lent runs out.</summary>
    Withheld = 0,

    /// <summary>Held by right.</summary>
    Granted,

    /// <summary>Maintenance: this program may end, and what runs is to run on (rule W).</summary>
    RunsOn,
}
