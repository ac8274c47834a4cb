using System.Globalization;
using System.Text.Json;
using HaCore.Control.Contract;
using Spectre.Console;

namespace HaCore.Tool;

/// <summary>What hactl events was asked for.</summary>
/// <param name="Follow">Wait for more?</param>
/// <param name="Since">Nothing older; null for everything that the host kept.</param>
/// <param name="Everything">Debug notices, too?</param>
/// <param name="IsJson">A JSON document per line?</param>
internal sealed record EventsRequest(bool Follow, DateTimeOffset? Since, bool Everything, bool IsJson);

/// <summary>hactl events.</summary>
internal static class EventsCommand
{
    public static async Task<int> RunAsync(ToolSession session, EventsRequest request, CancellationToken cancellationToken)
    {
        var cluster = await session.GetClusterAsync(cancellationToken).ConfigureAwait(false);
        var path = $"/{ControlClient.Escape(cluster)}/{ControlPaths.Notices}{(request.Follow ? "" : "?follow=false")}";
        var stream = new ReconnectingStream(session, path);
        NoticePosition last = default;
        try
        {
            await foreach (var text in stream.ReadAsync(ControlPaths.NoticeEvent, id => id, request.Follow, cancellationToken).ConfigureAwait(false))
            {
                var notice = JsonSerializer.Deserialize(text, ContractJson.Default.NoticeDocument)!;
                await SayGapAsync(session, last, notice).ConfigureAwait(false);
                last = new NoticePosition(notice.Incarnation, notice.Sequence);
                if (IsWanted(notice, request))
                {
                    await session.Console.Out.WriteAsync(request.IsJson ? JsonSerializer.Serialize(notice, ContractJson.Readable.NoticeDocument) + "\n" : Format(session, notice)).ConfigureAwait(false);
                    await session.Console.Out.FlushAsync(cancellationToken).ConfigureAwait(false);
                }
            }

            return ExitCode.Done;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return ExitCode.Interrupted;
        }
    }

    private static bool IsWanted(NoticeDocument notice, EventsRequest request) =>
        (request.Everything || notice.Level is not ("Trace" or "Debug")) && (request.Since is not { } since || notice.Time >= since);

    // The host keeps the newest 1000: whoever was away for longer, or reads too slowly, is told what he did not see.
    private static async Task SayGapAsync(ToolSession session, NoticePosition last, NoticeDocument notice)
    {
        var expected = notice.Incarnation == last.Incarnation ? last.Sequence + 1 : 1;
        if (notice.Sequence > expected)
        {
            await session.Console.Error.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture, $"hactl: {notice.Sequence - expected} earlier event(s) of start {notice.Incarnation} are no longer kept by the host: see its log")).ConfigureAwait(false);
        }
    }

    private static string Format(ToolSession session, NoticeDocument notice)
    {
        var (word, color) = notice.Level switch
        {
            "Critical" or "Error" => ("error", "red"),
            "Warning" => ("warning", "yellow"),
            "Information" => ("info", "default"),
            _ => ("debug", "grey"),
        };
        var time = TimeZoneInfo.ConvertTime(notice.Time, session.Console.TimeProvider.LocalTimeZone);
        var stamp = time.ToString("yyyy-MM-dd HH:mm:ss.fff", CultureInfo.InvariantCulture);
        var text = $"{Plain.Line(notice.Subject)}: {Plain.Line(notice.Detail)}";
        return session.HasColor
            ? Wide(session).Draw(hasColor: true, console => console.MarkupLine($"[grey]{stamp}[/] [{color}]{word,-7} {Markup.Escape(notice.Event)}[/] {Markup.Escape(text)}"))
            : $"{stamp} {word,-7} {notice.Event} {text}\n";
    }

    // One event is one line, whatever its length: the terminal breaks it, and what copies or searches it finds it whole.
    private static ToolConsole Wide(ToolSession session) => session.Console with { Width = 100_000 };
}
