using System.Collections.Concurrent;
using System.Security.Cryptography;
using HaCore.Configuration;
using HaCore.Engine;
using HaCore.State;
using HaCore.Telemetry;
using HaCore.Wire;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace HaCore.Hosting;

/// <summary>One running cluster: everything that lives from the host's start to its stop. Made by <see cref="ClusterRuntime.Open"/>.</summary>
internal sealed partial class ClusterRuntime : IAsyncDisposable
{
    /// <summary>What a well-behaved thread needs to see that it is over; one that does not is left behind, it is a background thread.</summary>
    private static readonly TimeSpan ThreadEndMax = TimeSpan.FromSeconds(2);

    // Referenced for ever: the lock of a directory that nobody refers to would end with the next garbage collection.
    private static readonly ConcurrentBag<StateDirectory> NeverReleased = [];

    private readonly KeyRing _keys;
    private readonly TimeProvider _timeProvider;
    private readonly EngineClock _clock;
    private readonly StateDirectory _directory;
    private readonly ClusterMachine _machine;
    private readonly IReadOnlyList<LinkRunner> _links;
    private readonly IReadOnlyList<IHeartbeatTransport> _transports;
    private readonly IReadOnlyList<FencingDeviceRunner> _devices;
    private readonly FrameCodec _codec;
    private readonly StateWriter _writer;
    private readonly NoticeWriter _notices;
    private readonly AgentInvoker _agents;
    private readonly FencingRunner _fencing;
    private readonly FencingWatch _fencingWatch;
    private readonly ClusterTelemetry _telemetry;
    private readonly CancellationTokenSource _linksStopping = new();
    private readonly CancellationTokenSource _fencingStopping = new();
    private readonly List<LeaseKeeper> _leases;
    private readonly ILogger _logger;
    private readonly long _incarnation;
    private bool _disposed;

    private ClusterRuntime(
        ClusterDefinition definition, KeyRing keys, StateDirectory directory, PersistentState state, string bootId, EngineClock clock, SelfFencingGuard? guard, IServiceProvider services)
    {
        var engine = definition.Engine;
        var loggers = services.GetRequiredService<ILoggerFactory>();
        var timeProvider = clock.TimeProvider;
        Definition = definition;
        _keys = keys;
        _timeProvider = timeProvider;
        _directory = directory;
        _incarnation = state.Incarnation;
        NoticeFeed = new NoticeFeed(timeProvider, state.Incarnation);
        _logger = new NoticeLogger(loggers.CreateLogger($"HaCore.{engine.Cluster}"), NoticeFeed, NoticeWriter.ShellIdsFrom);
        _clock = clock;
        _guard = guard;
        _telemetry = new ClusterTelemetry(engine.Cluster, services.GetService<System.Diagnostics.Metrics.IMeterFactory>());
        Queue = new EventQueue(_clock, engine.Links.Count, engine.Groups.Sum(group => group.Resources.Count), engine.Links.Sum(link => link.Members.Count));
        _notices = new NoticeWriter(engine.Cluster, _logger);
        _writer = new StateWriter(engine.Cluster, directory.Save, Queue, _logger);
        _agents = new AgentInvoker(definition, services, Queue, timeProvider, _telemetry, _logger);
        _devices = [.. definition.FencingDevices.Select(device => new FencingDeviceRunner(
            device, device.Create(services), engine.Cluster, engine.LocalNode, timeProvider, _notices.Write))];
        _fencing = new FencingRunner(_devices, Queue, _notices.Write, _fencingStopping.Token);
        var nonce = CreateNonce();
        _machine = new ClusterMachine(engine, state, nonce, bootId);
        Feed = new SnapshotFeed(_machine.Snapshot);
        _fencingWatch = new FencingWatch(_devices, engine.Peer, Feed, _notices.Write, timeProvider, _fencingStopping.Token);

        var frameBytesMax = FrameCodec.MaxBytes([.. engine.Groups.Select(group => group.Resources.Count)]);
        var environment = new LinkEnvironment
        {
            Clock = _clock,
            Queue = Queue,
            Notices = _notices,
            CreateCodec = () => new FrameCodec(keys, engine.ClusterHash, engine.LocalIsFirst),
            FrameBytesMax = frameBytesMax,
            HeartbeatInterval = engine.Times.HeartbeatInterval,
            PrepareThread = PrepareThread,
            Stopping = _linksStopping.Token,
            Identity = new OwnIdentity(state.Incarnation, nonce),
        };
        _transports = [.. definition.Transports.Select(create => create(services))];
        _links = [.. _transports.Select((transport, i) => CreateLink(i, transport, environment, loggers))];
        _telemetry.ObserveLinks(SampleLinks);
        _codec = environment.CreateCodec();
        var executor = new DecisionExecutor(
            _links, _codec, frameBytesMax, environment.Identity, _writer, _agents, _fencing, guard, Answers, _notices, NoticeFeed, _telemetry);
        Loop = new EngineLoop(engine.Cluster, _machine, Queue, _clock, executor, Feed, _telemetry, PrepareThread);
        _network = CreateNetworkProbe(services, out _probe);
        guard?.Start(engine.Cluster, () => Loop.Steps, PrepareThread, AddCondition);
        _leases = CreateLeases();
        Feed.Published = () => _leases.ForEach(static lease => lease.Wake());
    }

