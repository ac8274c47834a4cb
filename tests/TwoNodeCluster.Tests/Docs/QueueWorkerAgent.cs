#pragma warning disable CA1001 // The last Stop comes before the process ends, and leaves nothing to dispose.
#region agent
using HaCore;

#endregion

namespace TwoNodeCluster.Tests.Docs;

#region agent
/// <summary>Works through a queue, on one node at a time.</summary>
public sealed class QueueWorkerAgent : IResourceAgent
{
    private CancellationTokenSource? _stop;
    private Task _work = Task.CompletedTask;

    public ValueTask<ProbeResult> ProbeAsync(OperationContext context, CancellationToken cancellationToken) =>
        new(_stop is null ? ProbeResult.Stopped
            : _work.IsCompleted ? ProbeResult.Failed("the worker ended by itself")
            : ProbeResult.Running);

    public async ValueTask<OperationResult> StartAsync(OperationContext context, CancellationToken cancellationToken)
    {
        await StopAsync(context, cancellationToken);        // a worker that ended by itself is cleaned up first
        _stop = new CancellationTokenSource();
        _work = WorkAsync(context.Term, _stop.Token);       // the term lets the queue refuse a former owner
        return OperationResult.Succeeded;
    }

    public async ValueTask<OperationResult> StopAsync(OperationContext context, CancellationToken cancellationToken)
    {
        if (_stop is { } stop)
        {
            await stop.CancelAsync();
            await _work.WaitAsync(cancellationToken);       // stopped means stopped: the other node starts after this line
            _stop = null;
        }

        return OperationResult.Succeeded;
    }

    private static async Task WorkAsync(long term, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            // take one order, pass on the term, write the result
            await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
#endregion
