using System.Text;

namespace HaCore.Fencing.FenceAgent;

/// <summary>What an agent is told about one target, and what of it must not be seen.</summary>
internal sealed class FenceAgentInput
{
    private const string Hidden = "***";
    private readonly List<(string Name, string Value)> _lines = [];
    private readonly List<string> _hide = [];
    private readonly string _node;

    private FenceAgentInput(string node) => _node = node;

    /// <summary>The names that somebody configured.</summary>
    public IEnumerable<string> Names => _lines.Select(line => line.Name);

    /// <summary>Null with an error when a secret cannot be read.</summary>
    public static FenceAgentInput? Create(FenceAgentOptions options, string node, out string? error)
    {
        var input = new FenceAgentInput(node);
        foreach (var (name, value) in ParametersOf(options, node))
        {
            input._lines.Add((name, value));
            input._hide.Add($"{name}={value}");   // agents complain of a line that they do not know by repeating it, and it may be a misspelt password
        }

        if (options.Plugs.TryGetValue(node, out var plug))
        {
            input._lines.Add((FenceAgentNames.Plug, plug));
        }

        foreach (var (name, path) in FilesOf(options))
        {
            if (SecretFile.Read(path.Replace("{node}", node, StringComparison.Ordinal), out error) is not { } secret)
            {
                return null;
            }

            input._lines.Add((name, secret));
            input._hide.Add(secret);
            input._hide.Add(Uri.EscapeDataString(secret));   // in the address of a request
        }

        input._hide.Sort((a, b) => b.Length.CompareTo(a.Length));   // a secret that holds another one as well
        error = null;
        return input;
    }

    /// <summary>Path of the file of each secret, <c>{node}</c> not yet filled in.</summary>
    public static IEnumerable<KeyValuePair<string, string>> FilesOf(FenceAgentOptions options) =>
        string.IsNullOrEmpty(options.PasswordFile) ? options.SecretFiles : options.SecretFiles.Prepend(new(FenceAgentNames.Password, options.PasswordFile));

    /// <summary>The lines for one action. The target's and the action come last, where they win.</summary>
    /// <param name="action">What is to be done.</param>
    /// <param name="plugName">How this agent calls the plug.</param>
    public ReadOnlyMemory<byte> ToBytes(string action, string plugName)
    {
        var text = new StringBuilder();
        foreach (var (name, value) in _lines)
        {
            text.Append(name == FenceAgentNames.Plug ? plugName : name).Append('=').Append(value).Append('\n');
        }

        text.Append(FenceAgentNames.NodeName).Append('=').Append(_node).Append('\n').Append(FenceAgentNames.Action).Append('=').Append(action).Append('\n');
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    /// <summary>What a program said, without the secrets.</summary>
    public string Redact(string text) => _hide.Aggregate(text, (shown, secret) => shown.Replace(secret, Hidden, StringComparison.Ordinal));

    public bool Has(string name, string value) => _lines.Any(line => FenceAgentNames.AreSame(line.Name, name) && string.Equals(line.Value, value, StringComparison.OrdinalIgnoreCase));

    private static List<KeyValuePair<string, string>> ParametersOf(FenceAgentOptions options, string node)
    {
        var parameters = new Dictionary<string, KeyValuePair<string, string>>(StringComparer.OrdinalIgnoreCase);
        foreach (var parameter in options.Parameters.Concat(options.Targets.TryGetValue(node, out var own) ? own : new Dictionary<string, string>()))
        {
            parameters[FenceAgentNames.Normal(parameter.Key)] = parameter;
        }

        return [.. parameters.Values];
    }
}
