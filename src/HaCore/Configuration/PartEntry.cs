namespace HaCore.Configuration;

/// <summary>Something that a cluster has at most one of, with options of its own: it needs no name, so its name is that of its section.</summary>
internal abstract class PartEntry : ItemEntry;

internal sealed class SelfFencingEntry : PartEntry
{
    /// <summary>Name of the section and of the options.</summary>
    public const string Key = "SelfFencing";

    public required Component<ISelfFencing> Component { get; init; }

    public SelfFencingSettings Settings { get; } = new();

    public override OptionsShape Shape => Component.Shape;
}

internal sealed class NetworkProbeEntry : PartEntry
{
    public required Component<INetworkProbe> Component { get; init; }

    public override OptionsShape Shape => Component.Shape;
}

/// <summary>Of a kind of part that has options only.</summary>
internal sealed class NoSettings;
