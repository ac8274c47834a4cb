using System.Text;
using Microsoft.Extensions.Options;

namespace HaCore.Control;

internal sealed class HaControlOptionsValidator : IValidateOptions<HaControlOptions>
{
    private const int PathBytesMax = 100;   // sun_path of unix(7) is 108 with the final zero

    public ValidateOptionsResult Validate(string? name, HaControlOptions options)
    {
        var errors = new List<string>();
        if (!Path.IsPathFullyQualified(options.SocketPath) || Path.EndsInDirectorySeparator(options.SocketPath) || options.SocketPath.Contains('\0', StringComparison.Ordinal))
        {
            errors.Add($"SocketPath (\"{options.SocketPath}\") must be the full path of a file: hactl has no working directory in common with the host.");
        }
        else if (Encoding.UTF8.GetByteCount(options.SocketPath) > PathBytesMax)
        {
            errors.Add($"SocketPath (\"{options.SocketPath}\") must be at most {PathBytesMax} bytes long, or no socket can be bound to it.");
        }

        if (!TryParseMode(options.Mode, out var mode) || !mode.HasFlag(UnixFileMode.UserRead | UnixFileMode.UserWrite))
        {
            errors.Add($"Mode (\"{options.Mode}\") must be octal, \"0600\" to \"0777\", with reading and writing for the owner, or the host's own user cannot use the door.");
        }

        if (options.Group is { } group && (group.Length == 0 || (OperatingSystem.IsLinux() && Accounts.GroupId(group) is null)))
        {
            errors.Add($"Group (\"{group}\") must be a name in /etc/group or a number: nobody would be let in by it. Leave it out for the group of the host's process.");
        }

        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors.Select(error => $"The operator's door: {error}"));
    }

    /// <summary>Of options that were validated.</summary>
    public static UnixFileMode ModeOf(HaControlOptions options) =>
        TryParseMode(options.Mode, out var mode) ? mode : throw new InvalidOperationException($"Mode (\"{options.Mode}\") was not validated.");

    private static bool TryParseMode(string? text, out UnixFileMode mode)
    {
        mode = UnixFileMode.None;
        if (text is not { Length: 3 or 4 } || text.Any(digit => digit is < '0' or > '7') || (text.Length == 4 && text[0] != '0'))
        {
            return false;
        }

        mode = (UnixFileMode)Convert.ToInt32(text, 8);
        return true;
    }
}
