using HaCore.Configuration;
using HaCore.Engine;
using Microsoft.Extensions.DependencyInjection;

namespace HaCore.Hosting;

/// <summary>
/// Keeps this machine from being reset while its engine lives, and lets it be reset otherwise (rule F). A thread of its own looks once per keep-alive interval:
/// a keep-alive goes out only if the engine has completed a step since the last look. So an engine that hangs, throws or has ended is betrayed by
/// the next look, whatever its frames last said; an engine that has lost its peer and is deciding steps on and is alive (a watchdog that counts "no peer"
/// as dead kills survivors).
/// </summary>
/// <remarks>
/// Nothing on this thread waits for the pool, a disk, a logger or user code; it allocates nothing. Only an end of which the
/// engine says so disarms (<see cref="Decision.Exit.MayDisarm"/>): after any other, something may still be active here, and the peer may count on the reset.
/// </remarks>
internal sealed class SelfFencingGuard : IAsyncDisposable
{
    private readonly ISelfFencing _device;
    private readonly SelfFencingTimes _armed;
    private readonly TimeSpan _margin;
    private readonly EngineClock _clock;
    private readonly WaitPoint _wait;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Action<string>? _report;
    private Func<long>? _readSteps;
    private Phase _phase = Phase.Starting;
    private long _steps;
    private bool _hasThread;
    private bool _failureTold;

    private SelfFencingGuard(ISelfFencing device, SelfFencingTimes armed, SelfFencingDefinition definition, EngineTimes times, EngineClock clock)
    {
        _device = device;
        _armed = armed;
        _margin = definition.Margin;
        _clock = clock;
        _wait = new WaitPoint(clock);
        Effective = new EngineSelfFencing(definition.RightTime, SelfFencingRules.CertainTime(definition.RightTime, armed, definition.Margin));
        Description = SelfFencingRules.Describe(Effective, armed, definition.Margin, times);
    }

    private enum Phase
    {
        /// <summary>Armed, and the engine has not begun to run.</summary>
        Starting = 0,
        Running,

        /// <summary>Nobody counts on the reset: to be disarmed.</summary>
        Released,

        /// <summary>Never another keep-alive.</summary>
        Given,
    }

    /// <summary>The device, for what it has to say at start.</summary>
    public ISelfFencing Device => _device;

    /// <summary>For the engine's configuration: with the times as the device really has them.</summary>
    public EngineSelfFencing Effective { get; }

    /// <summary>The inequality with its numbers.</summary>
    public string Description { get; }

    /// <summary>Bytes that the thread has allocated, as it last looked. For the test that counts them.</summary>
    public long AllocatedBytes { get; private set; }

    /// <summary>Completes when the thread has ended.</summary>
    public Task Ended => _ended.Task;

    /// <summary>Arms the device: from here on this machine is reset unless <see cref="Start"/> follows. Null when none is configured.</summary>
    /// <param name="definition">The cluster.</param>
    /// <param name="state">What the disk says may be active here.</param>
    /// <param name="bootId">Of this boot.</param>
    /// <param name="services">Makes the device.</param>
    /// <param name="clock">The engine's.</param>
    /// <exception cref="IOException">It cannot be armed.</exception>
    /// <exception cref="InvalidOperationException">Its times do not fit the cluster's, or an earlier program of this boot owes the peer a reset that did not happen.</exception>
    public static SelfFencingGuard? Arm(ClusterDefinition definition, PersistentState state, string bootId, IServiceProvider services, EngineClock clock)
    {
        if (definition.SelfFencing is not { } selfFencing)
        {
            return null;
        }

        var device = selfFencing.Create(services);
        if (state.ArmedBootId == bootId)
        {
            // A program of this boot died after it had promised the reset. The device is not even opened: that would put the dead program's reset off, and a host that
            // fails at every start would put it off for ever.
            device.Reset("an earlier program of this boot has promised this reset to the peer and died");
            Blocking.Wait(Disposal.DisposeAsync(device));
            throw new InvalidOperationException("An earlier program of this boot died after the peer was told that this machine resets itself, so the peer may be taking the groups over while their " +
                "resources run on here. The reset was ordered and has not happened: reset this machine by hand. Nothing is started here before that.");
        }

        var isArmed = false;
        try
        {
            var armed = device.Arm();
            isArmed = true;
            return SelfFencingRules.CheckArmed(armed, definition.Engine.Times) is { } refusal
                ? throw new InvalidOperationException(refusal)
                : new SelfFencingGuard(device, armed, selfFencing, definition.Engine.Times, clock);
        }
        catch
        {
            if (isArmed)
            {
                device.Disarm();
            }

            Blocking.Wait(Disposal.DisposeAsync(device));
            throw;
        }
    }

