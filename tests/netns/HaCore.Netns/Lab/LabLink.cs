namespace HaCore.Netns.Lab;

/// <summary>A heartbeat link that a case wants of its cluster.</summary>
internal abstract record LabLink(string Name);

/// <summary>Over an interface of the node.</summary>
internal sealed record EthernetLink(string Name, string Interface) : LabLink(Name);

/// <summary>Over the lab's null-modem.</summary>
internal sealed record NullModemLink(string Name) : LabLink(Name);

/// <summary>Over other links.</summary>
internal sealed record BondedLink(string Name, string Mode, IReadOnlyList<LabLink> Members) : LabLink(Name)
{
    /// <summary>ActiveBackup only; null for its default.</summary>
    public TimeSpan? UpDelay { get; init; }
}
