using Microsoft.Extensions.Logging;

namespace HaCore.Hosting;

/// <summary>
/// Looks at the fencing devices all the time, because the network of the management boards is one that nobody uses until it is needed. A device that
/// cannot be reached is a lasting condition in the status, and is told once.
/// </summary>
internal sealed class FencingWatch
{
    /// <summary>A look that failed is repeated so soon, and only the second failure in a row counts: both nodes look, and many boards take one login at a time.</summary>
    private static readonly TimeSpan RepeatAfter = TimeSpan.FromSeconds(5);
    private const int FailuresMin = 2;
    private const string SumKey = "fencing";

    private readonly IReadOnlyList<FencingDeviceRunner> _devices;
    private readonly FencingDeviceState[] _states;
    private readonly int[] _failures;   // in a row; each is of its device's own loop
    private readonly NodeId _peer;
    private readonly SnapshotFeed _feed;
    private readonly Action<Action<ILogger>> _log;
    private readonly TimeProvider _timeProvider;
    private readonly CancellationToken _stopping;
    private readonly Lock _gate = new();   // one loop for each device, on the pool; the sum is of all of them

    public FencingWatch(
        IReadOnlyList<FencingDeviceRunner> devices, NodeId peer, SnapshotFeed feed, Action<Action<ILogger>> log, TimeProvider timeProvider, CancellationToken stopping)
    {
        _devices = devices;
        _states = new FencingDeviceState[devices.Count];
        _failures = new int[devices.Count];
        _peer = peer;
        _feed = feed;
        _log = log;
        _timeProvider = timeProvider;
        _stopping = stopping;
    }

    /// <summary>Completes when nothing is looked at any more.</summary>
    public Task Ended { get; private set; } = Task.CompletedTask;

    /// <summary>Starts to look; returns at once.</summary>
    public void Start() => Ended = Task.WhenAll(
        Enumerable.Range(0, _devices.Count).Where(i => _devices[i].MonitorInterval > TimeSpan.Zero).Select(i => Task.Run(() => RunAsync(i), CancellationToken.None)));

    /// <summary>Looks at one device and draws the conclusions.</summary>
    /// <returns>How long until the next look.</returns>
    internal async ValueTask<TimeSpan> LookAsync(int index)
    {
        var device = _devices[index];
        if (await device.LookAsync(_peer, _stopping).ConfigureAwait(false) is not { } health)
        {
            return device.MonitorInterval;   // a fence was in the way
        }

        _failures[index] = health.State == FencingDeviceState.Unusable ? _failures[index] + 1 : 0;
        if (_failures[index] is > 0 and < FailuresMin)
        {
            return RepeatAfter < device.MonitorInterval ? RepeatAfter : device.MonitorInterval;
        }

        Note(index, health);
        return device.MonitorInterval;
    }

    private async Task RunAsync(int index)
    {
        try
        {
            while (!_stopping.IsCancellationRequested)
            {
                await Task.Delay(await LookAsync(index).ConfigureAwait(false), _timeProvider, _stopping).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // The host stops.
        }
    }

    private void Note(int index, FencingDeviceHealth health)
    {
        var name = _devices[index].Name;
        lock (_gate)
        {
            var before = _states[index];
            _states[index] = health.State;
            _feed.SetCondition($"{SumKey} {name}", health.State == FencingDeviceState.Unusable ? $"fencing device \"{name}\" is unusable: {health.Detail}" : null);
            _feed.SetCondition(SumKey, HasWholeLevel() ? null :
                "fencing is unusable: no level has all its devices; if the peer dies now, nothing is taken over until an operator confirms that it is down");
            if (before != FencingDeviceState.Unusable && health.State == FencingDeviceState.Unusable)
            {
                var isLast = !HasWholeLevel();
                _log(logger => Log.FencingDeviceUnusable(logger, name, health.Detail, isLast ? "no level has all its devices" : "another level has all its devices"));
            }
            else if (before == FencingDeviceState.Unusable && health.State != FencingDeviceState.Unusable)
            {
                _log(logger => Log.FencingDeviceUsable(logger, name, health.Detail));
            }
        }
    }

    private bool HasWholeLevel() => Enumerable.Range(0, _devices.Count).GroupBy(i => _devices[i].Level).Any(level => level.All(i => _states[i] != FencingDeviceState.Unusable));
}