    /// <summary>Begins to keep the machine alive while it starts.</summary>
    /// <param name="cluster">Names the thread.</param>
    /// <param name="readSteps">Steps that the engine has completed: its proof of life.</param>
    /// <param name="prepareThread">Called first on the thread: real-time priority.</param>
    /// <param name="report">Takes what an operator must know. Must not block.</param>
    public void Start(string cluster, Func<long> readSteps, Action prepareThread, Action<string> report)
    {
        _readSteps = readSteps;
        _report = report;
        _hasThread = true;
        new Thread(() => Run(prepareThread)) { IsBackground = true, Name = $"hacore {cluster} keep-alive" }.Start();
    }

    /// <summary>From now on only the engine's steps count.</summary>
    public void EngineStarts() => Enter(Phase.Running);

    /// <summary>
    /// Disarms. Called by the engine's thread when it has ended and nobody counts on the reset: everything is stopped, or the operator's maintenance leaves it
    /// running on purpose and the peer has heard so. Whether the last frame, which says one of the two, leaves before or after makes no difference.
    /// </summary>
    public void Release() => Enter(Phase.Released);

    /// <summary>Resets this machine: no keep-alive follows, then the device is asked to do it at once.</summary>
    public void Reset(string reason)
    {
        Enter(Phase.Given);
        _device.Reset(reason);
    }

    /// <summary>Ends the thread. Disarms only if the engine said so, or has never run.</summary>
    public async ValueTask DisposeAsync()
    {
        bool neverRan;
        lock (_wait.Gate)
        {
            neverRan = _phase == Phase.Starting;
        }

        Enter(neverRan ? Phase.Released : Phase.Given);
        if (_hasThread)
        {
            await _ended.Task.WaitAsync(_armed.Timeout, TimeProvider.System).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        else if (neverRan)
        {
            Disarm();
        }

        await Disposal.DisposeAsync(_device).ConfigureAwait(false);
        _wait.Close();
    }

    /// <summary>Phases only go forward: what was released stays so, and nothing revives what was given up.</summary>
    private void Enter(Phase phase)
    {
        lock (_wait.Gate)
        {
            if (phase > _phase && _phase != Phase.Released)
            {
                _phase = phase;
                _wait.Wake();
            }
        }
    }

    private void Run(Action prepareThread)
    {
        prepareThread();
        var look = _clock.Now;
        Phase phase;
        while ((phase = WaitFor(look)) < Phase.Released)
        {
            var now = _clock.Now;
            look = now + _armed.KeepAliveInterval;   // fixed delay: a look that came late is not followed by a burst
            if (IsAlive(phase))
            {
                KeepAlive();
                CheckDelay(now, phase);
            }

            AllocatedBytes = GC.GetAllocatedBytesForCurrentThread();
        }

        if (phase == Phase.Released)
        {
            Disarm();
        }

        _ended.SetResult();
    }

    private Phase WaitFor(Instant look)
    {
        lock (_wait.Gate)
        {
            while (_phase < Phase.Released && _wait.WaitOnce(look))
            {
            }

            return _phase;
        }
    }

    private bool IsAlive(Phase phase)
    {
        if (phase == Phase.Starting)
        {
            return true;   // nothing is active here yet
        }

        var steps = _readSteps!();
        var hasStepped = steps != _steps;
        _steps = steps;
        return hasStepped;
    }

    private void KeepAlive()
    {
        try
        {
            _device.KeepAlive();
        }
#pragma warning disable CA1031 // Whatever it was: the machine is reset unless a later one works, and the operator should know why.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Tell($"the keep-alive of self-fencing failed: {exception.Message}; unless it works again this machine is reset within {Rules.Text(_armed.Timeout)}");
        }
    }

    // Frozen between the look and the keep-alive, the thread has put the reset off on the word of an engine that may be long dead: the peer's wait covers the margin only.
    private void CheckDelay(Instant looked, Phase phase)
    {
        var delay = _clock.Now - looked;
        if (delay > _margin && phase == Phase.Running)
        {
            Reset($"a keep-alive came {Rules.Text(delay)} after the proof of life that it was for; the peer's wait covers {Rules.Text(_margin)}");
        }
    }

    private void Disarm()
    {
        try
        {
            _device.Disarm();
        }
#pragma warning disable CA1031 // Nothing is active here; the machine is reset for nothing, which an operator should hear beforehand.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Tell($"self-fencing was not disarmed: {exception.Message}; this machine is reset within {Rules.Text(_armed.Timeout)}");
        }
    }

    private void Tell(string what)
    {
        if (!_failureTold)
        {
            _failureTold = true;
            _report?.Invoke(what);
        }
    }
}