    public ClusterDefinition Definition { get; }

    public EventQueue Queue { get; }

    public AnswerBoard Answers { get; } = new();

    public SnapshotFeed Feed { get; }

    /// <summary>What the engine and the shell said, newest kept.</summary>
    public NoticeFeed NoticeFeed { get; }

    public EngineLoop Loop { get; }

    /// <summary>What "hactl fencing" prints.</summary>
    public ValueTask<OperatorCommandResult> ReportFencingAsync(CancellationToken cancellationToken) =>
        FencingReport.CreateAsync(_devices, Definition.Engine.Peer, _timeProvider, cancellationToken);

    /// <summary>Bytes that the threads of the links have allocated so far. For the test that counts them.</summary>
    internal long LinksAllocatedBytes => _links.Sum(link => link.AllocatedBytes);

    /// <summary>
    /// Opens everything and raises the incarnation on disk, before anything can be sent: a frame of an incarnation that a crash could bring back
    /// would be taken for an old one's.
    /// </summary>
    /// <exception cref="KeyFileException">No usable key.</exception>
    /// <exception cref="StateFileException">The state directory is in use, unreadable, or cannot be written.</exception>
    /// <exception cref="IOException">Self-fencing cannot be armed.</exception>
    public static ClusterRuntime Open(ClusterDefinition definition, IServiceProvider services)
    {
        SelfFencingGuard? guard = null;
        var keys = KeyFile.Load(definition.KeyFile);
        var directory = StateDirectory.Open(definition.StateDirectory, definition.Engine.Cluster);
        try
        {
            var state = directory.Load() ?? new PersistentState { Incarnation = 0, Groups = [] };
            if (state.Incarnation == uint.MaxValue)
            {
                throw new InvalidOperationException($"The incarnation counter of this node is at its end ({uint.MaxValue}): it does not wrap. Remove the node from the cluster, then let it join with a new state directory.");
            }

            state = state with { Incarnation = state.Incarnation + 1 };
            directory.Save(state);

            // Before there is a machine that could hold anything, and before the first frame, which says "armed" with the times as they are.
            var clock = new EngineClock(services.GetService<TimeProvider>() ?? TimeProvider.System);
            var bootId = BootId.Read();
            guard = SelfFencingGuard.Arm(definition, state, bootId, services, clock);
            definition = definition with { Engine = definition.Engine with { SelfFencing = guard?.Effective } };
            return new ClusterRuntime(definition, keys, directory, state, bootId, clock, guard, services);
        }
        catch
        {
            Blocking.Wait(guard?.DisposeAsync() ?? ValueTask.CompletedTask);
            directory.Dispose();
            throw;
        }
    }

