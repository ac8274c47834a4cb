using HaCore.Engine;
using Microsoft.Extensions.Logging;

namespace HaCore.Hosting;

/// <summary>
/// Renews the lease of one resource, on a thread of its own: neither a busy thread pool nor the agent of another resource may cost a healthy node
/// its address. It asks for permission before each renewal and repeats nothing by itself: without an engine that makes progress the lease runs out.
/// </summary>
/// <remarks>
/// Renewals are due at multiples of the interval on the engine's clock, so that equal leases of a node end together: the kernel looks for expired
/// addresses at most once a second.
/// </remarks>
internal sealed class LeaseKeeper
{
    private readonly ResourceRunner _runner;
    private readonly Func<LeasePermission?> _permission;   // null: the engine has not spoken for too long
    private readonly LeaseTimes _times;
    private readonly EngineClock _clock;
    private readonly Action _prepareThread;
    private readonly ILogger _logger;
    private readonly LeaseRenewal _renewal;
    private readonly LeaseRenewal _runsOn;
    private readonly WaitPoint _wait;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _woken;
    private bool _stopped;
    private LeasePermission _done;   // what the last renewal was for: a change is acted upon at once
    private bool _isFailing;

    public LeaseKeeper(
        ResourceRunner runner, Func<LeasePermission?> permission, LeaseTimes times, EngineClock clock, Action prepareThread, ILogger logger)
    {
        _runner = runner;
        _permission = permission;
        _times = times;
        _clock = clock;
        _prepareThread = prepareThread;
        _logger = new QuietLogger(logger);
        _wait = new WaitPoint(clock);
        _renewal = Create(LeasePermission.Granted);
        _runsOn = Create(LeasePermission.RunsOn);
    }

    /// <summary>Completes when the thread has ended.</summary>
    public Task Ended => _ended.Task;

    public void Start() => new Thread(Run) { IsBackground = true, Name = $"hacore lease {_runner.Name}" }.Start();

    /// <summary>Something that permission depends on may have changed. Never waits for a renewal.</summary>
    public void Wake()
    {
        lock (_wait.Gate)
        {
            _woken = true;
            _wait.Wake();
        }
    }

    /// <summary>Ends the thread. What is to run on without this program (rule W) is seen to before.</summary>
    public void Stop()
    {
        lock (_wait.Gate)
        {
            _stopped = true;
            _wait.Wake();
        }
    }

    private void Run()
    {
        _prepareThread();
        var due = _clock.Now;
        while (Wait(due))
        {
            due = RenewIfAllowed(due);
        }

        if (_permission() == LeasePermission.RunsOn && _done != LeasePermission.RunsOn)
        {
            Renew(LeasePermission.RunsOn);
        }

        _wait.Close();
        _ended.SetResult();
    }

    /// <summary>False when the thread is to end.</summary>
    private bool Wait(Instant due)
    {
        lock (_wait.Gate)
        {
            while (!_stopped && !_woken && _wait.WaitOnce(due))
            {
            }

            _woken = false;
            return !_stopped;
        }
    }

    private Instant RenewIfAllowed(Instant due)
    {
        var now = _clock.Now;
        if (_permission() is not { } permission)
        {
            // Asked again soon: after a pause of the whole program this thread may wake before the engine has found out what the pause means.
            _done = LeasePermission.Withheld;
            return now + _times.AskAgain;
        }

        if (permission == LeasePermission.Withheld)
        {
            _done = LeasePermission.Withheld;
            return Instant.Never;   // until a snapshot says otherwise
        }

        if (now < due && permission == _done)
        {
            return due;
        }

        if (!Renew(permission))
        {
            _done = LeasePermission.Withheld;
            return now + _times.AskAgain;
        }

        _done = permission;
        return new Instant(((now.Ticks / _times.Interval.Ticks) + 1) * _times.Interval.Ticks);
    }

    private bool Renew(LeasePermission permission)
    {
        string? failure;
        try
        {
            failure = _runner.Renew(permission == LeasePermission.RunsOn ? _runsOn : _renewal) switch
            {
                null => "",   // being started or stopped: nothing to renew, and nothing to tell
                { Outcome: OperationOutcome.Succeeded } => null,
                { } refused => refused.Detail ?? "no detail",
            };
        }
#pragma warning disable CA1031 // The one place where what an agent throws in a renewal ends: the lease runs out, and the probe tells the engine.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            failure = $"{exception.GetType().Name}: {exception.Message}";
        }

        if (failure is null && _isFailing)
        {
            _isFailing = false;
            Log.LeaseRenewedAgain(_logger, _runner.Name.Value);
        }
        else if (failure is { Length: > 0 } && !_isFailing)
        {
            _isFailing = true;
            Log.LeaseNotRenewed(_logger, _runner.Name.Value, failure);
            _runner.RequestProbe();
        }

        return failure is null;
    }

    private LeaseRenewal Create(LeasePermission permission) => new(() => _permission() == permission)
    {
        Resource = _runner.Name,
        DeadTime = _times.DeadTime,
        TimeProvider = _clock.TimeProvider,
        RunsOn = permission == LeasePermission.RunsOn,
    };
}

/// <param name="Interval">Between two renewals.</param>
/// <param name="AskAgain">From a refusal or failure to the next try.</param>
/// <param name="DeadTime">The cluster's.</param>
internal sealed record LeaseTimes(TimeSpan Interval, TimeSpan AskAgain, TimeSpan DeadTime);
