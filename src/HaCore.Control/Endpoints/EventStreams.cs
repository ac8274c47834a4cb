using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using HaCore.Control.Contract;
using Microsoft.AspNetCore.Http;

namespace HaCore.Control;

/// <summary>Notices and snapshots as server-sent events (HTML Living Standard, "Server-sent events").</summary>
internal static class EventStreams
{
    private const string LastEventId = "Last-Event-ID";

    private const double SecondsMin = 0.5;   // a busy terminal, not a load
    private const double SecondsMax = 3600;

    /// <summary>
    /// After the position in Last-Event-ID (or ?after=); everything kept without one, and everything kept of a later start of the host. With ?follow=false it ends
    /// where nothing more is kept.
    /// </summary>
    public static async Task NoticesAsync(HttpContext http, IHaCluster cluster, TimeProvider timeProvider)
    {
        var text = http.Request.Headers[LastEventId].FirstOrDefault() ?? http.Request.Query["after"].FirstOrDefault();
        NoticePosition position = default;
        if (!string.IsNullOrEmpty(text) && !NoticePosition.TryParse(text, out position))
        {
            await ControlDoor.AnswerAsync(http, StatusCodes.Status400BadRequest, false,
                $"{LastEventId} (\"{Quoted.Shorten(text)}\") must be an id of this stream, {{incarnation}}-{{sequence}}: elsewhere there is nothing to go on from").ConfigureAwait(false);
            return;
        }

        var stream = new EventStream(http, timeProvider) { Follow = http.Request.Query["follow"] != "false" };
        await stream.SendAsync(token => Notices(cluster, position, token)).ConfigureAwait(false);
    }

    /// <summary>The current snapshot, then a new one after each change; with ?every=SECONDS also that often, for the numbers that change without an event.</summary>
    public static async Task SnapshotsAsync(HttpContext http, IHaCluster cluster, TimeProvider timeProvider)
    {
        var stream = new EventStream(http, timeProvider);
        if (http.Request.Query["every"].FirstOrDefault() is { } text)
        {
            if (!double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds) || seconds is < SecondsMin or > SecondsMax)
            {
                await ControlDoor.AnswerAsync(http, StatusCodes.Status400BadRequest, false, string.Create(CultureInfo.InvariantCulture,
                    $"every (\"{Quoted.Shorten(text)}\") must be between {SecondsMin} and {SecondsMax} seconds: more often is a load, more seldom is not watching")).ConfigureAwait(false);
                return;
            }

            (stream.IdleInterval, stream.Idle) = (TimeSpan.FromSeconds(seconds), () => Format(cluster.Current));
        }

        await stream.SendAsync(token => Snapshots(cluster, token)).ConfigureAwait(false);
    }

    private static async IAsyncEnumerable<byte[]> Notices(IHaCluster cluster, NoticePosition position, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // From the first that is kept, not from the position's sequence: it may be one of an earlier start, whose numbers say nothing here.
        await foreach (var notice in cluster.ReadNoticesAsync(0, cancellationToken).ConfigureAwait(false))
        {
            var own = new NoticePosition(notice.Incarnation, notice.Sequence);
            if (!position.Covers(own))
            {
                var json = JsonSerializer.SerializeToUtf8Bytes(SnapshotMapping.ToDocument(notice, cluster.Name), ContractJson.Default.NoticeDocument);
                yield return [.. "id: "u8, .. Encoding.ASCII.GetBytes(own.ToString()), .. "\nevent: notice\ndata: "u8, .. json, .. "\n\n"u8];
            }
        }
    }

    private static async IAsyncEnumerable<byte[]> Snapshots(IHaCluster cluster, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var snapshot in cluster.WatchAsync(cancellationToken).ConfigureAwait(false))
        {
            yield return Format(snapshot);
        }
    }

    private static byte[] Format(ClusterSnapshot snapshot) =>
        [.. "event: snapshot\ndata: "u8, .. JsonSerializer.SerializeToUtf8Bytes(SnapshotMapping.ToDocument(snapshot), ContractJson.Default.SnapshotDocument), .. "\n\n"u8];
}