    /// <summary>Compiles what a takeover needs before there is one.</summary>
    public Task RehearseAsync() => Rehearsal.RunAsync(_keys, _timeProvider);

    /// <summary>Begins to leave, if it has begun to run.</summary>
    public void LeaveIfStarted()
    {
        if (Loop.IsStarted)
        {
            Loop.Leave();
        }
    }

    /// <summary>Starts the threads; from here on frames are sent.</summary>
    public void Start()
    {
        AddStartConditions();
        StartGuards();
        _notices.Write(logger => Log.EngineStarting(logger, Definition.Engine.Cluster, Definition.Engine.LocalNode.Value, _incarnation));
        _notices.Start();
        _writer.Start();
        foreach (var link in _links)
        {
            link.Start();
        }

        Loop.Start();
        _fencingWatch.Start();
        _leases.ForEach(static lease => lease.Start());
    }

    /// <summary>The newest snapshot with the live numbers of this moment.</summary>
    public ClusterSnapshot TakeSnapshot() => Merge(Feed.Current, Feed.Conditions);

    /// <summary>Adds live numbers and the shell's conditions. On the reader's thread.</summary>
    public ClusterSnapshot Merge(ClusterSnapshot snapshot, IReadOnlyList<string> conditions)
    {
        var samples = SampleLinks();
        var links = new LinkSnapshot[snapshot.Links.Count];
        for (var i = 0; i < links.Length; i++)
        {
            var sample = samples[i];
            links[i] = snapshot.Links[i] with
            {
                LastHeard = sample.LastHeard,
                Received = sample.Received,
                Lost = sample.Lost,
                Late = sample.Late,
                Rejected = sample.Rejected,
                RoundTrip = sample.RoundTrip,
            };
        }

        return snapshot with
        {
            Links = links,
            EngineSteps = Loop.Steps,
            Conditions = conditions.Count == 0 ? snapshot.Conditions : [.. snapshot.Conditions, .. conditions],
        };
    }

