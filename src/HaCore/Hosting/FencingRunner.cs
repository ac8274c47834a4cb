using System.Text;
using HaCore.Engine;
using Microsoft.Extensions.Logging;

namespace HaCore.Hosting;

/// <summary>
/// Carries fence orders out: levels in ascending order, all devices of a level one after the other, the next level after a device that did not confirm.
/// Exactly one answer per order, only when the last device's task has ended (rule F). Whatever happens in here is an answer too: an order without one
/// would hold the engine under rule H for ever.
/// </summary>
internal sealed class FencingRunner
{
    private readonly IReadOnlyList<FencingDeviceRunner> _devices;
    private readonly EventQueue _queue;
    private readonly Action<Action<ILogger>> _log;
    private readonly CancellationToken _stopping;
    private Task _running = Task.CompletedTask;
    private volatile bool _isOpen;   // an order has no answer yet

    /// <param name="devices">In ascending order of their levels.</param>
    /// <param name="queue">Where the answers go.</param>
    /// <param name="log">Takes a line and returns at once: a log that blocks must not keep a machine from being cut off.</param>
    /// <param name="stopping">The host stops.</param>
    public FencingRunner(IReadOnlyList<FencingDeviceRunner> devices, EventQueue queue, Action<Action<ILogger>> log, CancellationToken stopping)
    {
        _devices = devices;
        _queue = queue;
        _log = log;
        _stopping = stopping;
    }

    /// <summary>Completes when no attempt runs.</summary>
    public Task Ended => _running;

    /// <summary>Starts an attempt. Called on the engine's thread: only queues work.</summary>
    public void Begin(Decision.Fence fence)
    {
        if (_isOpen)
        {
            throw new InvalidOperationException($"Fence attempt {fence.Attempt} of {fence.Target} was ordered while another one is in flight.");
        }

        _isOpen = true;
        _running = Task.Run(() => RunAsync(fence), CancellationToken.None);
    }

    private async Task RunAsync(Decision.Fence fence)
    {
        FenceResult result;
        try
        {
            result = await FenceAsync(fence).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // A bug of this class must not become an order that is never answered.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            result = FenceResult.Unknown($"the fencing devices could not be run: {exception.GetType().Name}: {exception.Message}");
        }

        _isOpen = false;
        _queue.Post(new ClusterEvent.FenceCompleted(fence.Attempt, result));
    }

    private async ValueTask<FenceResult> FenceAsync(Decision.Fence fence)
    {
        if (_devices.Count == 0)
        {
            return FenceResult.Failed("no fencing device is configured");
        }

        var sum = new Sum();
        foreach (var level in _devices.GroupBy(device => device.Level))
        {
            sum.BeginLevel(level.Key);
            var isConfirmed = true;
            foreach (var device in level)
            {
                isConfirmed = isConfirmed && await TryAsync(device, fence, sum).ConfigureAwait(false);
            }

            if (isConfirmed)
            {
                return FenceResult.Confirmed(sum.Text);
            }
        }

        return sum.HasDoubt ? FenceResult.Unknown(sum.Text) : FenceResult.Failed(sum.Text);
    }

    private async ValueTask<bool> TryAsync(FencingDeviceRunner device, Decision.Fence fence, Sum sum)
    {
        var result = await device.FenceAsync(fence.Target, fence.Reason, _stopping).ConfigureAwait(false);
        _log(logger => Log.FencingDeviceEnded(logger, device.Name, fence.Target.Value, result.Outcome.ToString(), result.Detail));
        sum.Add(device.Name, result);
        return result.Outcome == FenceOutcome.Confirmed;
    }

    /// <summary>What every device said, for the operator.</summary>
    private sealed class Sum
    {
        private readonly StringBuilder _text = new();
        private bool _isFirst;

        /// <summary>Something may have been done to the target: a device does not know, or did its part of a level that then failed.</summary>
        public bool HasDoubt { get; private set; }

        public string Text => _text.ToString();

        public void BeginLevel(int level)
        {
            _text.Append(_text.Length == 0 ? "" : "; ").Append("level ").Append(level).Append(": ");
            _isFirst = true;
        }

        public void Add(string device, FenceResult result)
        {
            HasDoubt |= result.Outcome != FenceOutcome.Failed;
            _text.Append(_isFirst ? "" : ", ").Append(device).Append(' ').Append(Word(result.Outcome));
            if (!string.IsNullOrEmpty(result.Detail))
            {
                _text.Append(" (").Append(result.Detail).Append(')');
            }

            _isFirst = false;
        }

        private static string Word(FenceOutcome outcome) => outcome switch
        {
            FenceOutcome.Confirmed => "confirmed",
            FenceOutcome.Failed => "failed",
            FenceOutcome.Unknown => "does not know",
        };
    }
}
