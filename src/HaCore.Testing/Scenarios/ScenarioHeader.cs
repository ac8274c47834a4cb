using HaCore.Engine;
using HaCore.Testing.Simulation;
using Shipped = HaCore.Configuration;

namespace HaCore.Testing.Scenarios;

/// <summary>What a story starts from: the lines with a colon. The policies are the shipped ones.</summary>
internal sealed class ScenarioHeader
{
    private const int LinksMax = EngineConfiguration.LinksMax;
    private static readonly string[] DefaultResources = ["disk", "service"];
    private static readonly TimeSpan ProbeInterval = TimeSpan.FromSeconds(1);   // the configuration's default is 10 s: stories would be long
    private static readonly FencingSettings Defaults = new();

    private readonly List<GroupConfiguration> _groups = [];
    private readonly List<Action<WorldSettings>> _settings = [];
    private readonly Dictionary<string, Func<EngineConfiguration, EngineConfiguration>> _differences = [];
    private readonly Dictionary<string, TimeSpan> _paces = [];
    private readonly Dictionary<string, int> _drifts = [];
    private HaClusterTimes _times = new();
    private IFencingPolicy? _policy;
    private NetworkDeadAction _networkDead;

    public static Phrasebook<Action<ScenarioHeader, PhraseArguments>> Forms { get; } = new(
    [
        new("scenario: TEXT", "What it shows, in one sentence, without quotes. Every file has it.", static (_, _) => { }),
        new("rules: NAMES", "The rules of ownership that it is about.", static (h, a) => h.Rules = a.Names(0)),
        new("lessons: NAMES", "The lessons that it is about.", static (h, a) => h.Lessons = a.Names(0)),
        new("pathology: NAMES", "The pathologies of two nodes that it is about.", static (h, a) => h.Pathologies = a.Names(0)),
        new("links: NAMES", "The heartbeat links; without this line `lan` and `crossover`.", static (h, a) => h.UseLinks(a.Names(0))),
        new("link LINK: every TIME", "The pace of a slow link.", static (h, a) => h._paces[a.Text(0)] = a.Time(1)),
        new("policy: Wait", "The fencing policy; every file has one.", static (h, _) => h._policy = new Shipped.WaitPolicy()),
        new("policy: ProceedUnfenced", "Silence is taken for death.", static (h, _) => h._policy = new Shipped.ProceedUnfencedPolicy()),
        new("policy: Fence", "A device proves it; a node that holds nothing waits 1 s longer.", static (h, _) => h._policy = new Shipped.FencePolicy(Defaults.Delay, Defaults.Jitter)),
        new("policy: Fence delay TIME", "The same with another head start for the holder.", static (h, a) => h._policy = new Shipped.FencePolicy(a.Time(0), Defaults.Jitter)),
        new("policy: SelfFencing", "The peer's own watchdog has certainly reset it.", static (h, _) => h._policy = new Shipped.SelfFencingPolicy()),
        new("self-fencing: right TIME watchdog TIME certain TIME", "Both machines have a watchdog: a holder that is not echoed for the right time resets itself, a program that stands still or is gone is reset by the watchdog, and after the certain time the peer counts on it.", static (h, a) => h.Watch(a)),
        new("after a reset: boots in TIME", "A machine that was reset starts again; without this line it stays off.", static (h, a) => h.Set(s => s.RebootAfterReset = a.Time(0))),
        new("network dead: wait|step-down", "What a holder does without its peer and without its ping targets; `wait` without this line.", static (h, a) => h._networkDead = a.Text(0) == "wait" ? NetworkDeadAction.Wait : NetworkDeadAction.StepDown),
        new("fencing devices: COUNT", "How many each node has; 1 without this line.", static (h, a) => h.Set(s => s.FencingDeviceCount = a.Number(0))),
        new("fence at start: yes|no", "May a node judge a peer that it never met? `no` without this line.", static (h, a) => h.Set(s => s.FenceAtStart = a.Text(0) == "yes")),
        new("clock NODE: fast|slow COUNT ppm", "Its clock runs fast or slow, in millionths.", static (h, a) => h._drifts[a.Text(0)] = a.Text(1) == "fast" ? a.Number(2) : -a.Number(2)),
        new("differs on NODE: cluster", "This node's configuration differs in names, nodes or times.", static (h, a) => h.Differ(a.Text(0), c => c with { ClusterDigest = c.ClusterDigest + 1 })),
        new("differs on NODE: group GROUP", "This node's configuration of the group differs.", static (h, a) => h.Differ(a.Text(0), c => Altered(c, a.Text(1)))),
        new("allow: two holders", "For stories in which the promise is broken from outside.", static (h, _) => h.Set(s => s.TwoHoldersAllowed = true)),
        new("allow: false reports", "For agents that lie and for hands that start things behind the engine's back.", static (h, _) => h.Set(s => s.FalseNotHeldAllowed = true)),
        new("seed: COUNT", "For the drawing of lost frames.", static (h, a) => h.Set(s => s.Seed = a.Number(0))),
    ]);

