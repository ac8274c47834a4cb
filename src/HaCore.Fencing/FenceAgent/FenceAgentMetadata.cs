using System.Xml;
using System.Xml.Linq;
using HaCore.Configuration;

namespace HaCore.Fencing.FenceAgent;

/// <summary>What an agent says about itself (action <c>metadata</c>): the root <c>resource-agent</c> with parameters and actions.</summary>
internal sealed class FenceAgentMetadata
{
    public const int CharactersMax = 256 * 1024;   // the largest of fence-agents 4.12 has 11 KiB

    private readonly IReadOnlyList<Parameter> _parameters;
    private readonly IReadOnlyList<ActionEntry> _actions;

    private FenceAgentMetadata(IReadOnlyList<Parameter> parameters, IReadOnlyList<ActionEntry> actions)
    {
        _parameters = parameters;
        _actions = actions;
    }

    public IEnumerable<string> Parameters => _parameters.Select(parameter => parameter.Name);

    public IEnumerable<string> Actions => _actions.Select(action => action.Name);

    /// <summary>How this agent calls a plug.</summary>
    public string PlugName => Knows(FenceAgentNames.Plug) || !Knows(FenceAgentNames.Port) ? FenceAgentNames.Plug : FenceAgentNames.Port;

    /// <summary>
    /// Why the agent can never prove that a machine is off; null when it can. An agent whose <c>on</c> is done at each start of the target (automatic) opens a port or a storage
    /// path again: what it cuts is not the machine. What has no <c>status</c> cannot be looked at.
    /// </summary>
    public string? WhyNeverConfirms =>
        !Does("off") ? "it has no action \"off\""
        : _actions.Any(action => action is { Name: "on", IsAutomatic: true } or { IsOnTarget: true }) ? KnownAgents.CutsPort
        : !Does("status") ? "it has no action \"status\", so nobody can look whether the machine is off"
        : null;

    /// <summary>Null with an error when it is not one.</summary>
    public static FenceAgentMetadata? Parse(string text, out string? error)
    {
        // External text: no document type, nothing fetched, nothing expanded, a limit for all of it.
        var settings = new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null, MaxCharactersInDocument = CharactersMax };
        try
        {
            using var reader = XmlReader.Create(new StringReader(text.TrimStart()), settings);
            var root = XDocument.Load(reader).Root!;
            if (root.Name.LocalName != "resource-agent")
            {
                error = $"its root is <{root.Name.LocalName}> and not <resource-agent>";
                return null;
            }

            error = null;
            return new([.. root.Descendants("parameter").Select(ReadParameter).OfType<Parameter>()], [.. root.Descendants("action").Select(ReadAction).OfType<ActionEntry>()]);
        }
        catch (XmlException exception)
        {
            error = exception.Message;
            return null;
        }
    }

    public bool Does(string action) => _actions.Any(entry => entry.Name == action);

    /// <summary>One sentence for each name that the agent does not know. It would ignore them: <c>lanpluss</c> is then plain IPMI.</summary>
    public IEnumerable<string> WhatIsUnknown(IEnumerable<string> names) =>
        names.Where(name => !(name == FenceAgentNames.Plug ? Knows(PlugName) : Knows(name))).Select(name =>
            $"the agent has no parameter \"{name}\" and would ignore it{NearestName.Hint(name, Parameters)}");

    /// <summary>The required parameters that nobody gives. A new name and the old one that it replaces are one.</summary>
    public IEnumerable<string> WhatIsMissing(IEnumerable<string> names)
    {
        var given = names.Append(FenceAgentNames.Action).Append(FenceAgentNames.NodeName).Select(name => name == FenceAgentNames.Plug ? PlugName : name).ToList();
        return _parameters
            .Where(parameter => parameter is { IsRequired: true, IsDeprecated: false, HasDefault: false })
            .Where(parameter => !given.Any(name => FenceAgentNames.AreSame(name, parameter.Name) || (parameter.Obsoletes is { } old && FenceAgentNames.AreSame(name, old))))
            .Where(parameter => !given.Any(name => FenceAgentNames.AreSame(name, parameter.Name + "_script")))
            .Select(parameter => parameter.Name);
    }

    private static Parameter? ReadParameter(XElement element) =>
        element.Attribute("name")?.Value is { Length: > 0 } name
            ? new(name, IsTrue(element, "required"), IsTrue(element, "deprecated"), element.Attribute("obsoletes")?.Value, element.Element("content")?.Attribute("default") is not null)
            : null;

    private static ActionEntry? ReadAction(XElement element) =>
        element.Attribute("name")?.Value is { Length: > 0 } name ? new(name, IsTrue(element, "automatic"), IsTrue(element, "on_target")) : null;

    private static bool IsTrue(XElement element, string attribute) => element.Attribute(attribute)?.Value is "1" or "true" or "yes";

    private bool Knows(string name) => _parameters.Any(parameter => FenceAgentNames.AreSame(parameter.Name, name));

    private sealed record Parameter(string Name, bool IsRequired, bool IsDeprecated, string? Obsoletes, bool HasDefault);

    private sealed record ActionEntry(string Name, bool IsAutomatic, bool IsOnTarget);
}
