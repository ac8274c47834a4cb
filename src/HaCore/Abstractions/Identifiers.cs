namespace HaCore;

/// <summary>The name of a node. Compared ordinally; the ordinal order of the two names decides which terms each owns (rule T).</summary>
/// <param name="Value">1 to 63 characters: letters, digits, '.', '-', '_'.</param>
public readonly record struct NodeId(string Value)
{
    /// <inheritdoc/>
    public override string ToString() => Value ?? "";
}

/// <summary>The name of a group of resources that move together. Unique within a cluster.</summary>
/// <param name="Value">1 to 63 characters: letters, digits, '.', '-', '_'.</param>
public readonly record struct GroupId(string Value)
{
    /// <inheritdoc/>
    public override string ToString() => Value ?? "";
}

/// <summary>The name of a resource. Unique within a cluster.</summary>
/// <param name="Value">1 to 63 characters: letters, digits, '.', '-', '_'.</param>
public readonly record struct ResourceId(string Value)
{
    /// <inheritdoc/>
    public override string ToString() => Value ?? "";
}

/// <summary>The name of a heartbeat link. Unique within a cluster.</summary>
/// <param name="Value">1 to 63 characters: letters, digits, '.', '-', '_'.</param>
public readonly record struct LinkId(string Value)
{
    /// <inheritdoc/>
    public override string ToString() => Value ?? "";
}
