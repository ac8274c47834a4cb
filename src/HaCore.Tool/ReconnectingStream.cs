using System.Runtime.CompilerServices;
using Polly;
using Polly.Retry;

namespace HaCore.Tool;

/// <summary>A stream of events that outlives the host: after the host has ended it goes on where it was, as soon as one answers again, and says so on standard error.</summary>
internal sealed class ReconnectingStream(ToolSession session, string path)
{
    private static readonly TimeSpan DelayFirst = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan DelayMax = TimeSpan.FromSeconds(5);   // a node that boots is seen soon enough, a dead one costs nothing

    private readonly ResiliencePipeline<HttpResponseMessage> _patience = new ResiliencePipelineBuilder<HttpResponseMessage> { TimeProvider = session.Console.TimeProvider }
        .AddRetry(new RetryStrategyOptions<HttpResponseMessage>
        {
            // Also while it says that it cannot: a host that starts makes its socket before it lets the group in.
            ShouldHandle = new PredicateBuilder<HttpResponseMessage>().Handle<ToolException>(failure => failure.ExitCode is ExitCode.NotReachable or ExitCode.NotPermitted),
            MaxRetryAttempts = int.MaxValue,
            BackoffType = DelayBackoffType.Exponential,
            Delay = DelayFirst,
            MaxDelay = DelayMax,
        })
        .Build();

    /// <param name="eventType">Others are passed over: a newer host may send some.</param>
    /// <param name="positionOf">Where the reader is after an event, from its id; null for streams without positions.</param>
    /// <param name="isFollowing">Go on when the host has ended the stream?</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public async IAsyncEnumerable<string> ReadAsync(
        string eventType, Func<string?, string?> positionOf, bool isFollowing, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string? position = null;
        for (var isFirst = true; ; isFirst = false)
        {
            // A tool that was started where no host is ends at once and says so; one that has seen the host waits for it.
            using var response = isFirst
                ? await session.Client.OpenStreamAsync(path, position, cancellationToken).ConfigureAwait(false)
                : await _patience.ExecuteAsync(async token => await session.Client.OpenStreamAsync(path, position, token).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
            if (!isFirst)
            {
                await session.Console.Error.WriteLineAsync("hactl: connected again").ConfigureAwait(false);
            }

            await foreach (var item in ControlClient.ReadEventsAsync(response, cancellationToken).ConfigureAwait(false))
            {
                if (item.EventType == eventType)
                {
                    position = positionOf(item.EventId) ?? position;
                    yield return item.Data;
                }
            }

            if (!isFollowing)
            {
                yield break;
            }

            await session.Console.Error.WriteLineAsync("hactl: the host has ended; waiting for it to come back").ConfigureAwait(false);
        }
    }
}
