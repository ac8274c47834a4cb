using Microsoft.Extensions.Options;

namespace HaCore.Transports;

/// <summary>What is wrong with the options of a bond in themselves, all at once. What must fit the members is checked by <see cref="BondedPlan.Check"/>.</summary>
internal sealed class BondedOptionsValidator : IValidateOptions<BondedOptions>
{
    private static readonly TimeSpan s_upDelayMax = TimeSpan.FromHours(1);

    public ValidateOptionsResult Validate(string? name, BondedOptions options)
    {
        var errors = new List<string>();
        switch (options.Mode)
        {
            case BondedMode.AllLinks:
                Refuse(nameof(options.Primary), options.Primary, errors);
                Refuse(nameof(options.MonitorInterval), Text(options.MonitorInterval), errors);
                Refuse(nameof(options.DownDelay), Text(options.DownDelay), errors);
                Refuse(nameof(options.UpDelay), Text(options.UpDelay), errors);
                break;
            case BondedMode.ActiveBackup:
                CheckTimes(options, errors);
                break;
            default:
                errors.Add($"Mode ({(int)options.Mode}) must be AllLinks or ActiveBackup, or the bond does not know on which members to send.");
                break;
        }

        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
    }

    private static void CheckTimes(BondedOptions options, List<string> errors)
    {
        CheckPositive(nameof(options.MonitorInterval), options.MonitorInterval, "a reserve cannot send all the time", errors);
        CheckPositive(nameof(options.DownDelay), options.DownDelay, "a member would be down between two frames", errors);
        if (options.UpDelay is { } up && (up < TimeSpan.Zero || up > s_upDelayMax))
        {
            errors.Add($"UpDelay ({Text(up)}) must be between 0 s and {Text(s_upDelayMax)}: 0 uses a repaired member at its first frame; longer, it is as good as never used again.");
        }
    }

    private static void CheckPositive(string option, TimeSpan? value, string consequence, List<string> errors)
    {
        if (value <= TimeSpan.Zero)
        {
            errors.Add($"{option} ({Text(value)}) must be more than 0 s: {consequence}.");
        }
    }

    private static void Refuse(string option, string? value, List<string> errors)
    {
        if (value is not null)
        {
            errors.Add($"{option} ({value}) must not be set with Mode AllLinks: it would be ignored, because every member carries every frame. Remove it, or set Mode to ActiveBackup.");
        }
    }

    private static string? Text(TimeSpan? value) => value is { } time ? BondedPlan.Text(time) : null;
}
