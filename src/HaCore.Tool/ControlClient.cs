using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using HaCore.Control.Contract;

namespace HaCore.Tool;

/// <summary>Speaks to the host through its socket. What goes wrong is a <see cref="ToolException"/> that says whose turn it is.</summary>
internal sealed class ControlClient : IDisposable
{
    private static readonly TimeSpan AnswerMax = TimeSpan.FromSeconds(30);   // the engine answers in milliseconds; a machine that swaps may need longer

    private readonly string _socketPath;
    private readonly TimeProvider _timeProvider;
    private readonly HttpClient _http;

    public ControlClient(string socketPath, TimeProvider timeProvider)
    {
        (_socketPath, _timeProvider) = (socketPath, timeProvider);
        var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            ConnectCallback = async (_, cancellationToken) =>
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                try
                {
                    await socket.ConnectAsync(new UnixDomainSocketEndPoint(socketPath), cancellationToken).ConfigureAwait(false);
                    return new NetworkStream(socket, ownsSocket: true);
                }
                catch
                {
                    socket.Dispose();
                    throw;
                }
            },
        };
        // The host name stands in a header and nowhere else.
        _http = new HttpClient(handler) { BaseAddress = new Uri("http://hacore/"), Timeout = Timeout.InfiniteTimeSpan };
    }

    public void Dispose() => _http.Dispose();

    public Task<ClustersDocument> GetClustersAsync(CancellationToken cancellationToken) => GetAsync("", ContractJson.Default.ClustersDocument, cancellationToken);

    public Task<CommandsDocument> GetCommandsAsync(string cluster, CancellationToken cancellationToken) =>
        GetAsync($"/{Escape(cluster)}/{ControlPaths.Commands}", ContractJson.Default.CommandsDocument, cancellationToken);

    /// <summary>As text, so that what a newer host says and this version does not know is passed on.</summary>
    public async Task<string> GetSnapshotTextAsync(string cluster, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(HttpMethod.Get, $"/{Escape(cluster)}", null, AnswerMax, cancellationToken).ConfigureAwait(false);
        return await response.Content.ReadAsStringAsync(cancellationToken).ConfigureAwait(false);
    }

    public static SnapshotDocument ReadSnapshot(string text) => Read(text, ContractJson.Default.SnapshotDocument);

    /// <summary>A command of the engine: accepted or refused. Anything else is an exception.</summary>
    public async Task<AnswerDocument> CommandAsync<TRequest>(
        string cluster, string command, TRequest request, JsonTypeInfo<TRequest> type, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(
            HttpMethod.Post, $"/{Escape(cluster)}/{command}", JsonContent.Create(request, type), AnswerMax, cancellationToken).ConfigureAwait(false);
        return Read(await response.Content.ReadAsStringAsync(cancellationToken).ConfigureAwait(false), ContractJson.Default.AnswerDocument);
    }

    /// <summary>A command that a package added: it takes the time that it takes.</summary>
    public async Task<ExecuteDocument> ExecuteAsync(string cluster, string command, ExecuteRequest request, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(
            HttpMethod.Post, $"/{Escape(cluster)}/{ControlPaths.Commands}/{command}", JsonContent.Create(request, ContractJson.Default.ExecuteRequest), null, cancellationToken)
            .ConfigureAwait(false);
        return Read(await response.Content.ReadAsStringAsync(cancellationToken).ConfigureAwait(false), ContractJson.Default.ExecuteDocument);
    }

    /// <summary>A stream of events, open: the host has accepted it.</summary>
    public Task<HttpResponseMessage> OpenStreamAsync(string path, string? lastEventId, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Get, path, null, AnswerMax, cancellationToken, lastEventId);

    /// <summary>Its events, until the host ends it or dies.</summary>
    public static async IAsyncEnumerable<SseItem<string>> ReadEventsAsync(HttpResponseMessage response, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = stream.ConfigureAwait(false);
        var events = SseParser.Create(stream).EnumerateAsync(cancellationToken).GetAsyncEnumerator(cancellationToken);
        await using var __ = events.ConfigureAwait(false);
        while (await NextAsync(events).ConfigureAwait(false))
        {
            yield return events.Current;
        }
    }

    public static string Escape(string name) => Uri.EscapeDataString(name);

    // A host that dies in the middle of a stream has ended it as well.
    private static async ValueTask<bool> NextAsync(IAsyncEnumerator<SseItem<string>> events)
    {
        try
        {
            return await events.MoveNextAsync().ConfigureAwait(false);
        }
        catch (Exception broken) when (broken is IOException or HttpRequestException)
        {
            return false;
        }
    }

    private async Task<T> GetAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken cancellationToken)
        where T : class, IDocument
    {
        using var response = await SendAsync(HttpMethod.Get, path, null, AnswerMax, cancellationToken).ConfigureAwait(false);
        return Read(await response.Content.ReadAsStringAsync(cancellationToken).ConfigureAwait(false), type);
    }

    private async Task<HttpResponseMessage> SendAsync(
        HttpMethod method, string path, HttpContent? content, TimeSpan? answerMax, CancellationToken cancellationToken, string? lastEventId = null)
    {
        using var request = new HttpRequestMessage(method, ControlPaths.Prefix + ControlPaths.Clusters + path) { Content = content };
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/event-stream"));
        if (lastEventId is not null)
        {
            request.Headers.Add("Last-Event-ID", lastEventId);
        }

        using var patience = new CancellationTokenSource(answerMax ?? Timeout.InfiniteTimeSpan, _timeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patience.Token);
        try
        {
            var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token).ConfigureAwait(false);
            await RefuseAsync(response, cancellationToken).ConfigureAwait(false);
            return response;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new ToolException(ExitCode.NotReachable,
                $"the host at {_socketPath} took the connection and did not answer within {AnswerMax.TotalSeconds:0} s: it hangs, or its machine does. A command that was sent may still be carried out: see hactl status");
        }
        catch (HttpRequestException failure)
        {
            throw SocketAccess.Explain(_socketPath, failure);
        }
    }

    private static async Task RefuseAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if (response.IsSuccessStatusCode || response.StatusCode == HttpStatusCode.Conflict)
        {
            return;
        }

        using (response)
        {
            var text = await response.Content.ReadAsStringAsync(cancellationToken).ConfigureAwait(false);
            var detail = $"the host answered {(int)response.StatusCode} {response.StatusCode}";
            try
            {
                detail = JsonSerializer.Deserialize(text, ContractJson.Default.AnswerDocument)?.Detail ?? detail;
            }
            catch (JsonException)
            {
                // Something else than HaCore answers there, or a version that says it otherwise.
            }

            throw new ToolException(response.StatusCode is HttpStatusCode.BadRequest or HttpStatusCode.NotFound ? ExitCode.Usage : ExitCode.HostFailed, detail);
        }
    }

    private static T Read<T>(string text, JsonTypeInfo<T> type)
        where T : class, IDocument
    {
        try
        {
            if (JsonSerializer.Deserialize(text, type) is { Schema: SnapshotDocument.SchemaVersion } document)
            {
                return document;
            }
        }
        catch (JsonException)
        {
            // Told below.
        }

        throw new ToolException(ExitCode.HostFailed, $"the host's answer is not of schema {SnapshotDocument.SchemaVersion}, which is all that this hactl understands: use the hactl of the host's version");
    }
}
