using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using HaCore.Control.Contract;

namespace HaCore.Tool;

/// <summary>hactl status.</summary>
internal static class StatusCommand
{
    private static readonly JsonWriterOptions Indented = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly JsonWriterOptions OneLine = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static async Task<int> RunAsync(ToolSession session, bool isJson, CancellationToken cancellationToken)
    {
        var cluster = await session.GetClusterAsync(cancellationToken).ConfigureAwait(false);
        var text = await session.Client.GetSnapshotTextAsync(cluster, cancellationToken).ConfigureAwait(false);
        var snapshot = ControlClient.ReadSnapshot(text);
        await session.Console.Out.WriteAsync(isJson ? Reformat(text, Indented) + "\n" : Draw(session, snapshot)).ConfigureAwait(false);
        return ExitCodeOf(snapshot);
    }

    /// <summary>On a terminal one picture that changes; elsewhere one block, or one line of JSON, for each change.</summary>
    public static async Task<int> WatchAsync(ToolSession session, bool isJson, CancellationToken cancellationToken)
    {
        var cluster = await session.GetClusterAsync(cancellationToken).ConfigureAwait(false);
        var isPicture = session.Console.IsTerminal && !isJson;
        var path = $"/{ControlClient.Escape(cluster)}/{ControlPaths.Snapshots}{(isPicture ? "?every=1" : "")}";
        var stream = new ReconnectingStream(session, path);
        var exitCode = ExitCode.NotReachable;
        try
        {
            await foreach (var text in stream.ReadAsync(ControlPaths.SnapshotEvent, _ => null, isFollowing: true, cancellationToken).ConfigureAwait(false))
            {
                var snapshot = ControlClient.ReadSnapshot(text);
                exitCode = ExitCodeOf(snapshot);
                await session.Console.Out.WriteAsync(isJson ? Reformat(text, OneLine) + "\n" : isPicture ? Picture(session, snapshot) : Block(session, snapshot)).ConfigureAwait(false);
                await session.Console.Out.FlushAsync(cancellationToken).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Ctrl-C is how watching ends: what was seen last is the answer.
        }

        return exitCode;
    }

    public static string Draw(ToolSession session, SnapshotDocument snapshot) => session.Console.Draw(session.HasColor, console => StatusView.Draw(console, snapshot));

    private static string Block(ToolSession session, SnapshotDocument snapshot) =>
        string.Create(CultureInfo.InvariantCulture, $"--- {session.Console.TimeProvider.GetLocalNow():yyyy-MM-dd HH:mm:ss}\n{Draw(session, snapshot)}\n");

    /// <summary>Over the last one, line by line, so that nothing flickers.</summary>
    private static string Picture(ToolSession session, SnapshotDocument snapshot)
    {
        var lines = Draw(session, snapshot).TrimEnd('\n').Split('\n');
        var shown = lines.Take(session.Console.Height - 2).Append(string.Create(
            CultureInfo.InvariantCulture, $"{session.Console.TimeProvider.GetLocalNow():HH:mm:ss}, Ctrl-C ends{(lines.Length > session.Console.Height - 2 ? ", more lines than this window has" : "")}"));
        return "\e[H" + string.Concat(shown.Select(line => line + "\e[K\n")) + "\e[J";
    }

    private static int ExitCodeOf(SnapshotDocument snapshot) => snapshot.Health switch
    {
        SnapshotHealth.Good => ExitCode.Done,
        SnapshotHealth.Degraded => ExitCode.Degraded,
        _ => ExitCode.Down,
    };

    private static string Reformat(string json, JsonWriterOptions options)
    {
        using var document = JsonDocument.Parse(json);
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, options))
        {
            document.WriteTo(writer);
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
