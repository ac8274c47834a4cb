using HaCore.Engine;
using Microsoft.Extensions.Logging;

namespace HaCore.Hosting;

/// <summary>Runs the fencing devices, in order, until one confirms. Exactly one answer per order, only when the last device's task has ended (rule F).</summary>
internal sealed class FencingRunner
{
    private readonly IReadOnlyList<IFencingDevice> _devices;
    private readonly EventQueue _queue;
    private readonly ILogger _logger;
    private readonly CancellationToken _stopping;
    private Task _running = Task.CompletedTask;

    public FencingRunner(IReadOnlyList<IFencingDevice> devices, EventQueue queue, ILogger logger, CancellationToken stopping)
    {
        _devices = devices;
        _queue = queue;
        _logger = new QuietLogger(logger);
        _stopping = stopping;
    }

    /// <summary>Completes when no attempt runs.</summary>
    public Task Ended => _running;

    /// <summary>Starts an attempt. Called on the engine's thread: only queues work.</summary>
    public void Begin(Decision.Fence fence) => _running = Task.Run(() => RunAsync(fence), CancellationToken.None);

    private async Task RunAsync(Decision.Fence fence)
    {
        var result = FenceResult.Failed("no fencing device is configured");
        foreach (var device in _devices)
        {
            result = await TryAsync(device, fence.Target).ConfigureAwait(false);
            Log.FencingDeviceEnded(_logger, device.GetType().Name, fence.Target.Value, result.Outcome.ToString(), result.Detail);
            if (result.Outcome == FenceOutcome.Confirmed)
            {
                break;
            }
        }

        _queue.Post(new ClusterEvent.FenceCompleted(fence.Attempt, result));
    }

    private async ValueTask<FenceResult> TryAsync(IFencingDevice device, NodeId target)
    {
        try
        {
            return await device.FenceAsync(target, _stopping).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // The one place where a device's exceptions end: whether it cut the target off is unknown.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Log.FencingDeviceFaulted(_logger, exception, device.GetType().Name);
            return FenceResult.Unknown($"{device.GetType().Name} threw {exception.GetType().Name}: {exception.Message}");
        }
    }
}
