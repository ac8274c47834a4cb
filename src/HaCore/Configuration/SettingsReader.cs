using Microsoft.Extensions.Configuration;

namespace HaCore.Configuration;

/// <summary>Reads what every link, fencing device or resource has beside the options of its type, from its own section or from "PerNode".</summary>
internal static class SettingsReader
{
    public static void Read(SectionReader reader, IConfigurationSection section, ItemEntry item, LinkSettings link, IReadOnlyList<string> keys)
    {
        CheckItem(reader, section, item, keys);
        reader.Time(section, nameof(link.Interval), value => link.Interval = value);
        reader.Time(section, nameof(link.MinGap), value => link.MinGap = value);
    }

    public static void Read(
        SectionReader reader, IConfigurationSection section, ItemEntry item, FencingDeviceSettings device, IReadOnlyList<string> keys)
    {
        CheckItem(reader, section, item, keys);
        reader.Time(section, nameof(device.Timeout), value => device.Timeout = value);
        reader.Number(section, nameof(device.Retries), value => device.Retries = value);
        reader.Time(section, nameof(device.RetryDelay), value => device.RetryDelay = value);
        reader.Time(section, nameof(device.MonitorInterval), value => device.MonitorInterval = value);
        reader.Time(section, nameof(device.MonitorTimeout), value => device.MonitorTimeout = value);
        if (keys.Contains(nameof(device.Level)))
        {
            reader.Number(section, nameof(device.Level), value => device.Level = value);
        }
    }

    public static void Read(SectionReader reader, IConfigurationSection section, ItemEntry item, ResourceSettings resource, IReadOnlyList<string> keys)
    {
        CheckItem(reader, section, item, keys);
        ReadLimits(reader, section.GetSection(nameof(resource.Probe)), resource.Probe);
        ReadLimits(reader, section.GetSection(nameof(resource.Prepare)), resource.Prepare);
        ReadLimits(reader, section.GetSection(nameof(resource.Start)), resource.Start);
        ReadLimits(reader, section.GetSection(nameof(resource.Stop)), resource.Stop);
        reader.Time(section, nameof(resource.ProbeInterval), value => resource.ProbeInterval = value);
        reader.Number(section, nameof(resource.UnknownProbesMax), value => resource.UnknownProbesMax = value);
        if (keys.Contains(nameof(resource.CarriesReplicatedData)))
        {
            reader.Flag(section, nameof(resource.CarriesReplicatedData), value => resource.CarriesReplicatedData = value);
        }
    }

    private static void CheckItem(SectionReader reader, IConfigurationSection section, ItemEntry item, IReadOnlyList<string> keys)
    {
        if (item.HasUnknownType)
        {
            return;   // its type is unknown, so nobody can say which keys it has
        }

        reader.CheckKeys(section, keys, item.Shape);
        item.HasBadValues |= !reader.CheckValues(section, item.Shape);
    }

    private static void ReadLimits(SectionReader reader, IConfigurationSection section, OperationLimits limits)
    {
        if (!reader.IsObject(section))
        {
            return;
        }

        reader.CheckKeys(section, ConfigurationKeys.Limits);
        reader.Time(section, nameof(limits.Timeout), value => limits.Timeout = value);
        reader.Number(section, nameof(limits.Retries), value => limits.Retries = value);
        reader.Time(section, nameof(limits.RetryDelay), value => limits.RetryDelay = value);
    }
}
