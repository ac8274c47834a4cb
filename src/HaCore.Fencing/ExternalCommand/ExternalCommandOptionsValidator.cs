using Microsoft.Extensions.Options;

namespace HaCore.Fencing.ExternalCommand;

/// <summary>All faults at once; each message is value, rule, consequence.</summary>
internal sealed class ExternalCommandOptionsValidator : IValidateOptions<ExternalCommandOptions>
{
    private static readonly TimeSpan VerifyTimeoutMax = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan VerifyIntervalMin = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan VerifyIntervalMax = TimeSpan.FromMinutes(1);

    public ValidateOptionsResult Validate(string? name, ExternalCommandOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var faults = new List<string>();
        if (string.IsNullOrEmpty(options.Program))
        {
            faults.Add("Program is missing: write the full path of the program that cuts the node off");
        }

        CheckProgram(nameof(options.Program), options.Program, faults);
        CheckProgram(nameof(options.VerifyProgram), options.VerifyProgram, faults);
        CheckProgram(nameof(options.MonitorProgram), options.MonitorProgram, faults);
        CheckArguments(nameof(options.VerifyArguments), options.VerifyArguments, nameof(options.VerifyProgram), options.VerifyProgram, faults);
        CheckArguments(nameof(options.MonitorArguments), options.MonitorArguments, nameof(options.MonitorProgram), options.MonitorProgram, faults);
        faults.AddRange(new ExternalCommandLines(options).Errors);
        foreach (var code in options.FailedExitCodes.Where(code => code is < 1 or > 255))
        {
            faults.Add($"FailedExitCodes ({code}) must be 1 to 255: 0 means confirmed, and a program has no others");
        }

        CheckTime(nameof(options.VerifyTimeout), options.VerifyTimeout, TimeSpan.Zero, VerifyTimeoutMax, "the business waits as long", faults);
        CheckTime(nameof(options.VerifyInterval), options.VerifyInterval, VerifyIntervalMin, VerifyIntervalMax, "shorter, the device is asked more than it can answer", faults);
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }

    private static void CheckProgram(string option, string? program, List<string> faults)
    {
        if (!string.IsNullOrEmpty(program) && !Path.IsPathFullyQualified(program))
        {
            faults.Add($"{option} ({program}) must be a full path: what a search finds depends on who searches");
        }
    }

    private static void CheckArguments(string option, IList<string> arguments, string programOption, string? program, List<string> faults)
    {
        if (arguments.Count > 0 && string.IsNullOrEmpty(program))
        {
            faults.Add($"{option} needs {programOption}: without it nothing takes the arguments");
        }
    }

    private static void CheckTime(string option, TimeSpan value, TimeSpan least, TimeSpan most, string consequence, List<string> faults)
    {
        if (value < least || value > most)
        {
            faults.Add($"{option} ({value:c}) must be {least:c} to {most:c}: {consequence}");
        }
    }
}
