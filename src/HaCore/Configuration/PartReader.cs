using Microsoft.Extensions.Configuration;

namespace HaCore.Configuration;

/// <summary>Reads the sections of what a cluster has at most one of: self-fencing, whose type is a word in it, and a network probe, whose type is its key.</summary>
internal sealed class PartReader(ClusterSettings settings, SectionReader reader)
{
    public void Read(IConfigurationSection cluster)
    {
        ReadSelfFencing(cluster.GetSection(SelfFencingEntry.Key));
        foreach (var (word, type) in settings.Registration.NetworkProbeTypes)
        {
            ReadProbe(cluster.GetSection(word), type);
        }
    }

    private void ReadSelfFencing(IConfigurationSection section)
    {
        if (!reader.IsObject(section) || ReadType(section) is not { } type)
        {
            return;
        }

        var entry = new SelfFencingEntry { Name = SelfFencingEntry.Key, Type = type.Word, Section = section, Component = type.Component };
        var chosen = entry.Settings;
        CheckPart(section, entry, ConfigurationKeys.SelfFencing);
        reader.Time(section, nameof(chosen.RightTime), value => chosen.RightTime = value);
        reader.Time(section, nameof(chosen.Margin), value => chosen.Margin = value);
        reader.Flag(section, nameof(chosen.AcceptTotalOutage), value => chosen.AcceptTotalOutage = value);
        settings.SelfFencing = entry;
    }

    private ComponentWord<ISelfFencing, SelfFencingSettings>? ReadType(IConfigurationSection section)
    {
        var types = settings.Registration.SelfFencingTypes;
        var known = types.Count == 0 ? "none is registered" : "known: " + string.Join(", ", types.Keys.Order(StringComparer.OrdinalIgnoreCase));
        string? word = null;
        reader.Text(section, "Type", value => word = value);
        if (string.IsNullOrEmpty(word))
        {
            reader.Error(section, $"self-fencing has no \"Type\" ({known}).");
            return null;
        }

        if (types.TryGetValue(word, out var type))
        {
            return type;
        }

        reader.Error(section.GetSection("Type"), $"no self-fencing type \"{word}\" is registered in this host ({known}){NearestName.Hint(word, types.Keys)} " +
            "A package's types are registered by a call on the cluster's builder.");
        return null;
    }

    private void ReadProbe(IConfigurationSection section, ComponentWord<INetworkProbe, NoSettings> type)
    {
        if (!reader.IsObject(section))
        {
            return;
        }

        var entry = new NetworkProbeEntry { Name = type.Word, Type = type.Word, Section = section, Component = type.Component };
        CheckPart(section, entry, []);
        settings.NetworkProbe = entry;
    }

    private void CheckPart(IConfigurationSection section, PartEntry entry, IReadOnlyList<string> keys)
    {
        reader.CheckKeys(section, keys, entry.Shape);
        entry.HasBadValues |= !reader.CheckValues(section, entry.Shape);
    }
}
