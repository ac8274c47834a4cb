namespace HaCore.Fencing;

/// <summary>What a device calls each node: complete, for both, and for nobody else.</summary>
internal static class PlugRules
{
    public static IEnumerable<string> Check(IDictionary<string, string> plugs, bool isNeeded, FencingDeviceSite site)
    {
        var names = site.Nodes.Select(node => node.Value).ToList();
        foreach (var name in plugs.Keys.Where(name => !names.Contains(name, StringComparer.OrdinalIgnoreCase)))
        {
            yield return $"Plugs has an entry for \"{name}\", which is none of the nodes ({string.Join(", ", names)}): a plug that nobody owns may be a typing error in one that somebody does.";
        }

        foreach (var name in names)
        {
            if (!plugs.TryGetValue(name, out var plug))
            {
                if (isNeeded || plugs.Count > 0)
                {
                    yield return $"Plugs has no entry for \"{name}\": each of the two nodes may be the one that must be cut off, and the file serves both machines.";
                }
            }
            else if (string.IsNullOrWhiteSpace(plug))
            {
                yield return $"Plugs: the entry for \"{name}\" is empty: the device would not know what to turn off.";
            }
        }

        foreach (var twice in plugs.Where(plug => !string.IsNullOrWhiteSpace(plug.Value)).GroupBy(plug => plug.Value, StringComparer.Ordinal).Where(group => group.Count() > 1))
        {
            yield return $"Plugs: \"{twice.Key}\" is the plug of {string.Join(" and ", twice.Select(plug => $"\"{plug.Key}\""))}: a node that fences its peer would cut itself off.";
        }
    }
}
