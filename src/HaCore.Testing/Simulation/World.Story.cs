using System.Runtime.CompilerServices;
using HaCore.Engine;
using HaCore.Wire;

namespace HaCore.Testing.Simulation;

/// <content>The verbs of a story: what happens to machines, programs, wires and resources.</content>
internal sealed partial class World
{
    public delegate void Story(World world);

    /// <summary>The same story in another world.</summary>
    public static World Tell(Story story, Action<WorldSettings>? configure = null)
    {
        var world = new World(configure);
        story(world);
        return world;
    }

    /// <summary>Starts the program; boots the machine first if it is off.</summary>
    public void Start(string key) => Start(key, TimeSpan.Zero);

    /// <summary>The host took <paramref name="hostTook"/> from making the machine to its first step: the machine's clock ran meanwhile, nothing else.</summary>
    public void Start(string key, TimeSpan hostTook)
    {
        var node = this[key];
        if (node.Process is not null)
        {
            throw new InvalidOperationException(key + " already runs");
        }

        if (!TryStart(node, hostTook, out var refusal))
        {
            throw Failed($"{key} refuses to start: {refusal}");
        }
    }

    /// <summary>Starts the program if its state file lets it.</summary>
    public bool TryStart(string key) => TryStart(this[key], TimeSpan.Zero, out _);

    private bool TryStart(SimNode node, TimeSpan hostTook, out string? refusal)
    {
        node.PowerOn();
        var (before, key) = (node.Disk.Durable, node.Key);
        if (node.Disk.IsReplaced)
        {
            node.Acknowledged = null;
        }

        (var state, refusal) = node.Disk.Load();
        CheckLoaded(node, before, state, refusal);
        if (state is null)
        {
            Trace.Add(Now, key, $"* does not start: {refusal}");
            return false;
        }

        var machine = new ClusterMachine(node.Configuration, state, NextNonce(), node.BootId);
        var process = new SimProcess(node, machine, Now - hostTook.Ticks);
        node.Process = process;
        Trace.Add(Now, key, $"* started: incarnation {state.Incarnation}, {node.BootId}");
        for (var link = 0; link < _links.Length; link++)
        {
            process.LinkOpen[link] = true;
            Post(process, new ClusterEvent.LinkChanged(link, true, null));
        }

        Post(process, ClusterEvent.Tick.Instance);
        return true;
    }

    /// <summary>Both programs at the same moment, then until everything rests.</summary>
    public World StartBoth()
    {
        Start("a");
        Start("b");
        RunUntilQuiet();
        return this;
    }

    /// <summary>The host is asked to stop; the program leaves in order.</summary>
    public void Stop(string key) => Post(Running(key), ClusterEvent.Leave.Instance);

    /// <summary>Asks the host to stop and waits until the program has ended.</summary>
    public Decision.Exit StopAndWait(string key)
    {
        var process = Running(key);
        Stop(key);
        RunUntil(() => process.Exit is not null, 2.Minutes(), key + " exits");
        return process.Exit!;
    }

    /// <summary>kill -9 of the program: the machine and its resources run on.</summary>
    public void Crash(string key) => EndProcess(this[key], "* killed");

    /// <summary>The machine loses its power.</summary>
    public void PowerOff(string key)
    {
        EndProcess(this[key], "* power off");
        this[key].PowerOff();
        CheckInvariants();
    }

    /// <summary>The program (or the virtual machine) stands still; its clock does not.</summary>
    public void Freeze(string key, bool framesWait = true)
    {
        Trace.Add(Now, key, "* frozen");
        var process = Running(key);
        process.Frozen = true;
        process.FramesWait = framesWait;
        StarveWatchdog(process);
    }

    /// <summary>Goes on late: first everything that waited, or first the overdue timer.</summary>
    public void Thaw(string key, bool timerFirst = false)
    {
        if (this[key].Process is not { Frozen: true } process)
        {
            return;   // it was fenced meanwhile
        }

        Trace.Add(Now, key, "* goes on");
        process.Frozen = false;
        if (timerFirst)
        {
            Step(process, ClusterEvent.Tick.Instance);
        }

        while (process is { Frozen: false, Exit: null } && process.Inbox.TryDequeue(out var input))
        {
            Step(process, input);
        }
    }

    public void Freeze(string key, TimeSpan time, bool framesWait = true, bool timerFirst = false)
    {
        Freeze(key, framesWait);
        Advance(time);
        Thaw(key, timerFirst);
    }

