using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace HaCore.Configuration;

/// <summary>Gives the host the time that stopping every resource may take: a host that is killed while it stops leaves its peer without a word.</summary>
internal sealed class ShutdownTimeoutSetup(IServiceProvider services, IEnumerable<ClusterName> clusters) : IPostConfigureOptions<HostOptions>
{
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(5);   // for the other services of the host, which stop within the same timeout

    public void PostConfigure(string? name, HostOptions options)
    {
        var needed = Margin;
        foreach (var cluster in clusters)
        {
            try
            {
                // Hosted services stop one after the other, so the budgets of several clusters add up.
                needed += ClusterDefinitionFactory.Create(services, cluster.Value).ShutdownBudget;
            }
            catch (OptionsValidationException)
            {
                // Nothing will run: the cluster's own start reports it, with all errors.
            }
        }

        if (options.ShutdownTimeout != Timeout.InfiniteTimeSpan && options.ShutdownTimeout < needed)
        {
            options.ShutdownTimeout = needed;
        }
    }
}
