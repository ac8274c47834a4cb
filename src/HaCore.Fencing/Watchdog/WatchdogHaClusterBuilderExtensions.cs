using HaCore;
using HaCore.Fencing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds self-fencing by the watchdog of Linux to a cluster.</summary>
public static class WatchdogHaClusterBuilderExtensions
{
    private const string TypeWord = "Watchdog";

    /// <summary>
    /// Lets the watchdog reset this machine when the engine hangs, the program dies, a group cannot be stopped, or the peer is out of reach for too long. The peer
    /// waits for that instead of a fence. Also makes the type word "Watchdog" known, as <see cref="AddWatchdogType"/> does.
    /// </summary>
    /// <param name="builder">The cluster.</param>
    /// <param name="configure">Sets the options; null for the defaults. They are checked when the host starts.</param>
    /// <param name="settings">Sets the right time and the margin; null for the defaults.</param>
    public static IHaClusterBuilder UseWatchdog(
        this IHaClusterBuilder builder, Action<WatchdogOptions>? configure = null, Action<SelfFencingSettings>? settings = null) =>
        builder.AddWatchdogType().UseSelfFencing<LinuxWatchdog, WatchdogOptions>(configure, settings);

    /// <summary>
    /// Lets the cluster's configuration have <c>"SelfFencing": { "Type": "Watchdog", ... }</c>, whose further keys are the properties of <see cref="WatchdogOptions"/>.
    /// Calling it again changes nothing.
    /// </summary>
    /// <param name="builder">The cluster.</param>
    public static IHaClusterBuilder AddWatchdogType(this IHaClusterBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<WatchdogOptions>, WatchdogOptionsValidator>());
        builder.Services.TryAddSingleton<IWatchdogKernel, LinuxWatchdogKernel>();
        return builder.AddSelfFencingType<LinuxWatchdog, WatchdogOptions>(TypeWord, static (section, options) => section.Bind(options));
    }
}
