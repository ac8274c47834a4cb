using Microsoft.Extensions.Configuration;

namespace HaCore.Configuration;

/// <summary>Reads a cluster's configuration section into its settings.</summary>
internal sealed class ConfigurationReader(ClusterSettings settings)
{
    public void Read(IConfigurationSection section) => settings.Errors.Add($"{section.Path}: reading from configuration is not there yet.");
}
