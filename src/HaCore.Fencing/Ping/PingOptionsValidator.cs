using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Options;

namespace HaCore.Fencing;

/// <summary>Everything that is wrong with the options of the ping targets, all at once: value, rule, consequence.</summary>
internal sealed class PingOptionsValidator : IValidateOptions<PingOptions>
{
    private const int TargetsMax = 16;
    private const int RoundsMax = 100;
    private const int InterfaceNameBytesMax = 15;   // IFNAMSIZ of linux/if.h is 16 with the final zero

    private static readonly TimeSpan IntervalMin = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan IntervalMax = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan TimeoutMin = TimeSpan.FromMilliseconds(10);

    public ValidateOptionsResult Validate(string? name, PingOptions options)
    {
        var errors = new List<string>();
        CheckTargets(options, errors);
        CheckTimes(options, errors);
        CheckRounds(nameof(options.DownAfter), options.DownAfter, errors);
        CheckRounds(nameof(options.UpAfter), options.UpAfter, errors);
        if (options.Interface is { } device && (device.Length == 0 || Encoding.UTF8.GetByteCount(device) > InterfaceNameBytesMax || device.Any(c => c is '/' or '\0' || char.IsWhiteSpace(c))))
        {
            errors.Add($"Interface (\"{device}\") must be the name of an interface, 1 to {InterfaceNameBytesMax} bytes as `ip link` shows it; no such device can exist.");
        }

        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
    }

    private static void CheckTargets(PingOptions options, List<string> errors)
    {
        var targets = options.Targets;
        if (targets.Count is < 1 or > TargetsMax)
        {
            errors.Add($"The number of Targets ({targets.Count}) must be between 1 and {TargetsMax}: without one nothing is known of the network, and each is asked in every round.");
        }

        if (options.Required < 1 || options.Required > Math.Max(1, targets.Count))
        {
            errors.Add($"Required ({options.Required}) must be between 1 and the number of Targets ({targets.Count}), or the network never counts as working, or always.");
        }

        foreach (var target in targets)
        {
            CheckTarget(target, errors);
        }

        foreach (var target in targets.GroupBy(target => target, StringComparer.OrdinalIgnoreCase).Where(group => group.Count() > 1))
        {
            errors.Add($"Target \"{target.Key}\" is named {target.Count()} times: it would count as many times for Required.");
        }
    }

    private static void CheckTarget(string text, List<string> errors)
    {
        // IPAddress.Parse takes "1" and "0x7f.1"; what an operator means is written out.
        if (!IPAddress.TryParse(text, out var address) || (address.AddressFamily == AddressFamily.InterNetwork && text.Count(c => c == '.') != 3))
        {
            errors.Add($"Target \"{text}\" must be an IPv4 or IPv6 address: names are not looked up, because a name server is not to decide about a takeover.");
        }
        else if (address.IsIPv6Multicast || address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any) || address.Equals(IPAddress.Broadcast)
            || (address.AddressFamily == AddressFamily.InterNetwork && address.GetAddressBytes()[0] is >= 224 and <= 239))
        {
            errors.Add($"Target \"{text}\" must be the address of one computer, or anybody at all would answer for it.");
        }
        else if (IPAddress.IsLoopback(address))
        {
            errors.Add($"Target \"{text}\" is this machine itself: it answers when every cable is cut.");
        }
        else if (address is { IsIPv6LinkLocal: true, ScopeId: 0 })
        {
            errors.Add($"Target \"{text}\" is a link-local address and must name its interface (fe80::1%eth0): it is on every cable.");
        }
    }

    private static void CheckTimes(PingOptions options, List<string> errors)
    {
        if (options.Interval is { } interval && (interval < IntervalMin || interval > IntervalMax))
        {
            errors.Add($"Interval ({WatchdogOptionsValidator.Text(interval)}) must be between {WatchdogOptionsValidator.Text(IntervalMin)} and {WatchdogOptionsValidator.Text(IntervalMax)}: " +
                "shorter is a flood, longer says nothing in time.");
        }

        if (options.Timeout is { } timeout && (timeout < TimeoutMin || (options.Interval is { } limit && timeout > limit)))
        {
            errors.Add($"Timeout ({WatchdogOptionsValidator.Text(timeout)}) must be between {WatchdogOptionsValidator.Text(TimeoutMin)} and Interval" +
                $"{(options.Interval is { } most ? $" ({WatchdogOptionsValidator.Text(most)})" : "")}: a round ends before the next begins.");
        }
    }

    private static void CheckRounds(string option, int rounds, List<string> errors)
    {
        if (rounds is < 1 or > RoundsMax)
        {
            errors.Add($"{option} ({rounds}) must be between 1 and {RoundsMax}: 0 would judge before anything was asked, and nobody waits longer.");
        }
    }
}