    public static Phrasebook<Action<HaClusterTimes, PhraseArguments>> TimesForms { get; } = new(
    [
        new("Lan|Fast|Heartbeat2004", "A profile; `Lan` without this line.", static (t, a) => t.Use(Enum.Parse<TimesProfile>(a.Text(0)))),
        new("heartbeat TIME", "The interval.", static (t, a) => t.HeartbeatInterval = a.Time(0)),
        new("warn time TIME", "A frame is late.", static (t, a) => t.WarnTime = a.Time(0)),
        new("dead time TIME", "A session ends.", static (t, a) => t.DeadTime = a.Time(0)),
        new("initial dead time TIME", "The longer wait when the peer was never met.", static (t, a) => t.InitialDeadTime = a.Time(0)),
        new("flap limit COUNT", "Unplanned departures that are damped.", static (t, a) => t.FlapLimit = a.Number(0)),
        new("flap hold TIME", "How long a damped node stays on standby.", static (t, a) => t.FlapHold = a.Time(0)),
    ]);

    public static Phrasebook<Func<GroupConfiguration, PhraseArguments, GroupConfiguration>> GroupForms { get; } = new(
    [
        new("resources NAMES", "In starting order; `disk service` without it.", static (g, a) => g with { Resources = [.. a.Names(0).Select(Resource)] }),
        new("prefers NODE", "Its preferred node; none without it.", static (g, a) => g with { PreferredNode = new NodeId(a.Text(0)) }),
        new("failback never|when-ready", "Does it return by itself? `when-ready` without it.", static (g, a) => g with { Failback = a.Text(0) == "never" ? FailbackPolicy.Never : FailbackPolicy.WhenReady }),
        new("failback after TIME", "It returns that long after its node is ready.", static (g, a) => g with { Failback = FailbackPolicy.AfterDelay, FailbackDelay = a.Time(0) }),
        new("restarts COUNT", "Restarts in place before it moves; 3 without it.", static (g, a) => g with { RestartLimit = a.Number(0) }),
        new("replicated", "It carries replicated data (rule R6).", static (g, _) => g with { ReplicatedData = true }),
        new("split brain discards the loser", "After both held it the mark clears itself, and what the side that stopped wrote is given up.", static (g, _) => g with { SplitBrain = SplitBrainPolicy.DiscardLoser }),
        new("cold start takes over", "It is taken over although this copy may be old.", static (g, _) => g with { ColdStart = ColdStartPolicy.TakeOver }),
    ]);

    public string Title { get; private set; } = "";

    public IReadOnlyList<string> Rules { get; private set; } = [];

    public IReadOnlyList<string> Lessons { get; private set; } = [];

    public IReadOnlyList<string> Pathologies { get; private set; } = [];

    /// <param name="words">The whole line.</param>
    /// <param name="colon">Index of the word that ends with the colon.</param>
    /// <param name="names">What may be named; grows.</param>
    /// <param name="error">Takes what is not understood.</param>
    public void Read(IReadOnlyList<ScenarioToken> words, int colon, ScenarioNames names, Action<string> error)
    {
        switch (words[0].Text)
        {
            case "scenario:" when words.Count > 1:
                Title = string.Join(' ', words.Skip(1)).Replace(" ,", ",", StringComparison.Ordinal);
                break;
            case "times:":
                ReadTimes(words, error);
                break;
            case "group" when colon == 1:
                ReadGroup(words, names, error);
                break;
            default:
                if (Forms.Read(words, names, out var message) is { } read)
                {
                    read.Value(this, read.Arguments);
                    if (words[0].Text == "links:")
                    {
                        NameLinks(read.Arguments.Names(0), names, error);
                    }
                }
                else
                {
                    error(message!);
                }

                break;
        }
    }

    /// <summary>No more settings come: what was not said has its default.</summary>
    public void Complete(ScenarioNames names)
    {
        if (_groups.Count == 0)
        {
            Add(NewGroup("web") with { PreferredNode = new NodeId("a") }, names);
        }
    }

    public IEnumerable<string> Missing(int statements)
    {
        if (Title.Length == 0)
        {
            yield return "has no line \"scenario: ...\" that says in one sentence what it shows";
        }

        if (_policy is null)
        {
            yield return "has no line \"policy: Wait\", \"policy: Fence\", \"policy: SelfFencing\" or \"policy: ProceedUnfenced\"; there is no default, as in a configuration";
        }

        if (statements == 0)
        {
            yield return "has no story";
        }
    }

