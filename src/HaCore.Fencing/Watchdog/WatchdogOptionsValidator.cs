using System.Globalization;
using Microsoft.Extensions.Options;

namespace HaCore.Fencing;

/// <summary>Everything that is wrong with the options of a watchdog, all at once: value, rule, consequence.</summary>
internal sealed class WatchdogOptionsValidator : IValidateOptions<WatchdogOptions>
{
    private const int KeepAlivesPerTimeout = 2;

    private static readonly TimeSpan TimeoutMin = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan TimeoutMax = TimeSpan.FromSeconds(255);   // what one byte of seconds of the common chips holds
    private static readonly TimeSpan KeepAliveMin = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan LatencyMax = TimeSpan.FromMinutes(1);

    public ValidateOptionsResult Validate(string? name, WatchdogOptions options)
    {
        var errors = new List<string>();
        if (!Path.IsPathFullyQualified(options.Device))
        {
            errors.Add($"Device (\"{options.Device}\") must be a full path, as /dev/watchdog: a service's working directory is not where you think it is.");
        }

        if (options.Timeout < TimeoutMin || options.Timeout > TimeoutMax || options.Timeout.Ticks % TimeSpan.TicksPerSecond != 0)
        {
            errors.Add($"Timeout ({Text(options.Timeout)}) must be whole seconds between {Text(TimeoutMin)} and {Text(TimeoutMax)}: the device counts seconds, and does not count further.");
        }

        if (options.KeepAliveInterval is { } interval && (interval < KeepAliveMin || interval * KeepAlivesPerTimeout > options.Timeout))
        {
            errors.Add($"KeepAliveInterval ({Text(interval)}) must be between {Text(KeepAliveMin)} and half of Timeout ({Text(options.Timeout)} / {KeepAlivesPerTimeout}), " +
                "or one that comes late resets a healthy machine.");
        }

        if (options.ResetLatency < TimeSpan.Zero || options.ResetLatency > LatencyMax)
        {
            errors.Add($"ResetLatency ({Text(options.ResetLatency)}) must be between 0 s and {Text(LatencyMax)}: it adds to the outage after every crash.");
        }

        if (!Enum.IsDefined(options.Reset))
        {
            errors.Add($"Reset ({options.Reset:D}) must be one of {string.Join(", ", Enum.GetNames<WatchdogReset>())}: nothing else has a meaning.");
        }

        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
    }

    /// <summary>Seconds, for messages.</summary>
    public static string Text(TimeSpan value) => string.Create(CultureInfo.InvariantCulture, $"{value.TotalSeconds:0.#######} s");
}
