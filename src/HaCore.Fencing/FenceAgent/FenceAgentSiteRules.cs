namespace HaCore.Fencing.FenceAgent;

/// <summary>What a fence agent's options say about the nodes and its level.</summary>
internal static class FenceAgentSiteRules
{
    public static IEnumerable<string> Check(FenceAgentOptions options, FencingDeviceSite site) =>
        PlugRules.Check(options.Plugs, isNeeded: false, site).Concat(CheckTargets(options, site)).Concat(CheckLevel(options, site));

    private static IEnumerable<string> CheckTargets(FenceAgentOptions options, FencingDeviceSite site)
    {
        var names = site.Nodes.Select(node => node.Value).ToList();
        if (options.Targets.Count == 0)
        {
            if (options.Plugs.Count == 0)
            {
                yield return "Plugs and Targets are both missing: nothing would tell the device which of the two machines is meant, and a node that fences its peer might cut itself off.";
            }

            yield break;
        }

        foreach (var name in options.Targets.Keys.Where(name => !names.Contains(name, StringComparer.OrdinalIgnoreCase)))
        {
            yield return $"Targets has an entry for \"{name}\", which is none of the nodes ({string.Join(", ", names)}): it may be a typing error in one that somebody needs.";
        }

        foreach (var name in names.Where(name => !options.Targets.ContainsKey(name)))
        {
            yield return $"Targets has no entry for \"{name}\": each of the two nodes may be the one that must be cut off, and the file serves both machines.";
        }

        var own = names.Where(options.Targets.ContainsKey).Select(name => options.Targets[name]).ToList();
        if (options.Plugs.Count == 0 && own.Count == 2 && AreSame(own[0], own[1]))
        {
            yield return "Targets says the same about both nodes, and there are no Plugs: a node that fences its peer might cut itself off.";
        }
    }

    private static IEnumerable<string> CheckLevel(FenceAgentOptions options, FencingDeviceSite site)
    {
        if (options.Action == FenceAgentAction.Reboot && site.DevicesInLevel > 1)
        {
            yield return $"Action (Reboot) must be Off in a level with {site.DevicesInLevel} devices: the first would be on again before the last is off, and a machine with two power supplies would never be off.";
        }
    }

    private static bool AreSame(IDictionary<string, string> a, IDictionary<string, string> b) =>
        a.Count == b.Count && a.All(entry => b.TryGetValue(entry.Key, out var other) && string.Equals(entry.Value, other, StringComparison.Ordinal));
}