    /// <summary>Ends the links: the last frame goes out, then the receive threads end.</summary>
    public async Task CloseLinksAsync()
    {
        foreach (var link in _links)
        {
            link.StopSending(flush: true);
        }

        await WaitBriefly(Task.WhenAll(_links.Select(link => link.SendingEnded))).ConfigureAwait(false);
        foreach (var link in _links)
        {
            link.StopReceiving();
        }

        await _linksStopping.CancelAsync().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); // what a transport hung on its token may throw
        var ended = Task.WhenAll(_links.Select(link => link.Ended));
        if (!await WaitBriefly(ended).ConfigureAwait(false))
        {
            await WaitBriefly(Task.WhenAll(_links.Select(link => link.AbandonAsync().AsTask()))).ConfigureAwait(false);
            await WaitBriefly(ended).ConfigureAwait(false);
        }
    }

    /// <summary>Ends everything that still runs and releases what is held; the state directory last. After <see cref="Start"/> or without it.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        var hasEnded = true;
        if (Loop.IsStarted)
        {
            Loop.Abort();
            hasEnded &= await WaitBriefly(Loop.Ended).ConfigureAwait(false);
            await CloseLinksAsync().ConfigureAwait(false);
            _leases.ForEach(static lease => lease.Stop());
            hasEnded &= await WaitBriefly(LeasesEnded).ConfigureAwait(false);
            _writer.Stop();
            hasEnded &= await WaitBriefly(_writer.Ended).ConfigureAwait(false);
        }

        hasEnded &= await EndGuardsAsync().ConfigureAwait(false);
        Answers.Close("the cluster has ended on this node");
        Feed.Complete();
        await _fencingStopping.CancelAsync().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (await WaitBriefly(Task.WhenAll(_agents.EndAsync(), LeasesEnded, _fencing.Ended, _fencingWatch.Ended)).ConfigureAwait(false))
        {
            // Never under a running operation: what it still does is better done with its agent or device than without.
            await _agents.DisposeAsync().ConfigureAwait(false);
            await DisposePartsAsync(_devices.Select(device => device.Device)).ConfigureAwait(false);
        }
        else
        {
            hasEnded = false;
        }

        await DisposePartsAsync(_transports).ConfigureAwait(false);

        _codec.Dispose();
        _telemetry.Dispose();
        if (Loop.IsStarted)
        {
            _notices.Stop();
            await WaitBriefly(_notices.Ended).ConfigureAwait(false);
        }

        NoticeFeed.Complete();

        if (hasEnded)
        {
            _directory.Dispose();
        }
        else
        {
            NeverReleased.Add(_directory); // locked until the process ends (rule N): what still runs may still write or start something
        }

        Queue.Close();
        _linksStopping.Dispose();
        _fencingStopping.Dispose();
    }

    /// <summary>The numbers of the links now.</summary>
    internal IReadOnlyList<LinkSample> SampleLinks()
    {
        var now = _clock.Now;
        var samples = new LinkSample[_links.Count];
        for (var i = 0; i < samples.Length; i++)
        {
            var statistics = _machine.Links[i];
            var heard = Interlocked.Read(ref statistics.LastHeardTicks);
            var roundTrip = Interlocked.Read(ref statistics.RoundTripTicks);
            samples[i] = new LinkSample(
                Definition.Engine.Links[i].Name,
                _links[i].Sent,
                Interlocked.Read(ref statistics.Received),
                Interlocked.Read(ref statistics.Lost),
                Interlocked.Read(ref statistics.Late),
                Interlocked.Read(ref statistics.Rejected),
                roundTrip < 0 ? null : new TimeSpan(roundTrip),
                heard < 0 ? null : now - new Instant(heard));
        }

        return samples;
    }

    private static ulong CreateNonce()
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        RandomNumberGenerator.Fill(bytes);
        return BitConverter.ToUInt64(bytes) | 1;   // zero means "none heard" in an echo
    }

    // Real time, whatever the provider: it bounds how long a host's stop can hang on a foreign thread.
    private static async Task<bool> WaitBriefly(Task task)
    {
        await task.WaitAsync(ThreadEndMax, TimeProvider.System).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return task.IsCompleted; // also when it failed: it has ended
    }

    private async Task DisposePartsAsync(IEnumerable<object> parts)
    {
        foreach (var part in parts)
        {
            try
            {
                await Disposal.DisposeAsync(part).ConfigureAwait(false);
            }
#pragma warning disable CA1031 // One part that cannot be disposed must not keep the others, and the state directory, from it.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                Log.PartNotDisposed(new QuietLogger(_logger), exception, part.GetType().Name);
            }
        }
    }

    private LinkRunner CreateLink(int index, IHeartbeatTransport transport, LinkEnvironment environment, ILoggerFactory loggers)
    {
        var engine = Definition.Engine;
        var context = new HeartbeatLinkContext
        {
            Cluster = engine.Cluster,
            Link = engine.Links[index].Name,
            LocalNode = engine.LocalNode,
            Peer = engine.Peer,
            FrameBytesMax = environment.FrameBytesMax,
            Interval = engine.Links[index].Interval,
            TimeProvider = _clock.TimeProvider,
            LoggerFactory = loggers,
            MemberChanged = state => PostMember(index, state),
            PrepareThread = PrepareThread,
        };
        return new LinkRunner(index, transport, context, environment, _machine.Links[index]);
    }

    private void PostMember(int link, HeartbeatMemberState state)
    {
        var links = Definition.Engine.Links;
        var member = links[link].Members.TakeWhile(name => name != state.Member).Count();
        if (member == links[link].Members.Count)
        {
            throw new ArgumentException($"The link \"{links[link].Name}\" has no member \"{state.Member}\": a composite reports its own members only.", nameof(state));
        }

        var ordinal = links.Take(link).Sum(other => other.Members.Count) + member;
        Queue.PostMember(ordinal, new ClusterEvent.LinkMemberChanged(link, member, state.IsAlive, state.IsActive, state.Detail));
    }
}
