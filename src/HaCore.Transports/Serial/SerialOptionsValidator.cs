using Microsoft.Extensions.Options;

namespace HaCore.Transports;

/// <summary>Everything that is wrong with the options of a serial link, all at once: value, rule, consequence.</summary>
internal sealed class SerialOptionsValidator : IValidateOptions<SerialOptions>
{
    // What a 16550 makes of its 1.8432 MHz crystal, and the two multiples that every USB adapter adds. Below, one frame takes longer than it is news.
    private static readonly int[] s_baudRates = [9600, 19_200, 38_400, 57_600, 115_200, 230_400, 460_800];

    public ValidateOptionsResult Validate(string? name, SerialOptions options)
    {
        var errors = new List<string>();
        CheckDevice(options.Device, errors);
        if (!s_baudRates.Contains(options.BaudRate))
        {
            errors.Add($"BaudRate ({options.BaudRate}) must be one of {string.Join(", ", s_baudRates)}, the same on both nodes, or the ends do not understand each other.");
        }

        if (!Enum.IsDefined(options.Handshake))
        {
            errors.Add($"Handshake ({(int)options.Handshake}) must be None or RtsCts: frames are binary, so control characters cannot hold up the line.");
        }

        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
    }

    private static void CheckDevice(string? device, List<string> errors)
    {
        if (string.IsNullOrEmpty(device))
        {
            errors.Add("Device (none) must be set, or there is no port to open: for example /dev/ttyS0, on Windows COM1.");
        }
        else if (OperatingSystem.IsWindows())
        {
            if (!device.StartsWith("COM", StringComparison.OrdinalIgnoreCase) || !int.TryParse(device.AsSpan(3), out var number) || number < 1)
            {
                errors.Add($"Device (\"{device}\") must be a port as the device list names it, COM1 or higher; nothing else can be opened.");
            }
        }
        else if (device[0] != '/' || device.Contains('\0', StringComparison.Ordinal))
        {
            errors.Add($"Device (\"{device}\") must be a full path, as /dev/ttyS0: it would be looked for in whatever directory the service runs in.");
        }
    }
}
