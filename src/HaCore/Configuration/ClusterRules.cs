using HaCore.Engine;

namespace HaCore.Configuration;

/// <summary>Everything that must hold of a cluster before it may start. Adds one message for each thing that does not.</summary>
internal sealed class ClusterRules(ClusterSettings settings, List<string> errors)
{
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);
    private static readonly TimeSpan Month = TimeSpan.FromDays(30);

    public void Check()
    {
        Rules.CheckName("cluster", settings.Registration.Name, errors);
        CheckNodes();
        CheckFiles();
        TimeRules.Check(settings.Times, errors);
        CheckFencing();
        FencingDeviceRules.Check(settings.FencingDevices, errors);
        SelfFencingRules.Check(settings, errors);
        CheckLinks();
        CheckGroups();
        CheckNames();
    }

    /// <summary>Two groups whose names have the same hash would be one group in the frames.</summary>
    public static void CheckHashes(IReadOnlyList<(string Name, ulong Hash)> groups, List<string> errors)
    {
        for (var i = 1; i < groups.Count; i++)
        {
            for (var j = 0; j < i; j++)
            {
                if (groups[i].Hash == groups[j].Hash && groups[i].Name != groups[j].Name)
                {
                    errors.Add($"The groups \"{groups[j].Name}\" and \"{groups[i].Name}\" have the same 64-bit hash, by which frames know them: rename one of them.");
                }
            }
        }
    }

    private void CheckNodes()
    {
        var nodes = settings.Nodes;
        if (settings.Unread.HasFlag(Unread.Nodes))
        {
            return;
        }

        if (nodes.Count != 2)
        {
            errors.Add($"{nodes.Count} node(s) are configured{List(nodes)}: a cluster has exactly two, each named once, with AddNode or in \"Nodes\". " +
                "Who may hold a group is decided between two names.");
        }

        if (nodes.Count == 0 || nodes.Contains(settings.LocalNode, StringComparer.Ordinal))
        {
            return;
        }

        var hint = NearestName.Hint(settings.LocalNode!, nodes);
        errors.Add($"This node is \"{settings.LocalNode}\", which is none of the configured nodes{List(nodes)}{hint}. " +
            "It is this machine's name up to the first dot unless UseLocalNode or \"LocalNode\" says otherwise; without it the node does not know which one it is.");
    }

    private void CheckFiles()
    {
        if (string.IsNullOrEmpty(settings.KeyFile))
        {
            errors.Add("No key file is configured: set UseKeyFile or \"KeyFile\" to the full path of a file with the cluster's keys. " +
                "Without a key anybody on the wire could stop or start the groups.");
        }
        else
        {
            CheckPath("KeyFile", settings.KeyFile);
        }

        if (settings.StateDirectory is not null)
        {
            CheckPath("StateDirectory", settings.StateDirectory);
        }
    }

    private void CheckPath(string what, string path)
    {
        if (!Path.IsPathFullyQualified(path))
        {
            errors.Add($"{what} (\"{path}\") must be a full path: a service's working directory is not where you think it is.");
        }
    }

    private void CheckFencing()
    {
        if (settings.FencingPolicy is not { } policy)
        {
            errors.Add("No fencing policy is chosen, so this node would not know what to do about a peer that falls silent. Choose one with UseFencingPolicy or " +
                $"\"Fencing\": {{ \"Policy\": ... }}. {FencingPolicyEntries.Choices}");
        }
        else if (policy.NeedsDevice && settings.FencingDevices.Count == 0 && !settings.Unread.HasFlag(Unread.Devices))
        {
            errors.Add($"The fencing policy is \"{policy.Name}\" and no fencing device is configured: add one with AddFencingDevice or in \"Fencing:Devices\", or choose another policy, " +
                "or this node waits forever after its peer died.");
        }

        Rules.CheckRange("Fencing: Delay", settings.Fencing.Delay, TimeSpan.Zero, TimeSpan.FromMinutes(5), "it adds to the outage when the holder is dead", errors);
        Rules.CheckRange("Fencing: Jitter", settings.Fencing.Jitter, TimeSpan.Zero, TimeSpan.FromMinutes(5), "up to this much is added to the outage when the peer is dead", errors);
        Rules.CheckDefined("Fencing: NetworkDead", settings.Fencing.NetworkDead, errors);
    }

    private void CheckLinks()
    {
        if (!settings.Unread.HasFlag(Unread.Links))
        {
            Rules.CheckRange("The number of links", settings.Links.Count, 1, EngineConfiguration.LinksMax,
                "without one the nodes cannot hear each other; two that share no cable, switch or card are what a cluster should have", errors);
        }

        foreach (var link in settings.Links)
        {
            TimeRules.CheckLink(link.Name, link.Settings, settings.Times, errors);
            if (link.Component.IsComposite && !settings.Unread.HasFlag(Unread.Links))
            {
                Rules.CheckRange($"Link \"{link.Name}\": the number of members", link.Members.Count, 2, EngineConfiguration.MembersMax,
                    "one member is a link of its own, and frames go out on all of them", errors);
            }

            foreach (var member in link.Members)
            {
                CheckMember(link, member);
            }
        }
    }

    private void CheckMember(LinkEntry link, LinkEntry member)
    {
        TimeRules.CheckLink(member.Name, member.Settings, settings.Times, errors);
        if (member.Component.IsComposite)
        {
            errors.Add($"Link \"{member.Name}\" is a member of \"{link.Name}\" and has members itself: make them members of \"{link.Name}\", " +
                "because a bond of bonds says no more than one and hides what is lost.");
        }
    }

    private void CheckGroups()
    {
        Rules.CheckRange("The number of groups", settings.Groups.Count, 0, EngineConfiguration.GroupsMax, "every frame carries all of them", errors);
        CheckHashes([.. settings.Groups.Select(group => (group.Name, Digest.OfName(group.Name)))], errors);
        foreach (var group in settings.Groups)
        {
            CheckGroup(group, $"Group \"{group.Name}\": ");
            foreach (var resource in group.Resources)
            {
                CheckResource(resource.Settings, $"Resource \"{resource.Name}\": ");
            }
        }
    }

    private void CheckGroup(GroupEntry group, string prefix)
    {
        if (!settings.Unread.HasFlag(Unread.Resources))
        {
            Rules.CheckRange(prefix + "the number of resources", group.Resources.Count, 1, EngineConfiguration.ResourcesMax,
                "a group without one has nothing to run, and every frame has room for so many", errors);
        }

        if (group.PreferredNode is { } preferred && !settings.Unread.HasFlag(Unread.Nodes) && !settings.Nodes.Contains(preferred, StringComparer.Ordinal))
        {
            errors.Add($"{prefix}PreferredNode (\"{preferred}\") is none of the configured nodes{List(settings.Nodes)}" +
                $"{NearestName.Hint(preferred, settings.Nodes)}, so the group would never be where it belongs.");
        }

        if (group.PreferredNode is null && group.Failback != FailbackPolicy.Never)
        {
            errors.Add($"{prefix}Failback ({group.Failback}) needs a PreferredNode: without one there is nowhere to fail back to.");
        }

        Rules.CheckDefined(prefix + "Failback", group.Failback, errors);
        Rules.CheckDefined(prefix + "ColdStart", group.ColdStart, errors);
        Rules.CheckDefined(prefix + "SplitBrain", group.SplitBrain, errors);
        if (group.Failback == FailbackPolicy.AfterDelay != group.FailbackDelay > TimeSpan.Zero)
        {
            errors.Add($"{prefix}FailbackDelay ({Rules.Text(group.FailbackDelay)}) must be above zero with Failback AfterDelay and zero with any other " +
                $"(Failback is {group.Failback}): it would not be waited for.");
        }

        Rules.CheckRange(prefix + "FailbackDelay", group.FailbackDelay, TimeSpan.Zero, Month, "nobody waits longer for a node to prove itself", errors);
        Rules.CheckRange(prefix + "RestartLimit", group.RestartLimit, 0, 100, "0 moves at the first failure; more than 100 is a crash loop", errors);
        Rules.CheckRange(prefix + "RestartWindow", group.RestartWindow, TimeSpan.FromSeconds(1), Month, "restarts are counted within it", errors);
    }

    private void CheckResource(ResourceSettings resource, string prefix)
    {
        CheckLimits(resource.Probe, prefix + "Probe: ");
        CheckLimits(resource.Prepare, prefix + "Prepare: ");
        CheckLimits(resource.Start, prefix + "Start: ");
        CheckLimits(resource.Stop, prefix + "Stop: ");
        Rules.CheckRange(prefix + "ProbeInterval", resource.ProbeInterval, TimeSpan.FromMilliseconds(100), Day,
            "shorter, the node does nothing but probe; longer, a failure goes unseen", errors);
        Rules.CheckRange(prefix + "UnknownProbesMax", resource.UnknownProbesMax, 1, 1000, "after so many in a row the resource counts as failed", errors);
    }

    private void CheckLimits(OperationLimits limits, string prefix)
    {
        Rules.CheckRange(prefix + "Timeout", limits.Timeout, TimeSpan.FromMilliseconds(1), Day, "an operation that may not run fails, one that never ends blocks its group", errors);
        Rules.CheckRange(prefix + "Retries", limits.Retries, 0, 100, "each try may take the whole timeout", errors);
        Rules.CheckRange(prefix + "RetryDelay", limits.RetryDelay, TimeSpan.Zero, TimeSpan.FromHours(1), "it is waited between two tries", errors);
    }

    /// <summary>One namespace for all of them, and no two that differ in capitals only: configuration keys do not tell those apart.</summary>
    private void CheckNames()
    {
        var taken = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (what, name) in AllNames())
        {
            Rules.CheckName(what, name, errors);
            if (!taken.TryAdd(name, what))
            {
                errors.Add($"The name \"{name}\" of a {what} is already that of a {taken[name]} (capitals do not count): names are unique over nodes, links, groups, " +
                    "resources and devices of a cluster, or logs, commands and \"PerNode\" would be ambiguous.");
            }
        }
    }

    private IEnumerable<(string What, string Name)> AllNames() =>
        settings.Nodes.Select(name => ("node", name))
            .Concat(settings.Links.SelectMany(link => link.Members.Prepend(link)).Select(link => ("link", link.Name)))
            .Concat(settings.Parts.Select(part => ("section", part.Name)))
            .Concat(settings.FencingDevices.Select(device => ("fencing device", device.Name)))
            .Concat(settings.Groups.SelectMany(group => group.Resources.Select(resource => ("resource", resource.Name)).Prepend(("group", group.Name))));

    private static string List(List<string> names) => names.Count == 0 ? "" : $" ({string.Join(", ", names)})";
}