    private void EndProcess(SimNode node, string why)
    {
        if (node.Process is not { } process)
        {
            return;
        }

        Trace.Add(Now, node.Key, why);
        node.Process = null;
        AbandonWatchdog(process);
        node.Waiting.Clear();
        while (process.Inbox.TryDequeue(out var input))
        {
            if (input is ClusterEvent.FrameReceived carrier)
            {
                _carriers.Push(carrier);
            }
        }

        node.Disk.ProcessDied();
        foreach (var group in node.Resources)
        {
            foreach (var resource in group)
            {
                resource.Running = null;
            }
        }
    }

    /// <summary>A second machine with the same node name and a copy of the first one's disk: a clone, a restored backup.</summary>
    public SimNode AddDouble(string of, string key)
    {
        var twin = new SimNode(key, this[of].Name, _settings);
        twin.Disk.Durable = this[of].Disk.Durable;
        _nodes.Add(twin);
        return twin;
    }

    public void Cut(params ReadOnlySpan<string> links) => SetCut(true, null, links);

    /// <summary>Cuts only what <paramref name="from"/> sends.</summary>
    public void CutFrom(string from, params ReadOnlySpan<string> links) => SetCut(true, from, links);

    public void Heal(params ReadOnlySpan<string> links) => SetCut(false, null, links);

    public void CutAll() => SetCut(true, null, [.. _settings.Links]);

    public void CutAllFrom(string from) => SetCut(true, from, [.. _settings.Links]);

    public void HealAll()
    {
        SetCut(false, null, [.. _settings.Links]);
        foreach (var direction in _links.SelectMany(l => l.From.Values))
        {
            direction.Loss = direction.Duplication = direction.Corruption = 0;
            direction.Jitter = TimeSpan.Zero;
            direction.Delay = TimeSpan.FromMicroseconds(200);
        }
    }

    private void SetCut(bool cut, string? from, ReadOnlySpan<string> links)
    {
        foreach (var name in links)
        {
            Trace.Add(Now, "-", $"* {name} {(cut ? "cut" : "healed")} {(from is null ? "" : "from " + from)}");
            var link = Link(name);
            foreach (var (sender, direction) in link.From)
            {
                if (from is null || sender == from)
                {
                    direction.Cut = cut;
                }
            }
        }
    }

    public SimLink Link(string name) => Array.Find(_links, l => l.Name == name) ?? throw new ArgumentException("no link " + name);

    /// <summary>The node's own interface goes down or comes back: the shell closes or reopens the link.</summary>
    public void SetInterface(string key, string link, bool isUp)
    {
        var process = Running(key);
        var index = Array.IndexOf(_links, Link(link));
        process.LinkOpen[index] = isUp;
        Post(process, new ClusterEvent.LinkChanged(index, isUp, isUp ? null : "the interface is down"));
    }

    /// <summary>The composite link says how one of its members is.</summary>
    public void ReportMember(string key, string link, int member, bool isAlive, bool isActive, string? detail = null)
    {
        Post(Running(key), new ClusterEvent.LinkMemberChanged(Array.IndexOf(_links, Link(link)), member, isAlive, isActive, detail));
        Advance(1.Milliseconds());
    }

    /// <summary>A frame as if it came over the wire now.</summary>
    public void Inject(string to, Frame frame, int link = 0)
    {
        var carrier = new ClusterEvent.FrameReceived { Link = link };
        FrameCopy.Copy(frame, carrier.Frame);
        Post(Running(to), carrier);
    }

    /// <summary>The disk answers again: what hung is written now.</summary>
    public void ReleaseDisk(string key)
    {
        var node = this[key];
        node.Disk.Hangs = false;
        if (node.Process is { } process && node.Disk.InFlight is not null)
        {
            Post(process, Written(process));
        }
    }

    public SimResource Resource(string key, string name) =>
        this[key].Resources.SelectMany(r => r).First(r => r.Name == name);

    /// <summary>The service dies by itself: nothing of it is active any more.</summary>
    public void KillResource(string key, string name) => Resource(key, name).Active = false;

    /// <summary>The service hangs: active and not working.</summary>
    public void BreakResource(string key, string name) => Resource(key, name).Broken = true;

    public Decision.Answer Ask(string key, CommandKind kind, string? group = null, string? node = null, bool flag = false, long term = 0, string? token = null)
    {
        var request = ++_nextRequest;
        Post(Running(key), new ClusterEvent.Command(request, kind)
        {
            Group = group is null ? -1 : this[key].Group(group),
            Node = node is null ? null : new NodeId(node),
            Flag = flag,
            Term = term,
            Token = token,
        });
        RunUntil(() => _answers.ContainsKey(request), 1.Minutes(), $"{key} answers {kind}");
        return _answers[request];
    }