    public void Configure(WorldSettings settings)
    {
        settings.Policy = new Shipped.NetworkAwarePolicy(_policy!, _networkDead);
        settings.Times = new EngineTimes
        {
            HeartbeatInterval = _times.HeartbeatInterval,
            WarnTime = _times.WarnTime,
            DeadTime = _times.DeadTime,
            InitialDeadTime = _times.InitialDeadTime,
            FlapLimit = _times.FlapLimit,
            FlapWindow = _times.FlapWindow,
            FlapHold = _times.FlapHold,
        };
        settings.Groups.AddRange(_groups);
        settings.DriftPpm = node => _drifts.GetValueOrDefault(node);
        settings.PerNode = (node, configuration) =>
        {
            var paced = configuration with { Links = [.. configuration.Links.Select(Paced)] };
            return _differences.TryGetValue(node, out var differ) ? differ(paced) : paced;
        };
        _settings.ForEach(set => set(settings));
    }

    private LinkConfiguration Paced(LinkConfiguration link) =>
        _paces.TryGetValue(link.Name.Value, out var pace) ? link with { Interval = pace, MinGap = pace } : link;

    private void ReadTimes(IReadOnlyList<ScenarioToken> words, Action<string> error)
    {
        _times = new HaClusterTimes();
        foreach (var clause in Clauses(words, 1))
        {
            if (TimesForms.Read(clause, new ScenarioNames(), out var message) is { } read)
            {
                read.Value(_times, read.Arguments);
            }
            else
            {
                error(message!);
            }
        }
    }

    private void ReadGroup(IReadOnlyList<ScenarioToken> words, ScenarioNames names, Action<string> error)
    {
        var group = NewGroup(words[1].Text[..^1]);
        foreach (var clause in Clauses(words, 2))
        {
            if (GroupForms.Read(clause, names, out var message) is { } read)
            {
                group = read.Value(group, read.Arguments);
            }
            else
            {
                error(message!);
            }
        }

        var taken = names.Groups.Contains(group.Name.Value) ? group.Name.Value : group.Resources.Select(r => r.Name.Value).FirstOrDefault(names.Resources.Contains);
        if (taken is not null)
        {
            error($"the name {taken} is used twice; give the groups and their resources different names");
        }

        Add(group, names);
    }

    private void Add(GroupConfiguration group, ScenarioNames names)
    {
        _groups.Add(group);
        names.Groups.Add(group.Name.Value);
        names.Resources.AddRange(group.Resources.Select(r => r.Name.Value));
    }

    private static void NameLinks(IReadOnlyList<string> links, ScenarioNames names, Action<string> error)
    {
        names.Links.Clear();
        names.Links.AddRange(links);
        if (links.Count > LinksMax || links.Distinct().Count() < links.Count || links.Contains("all"))
        {
            error($"at most {LinksMax} links, each with a name of its own that is not \"all\"");
        }
    }

    private void UseLinks(IReadOnlyList<string> links) => Set(s => s.Links = links);

    private void Watch(PhraseArguments arguments) => Set(s =>
    {
        s.SelfFencing = new EngineSelfFencing(arguments.Time(0), arguments.Time(2));
        s.WatchdogTimeout = arguments.Time(1);
    });

    private void Differ(string node, Func<EngineConfiguration, EngineConfiguration> change) =>
        _differences[node] = _differences.TryGetValue(node, out var before) ? c => change(before(c)) : change;

    private void Set(Action<WorldSettings> set) => _settings.Add(set);

    private static EngineConfiguration Altered(EngineConfiguration configuration, string group) => configuration with
    {
        Groups = [.. configuration.Groups.Select(g => g.Name.Value == group ? g with { Digest = g.Digest + 1 } : g)],
    };

    private static GroupConfiguration NewGroup(string name) => new()
    {
        Name = new GroupId(name),
        Hash = WorldSettings.Mix(name),
        Digest = WorldSettings.Mix(name + "-digest"),
        Failback = FailbackPolicy.WhenReady,
        Resources = [.. DefaultResources.Select(Resource)],
    };

    private static ResourceConfiguration Resource(string name) => new() { Name = new ResourceId(name), Type = "Simulated", ProbeInterval = ProbeInterval };

    private static IEnumerable<IReadOnlyList<ScenarioToken>> Clauses(IReadOnlyList<ScenarioToken> words, int from)
    {
        var clause = new List<ScenarioToken>();
        foreach (var word in words.Skip(from))
        {
            if (word is { Text: ",", IsQuoted: false })
            {
                yield return clause;
                clause = [];
            }
            else
            {
                clause.Add(word);
            }
        }

        if (clause.Count > 0)
        {
            yield return clause;
        }
    }
}
