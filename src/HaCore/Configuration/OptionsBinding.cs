using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace HaCore.Configuration;

/// <summary>Fills the options of the links or resources of one type from their configuration sections: first the item itself, at last "PerNode".</summary>
internal sealed class OptionsBinding<[DynamicallyAccessedMembers(OptionsShape.Members)] TOptions>(
    IServiceProvider services, string cluster, string word, Action<IConfigurationSection, TOptions> bind)
    : IConfigureNamedOptions<TOptions>, IPostConfigureOptions<TOptions>
    where TOptions : class
{
    public void Configure(TOptions options) => Configure(Options.DefaultName, options);

    public void Configure(string? name, TOptions options)
    {
        if (Find(name)?.Section is { } section)
        {
            bind(section, options);
        }
    }

    public void PostConfigure(string? name, TOptions options)
    {
        foreach (var section in Find(name)?.Overrides ?? [])
        {
            bind(section, options);
        }
    }

    private ItemEntry? Find(string? name)
    {
        if (name is null || name.Length <= cluster.Length || name[cluster.Length] != '/' || !name.StartsWith(cluster, StringComparison.Ordinal))
        {
            return null;
        }

        var item = services.GetRequiredKeyedService<ClusterDefinitionSource>(cluster).Settings.FindItem(name[(cluster.Length + 1)..]);
        return item is not null && string.Equals(item.Type, word, StringComparison.OrdinalIgnoreCase) ? item : null;
    }
}