    /// <summary>A command whose answer nobody waits for.</summary>
    public void Order(string key, CommandKind kind, string? group = null, string? node = null, bool flag = false, long term = 0, string? token = null)
    {
        if (this[key].Process is { } process)
        {
            Post(process, new ClusterEvent.Command(++_nextRequest, kind)
            {
                Group = group is null ? -1 : this[key].Group(group),
                Node = node is null ? null : new NodeId(node),
                Flag = flag,
                Term = term,
                Token = token,
            });
        }
    }

    public void Say(string what) => Trace.Add(Now, "-", "* " + what);

    public void MustAccept(string key, CommandKind kind, string? group = null, string? node = null, bool flag = false, long term = 0, string? token = null)
    {
        var answer = Ask(key, kind, group, node, flag, term, token);
        Expect(answer.Accepted, $"{kind} refused: {answer.Detail}");
    }

    public void MustRefuse(string key, CommandKind kind, string? group = null, string? node = null, bool flag = false, long term = 0, string? token = null)
    {
        var answer = Ask(key, kind, group, node, flag, term, token);
        Expect(!answer.Accepted, $"{kind} accepted: {answer.Detail}");
        Expect(answer.Detail.Length > 0, $"{kind} refused without a reason");
    }

    /// <summary>A move that cannot be: the answer may be no, or yes and a wait, but nothing is stopped for it.</summary>
    public void MustRefuseOrStay(string group, string on, string target)
    {
        Ask(on, CommandKind.Move, group, target);
        ExpectStays(group, on, 20.Seconds());
    }

    public ClusterSnapshot Status(string key) => Running(key).Machine.Snapshot;

    public GroupSnapshot Status(string key, string group) => Status(key).Groups[this[key].Group(group)];

    public NodeSnapshot PeerAsSeenBy(string key) => Status(key).Nodes[1];

    public SimProcess Running(string key) => this[key].Process ?? throw Failed(key + " does not run");

    public int Notices(string key, NoticeKind kind) =>
        Trace.Entries.Count(e => e.Node == key && e.What is Decision.Notice n && n.Kind == kind);

    public int Fences(string key) => Trace.Entries.Count(e => e.Node == key && e.What is Decision.Fence);

    public IEnumerable<Decision.Operate> Operations(string key) =>
        Trace.Entries.Where(e => e.Node == key).Select(e => e.What).OfType<Decision.Operate>();

    public int Starts(string key, int resource = 0) => Operations(key).Count(o => o.Kind == OperationKind.Start && o.Resource == resource);

    public int Stops(string key) => Operations(key).Count(o => o.Kind == OperationKind.Stop);

    public bool IsActive(string group, string key) => this[key].AllActive(this[key].Group(group));

    public bool IsAnywhere(string group) => _nodes.Exists(n => n.AnyActive(n.Group(group)));

    public void ExpectActive(string group, string on) => Expect(IsActive(group, on), $"{group} is active on {on}");

    public void ExpectActive(string group, string on, TimeSpan within) =>
        RunUntil(() => IsActive(group, on), within, $"{group} is active on {on}");

    public void ExpectNowhere(string group) => Expect(!IsAnywhere(group), $"{group} is active nowhere");

    /// <summary>Lets time pass; the group must be active on this node at every moment of it.</summary>
    public void ExpectStays(string group, string on, TimeSpan during)
    {
        var lost = Run(Now + during.Ticks, () => !IsActive(group, on));
        Expect(!lost, $"{group} stays active on {on}");
    }

    /// <summary>Lets time pass; nothing of the group may be active on this node at any moment of it.</summary>
    public void ExpectNeverActive(string group, string on, TimeSpan during)
    {
        var started = Run(Now + during.Ticks, () => this[on].AnyActive(this[on].Group(group)));
        Expect(!started, $"{group} is never active on {on}");
    }

    public void Expect(bool holds, [CallerArgumentExpression(nameof(holds))] string? what = null)
    {
        if (!holds)
        {
            throw Failed("expected: " + what);
        }
    }

    /// <summary>SplitMix64: every start of every node gets another one, the same in every run.</summary>
    private ulong NextNonce()
    {
        _nextNonce += 0x9E3779B97F4A7C15;
        var z = _nextNonce;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
