namespace HaCore.Fencing.ExternalCommand;

/// <summary>The command lines of one device, their placeholders parsed.</summary>
internal sealed class ExternalCommandLines
{
    public const string Node = "node";
    public const string Plug = "plug";
    public const string Cluster = "cluster";
    public const string Local = "local";
    private static readonly string[] Known = [Node, Plug, Cluster, Local];

    private readonly ExternalCommandOptions _options;
    private readonly Template?[] _fence;
    private readonly Template?[] _verify;
    private readonly Template?[] _monitor;

    public ExternalCommandLines(ExternalCommandOptions options)
    {
        _options = options;
        _fence = Parse(nameof(options.Arguments), options.Arguments);
        _verify = Parse(nameof(options.VerifyArguments), options.VerifyArguments);
        _monitor = Parse(nameof(options.MonitorArguments), options.MonitorArguments);
    }

    /// <summary>What is wrong with the arguments.</summary>
    public List<string> Errors { get; } = [];

    public bool NeedPlug => _fence.Concat(_verify).Concat(_monitor).Any(template => template is not null && template.Names.Contains(Plug, StringComparer.Ordinal));

    public CommandSpec Fence(FencingDeviceContext context) => Create(_options.Program, _fence, context, context.Timeout);

    /// <summary>Null when nothing verifies.</summary>
    public CommandSpec? Verify(FencingDeviceContext context) =>
        string.IsNullOrEmpty(_options.VerifyProgram) ? null : Create(_options.VerifyProgram, _verify, context, context.Timeout);

    /// <summary>Null when nothing monitors.</summary>
    public CommandSpec? Monitor(FencingDeviceContext context) =>
        string.IsNullOrEmpty(_options.MonitorProgram) ? null : Create(_options.MonitorProgram, _monitor, context, context.Timeout);

    private Template?[] Parse(string option, IList<string> arguments)
    {
        var templates = new Template?[arguments.Count];
        for (var i = 0; i < templates.Length; i++)
        {
            templates[i] = Template.Parse(arguments[i] ?? "", out var error);
            if (error is not null)
            {
                Errors.Add($"{option}: {error}.");
                continue;
            }

            foreach (var unknown in templates[i]!.Names.Except(Known, StringComparer.Ordinal))
            {
                Errors.Add($"{option}: \"{{{unknown}}}\" in \"{arguments[i]}\" must be one of {string.Join(", ", Known.Select(name => $"{{{name}}}"))}: nothing else can be filled in.");
            }
        }

        return templates;
    }

    // The timeout is the token's: a second one that fires first would make the same end look different.
    private CommandSpec Create(string program, Template?[] arguments, FencingDeviceContext context, TimeSpan timeout) =>
        new(program, [.. arguments.Select(argument => argument!.Fill(name => Value(name, context)))])
        {
            Timeout = timeout + TimeSpan.FromMinutes(1),
            Environment = new Dictionary<string, string>
            {
                ["HACORE_TARGET"] = context.Target.Value,
                ["HACORE_PLUG"] = PlugOf(context.Target),
                ["HACORE_CLUSTER"] = context.Cluster,
                ["HACORE_LOCAL_NODE"] = context.LocalNode.Value,
                ["HACORE_DEVICE"] = context.Device,
            },
        };

    private string Value(string name, FencingDeviceContext context) => name switch
    {
        Node => context.Target.Value,
        Plug => PlugOf(context.Target),
        Cluster => context.Cluster,
        Local => context.LocalNode.Value,
        _ => throw new InvalidOperationException($"Nothing stands for {{{name}}}: the validator must have refused it."),
    };

    private string PlugOf(NodeId node) => _options.Plugs.TryGetValue(node.Value, out var plug) ? plug : "";
}
