using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace HaCore.Control;

/// <summary>
/// One stream of server-sent events to one reader. Written by hand, because the framework's writer of such events knows no comments, and those keep an idle stream
/// alive. A reader that does not read holds nothing but itself: the feeds behind it skip what it misses.
/// </summary>
internal sealed class EventStream(HttpContext http, TimeProvider timeProvider)
{
    private static readonly byte[] Comment = ":\n\n"u8.ToArray();
    private static readonly TimeSpan ClosingMax = TimeSpan.FromSeconds(1);   // for the last events, when the server is asked to end

    /// <summary>Go on when there is nothing more at the moment?</summary>
    public bool Follow { get; init; } = true;

    /// <summary>How often something is said when nothing happens. Default: below the 30 s after which the strictest common proxies give up.</summary>
    public TimeSpan IdleInterval { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>What is said then.</summary>
    public Func<byte[]> Idle { get; set; } = static () => Comment;

    /// <param name="open">The events, formatted; asked for the next only when the last is written.</param>
    public async Task SendAsync(Func<CancellationToken, IAsyncEnumerable<byte[]>> open)
    {
        http.Response.ContentType = "text/event-stream";
        http.Response.Headers.CacheControl = "no-cache, no-store";
        http.Response.Headers["X-Accel-Buffering"] = "no";   // nginx would collect 4 kB first
        http.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted);
        // Raised when the server begins to stop. A stream that ignored it would hold up the stop of a whole web application until its timeout.
        var closing = http.Features.Get<IConnectionLifetimeNotificationFeature>()?.ConnectionClosedRequested ?? CancellationToken.None;
        using var registration = closing.Register(static ended => ((CancellationTokenSource)ended!).CancelAfter(ClosingMax), ended);
        var events = open(ended.Token).GetAsyncEnumerator(ended.Token);
        await using var _ = events.ConfigureAwait(false);
        var next = Task.FromResult(true);
        try
        {
            await http.Response.Body.WriteAsync(Comment, ended.Token).ConfigureAwait(false);   // the reader sees at once that it is heard
            using var timer = new PeriodicTimer(IdleInterval, timeProvider);
            var tick = timer.WaitForNextTickAsync(ended.Token).AsTask();
            next = events.MoveNextAsync().AsTask();
            while (next.IsCompleted || Follow)
            {
                if (next.IsCompleted)
                {
                    if (!await next.ConfigureAwait(false))
                    {
                        break;
                    }

                    await http.Response.Body.WriteAsync(events.Current, ended.Token).ConfigureAwait(false);
                    next = events.MoveNextAsync().AsTask();
                    continue;
                }

                await http.Response.Body.FlushAsync(ended.Token).ConfigureAwait(false);
                if (await Task.WhenAny(next, tick).ConfigureAwait(false) == tick)
                {
                    await tick.ConfigureAwait(false);
                    await http.Response.Body.WriteAsync(Idle(), ended.Token).ConfigureAwait(false);
                    tick = timer.WaitForNextTickAsync(ended.Token).AsTask();
                }
            }

            await http.Response.Body.FlushAsync(ended.Token).ConfigureAwait(false);
        }
        catch (Exception gone) when (gone is OperationCanceledException or IOException)
        {
            // The reader hung up, or the server stops.
        }
        finally
        {
            await ended.CancelAsync().ConfigureAwait(false);
            await ((Task)next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);   // an enumerator is not disposed under its own step
        }
    }
}
