using System.Text;
using Microsoft.Extensions.Options;

namespace HaCore.Fencing.FenceAgent;

/// <summary>All faults at once; each message is value, rule, consequence. Parameters are named and their values are not: one may be a secret in the wrong place.</summary>
internal sealed class FenceAgentOptionsValidator : IValidateOptions<FenceAgentOptions>
{
    private const int SecretFilesMax = 8;

    public ValidateOptionsResult Validate(string? name, FenceAgentOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var faults = new List<string>();
        if (string.IsNullOrEmpty(options.Program))
        {
            faults.Add("Program is missing: write the full path of the agent, as \"/usr/sbin/fence_ipmilan\"");
        }
        else if (!Path.IsPathFullyQualified(options.Program))
        {
            faults.Add($"Program ({options.Program}) must be a full path: what a search finds depends on who searches");
        }

        if (!Enum.IsDefined(options.Action))
        {
            faults.Add($"Action ({options.Action}) must be Off or Reboot: nothing else leaves a machine off");
        }

        CheckParameters(nameof(options.Parameters), options.Parameters, faults);
        foreach (var (node, parameters) in options.Targets)
        {
            CheckParameters($"Targets of \"{node}\"", parameters ?? new Dictionary<string, string>(), faults);
        }

        foreach (var (node, plug) in options.Plugs.Where(plug => !string.IsNullOrWhiteSpace(plug.Value)))
        {
            AddIf(FenceAgentValues.WhyRefused(plug) is { } reason ? $"Plugs: the entry for \"{node}\" {reason}" : null, faults);
        }

        CheckSecrets(options, faults);
        CheckSize(options, faults);
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }

    private static void CheckParameters(string where, IDictionary<string, string> parameters, List<string> faults)
    {
        foreach (var (name, value) in parameters)
        {
            if (FenceAgentNames.IsSecret(name))
            {
                faults.Add($"{where}: \"{name}\" is a secret, and a secret in configuration is refused, because configuration ends up in backups, repositories and logs: " +
                    (FenceAgentNames.IsPassword(name) ? "write the path of a file of mode 0600 as PasswordFile" : $"write \"SecretFiles\": {{ \"{name}\": path of a file of mode 0600 }}") +
                    ". Remove it, and take a new one");
            }
            else if (FenceAgentNames.WhyRefused(name) is { } reason)
            {
                faults.Add($"{where}: \"{name}\" {reason}");
            }
            else if (FenceAgentValues.WhyRefused(value) is { } fault)
            {
                faults.Add($"{where}: the value of \"{name}\" {fault}");
            }
            else if (value.Length > FenceAgentValues.LengthMax)
            {
                faults.Add($"{where}: the value of \"{name}\" has {value.Length} characters and must have at most {FenceAgentValues.LengthMax}: no parameter of an agent is as long");
            }
        }
    }

    private static void CheckSecrets(FenceAgentOptions options, List<string> faults)
    {
        if (!string.IsNullOrEmpty(options.PasswordFile) && options.SecretFiles.Keys.Any(FenceAgentNames.IsPassword))
        {
            faults.Add("PasswordFile and a password in SecretFiles are two for one: remove one of them, or nobody knows which counts");
        }

        if (options.SecretFiles.Count > SecretFilesMax)
        {
            faults.Add($"SecretFiles has {options.SecretFiles.Count} entries and must have at most {SecretFilesMax}: no agent has as many secrets");
        }

        foreach (var (name, path) in FenceAgentInput.FilesOf(options))
        {
            var option = name == FenceAgentNames.Password && path == options.PasswordFile ? nameof(options.PasswordFile) : $"SecretFiles: \"{name}\"";
            if (FenceAgentNames.WhyRefused(name) is { } reason)
            {
                faults.Add($"{option} {reason}");
            }

            // Not the text: who writes the password where its file is meant must not find it in the log.
            var rest = (path ?? "").Replace("{node}", "node", StringComparison.Ordinal);
            AddIf(!Path.IsPathFullyQualified(rest) ? $"{option} must be the full path of a file of mode 0600 that holds the secret, and is not a path" : null, faults);
            AddIf(rest.AsSpan().IndexOfAny('{', '}') >= 0 ? $"{option}: {{node}} is the only placeholder: nothing else can be filled in" : null, faults);
        }
    }

    private static void CheckSize(FenceAgentOptions options, List<string> faults)
    {
        var bytes = options.Parameters.Concat(options.Targets.Values.SelectMany(target => target ?? new Dictionary<string, string>())).Concat(options.Plugs)
            .Sum(entry => Encoding.UTF8.GetByteCount(entry.Key) + Encoding.UTF8.GetByteCount(entry.Value ?? ""));
        AddIf(bytes > FenceAgentValues.BytesMax ? $"Parameters, Targets and Plugs have {bytes} bytes and must have at most {FenceAgentValues.BytesMax}: an agent that reads nothing would keep everybody waiting" : null, faults);
    }

    private static void AddIf(string? fault, List<string> faults)
    {
        if (fault is not null)
        {
            faults.Add(fault);
        }
    }
}
