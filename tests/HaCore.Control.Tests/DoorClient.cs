using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using HaCore.Control.Contract;

namespace HaCore.Control.Tests;

/// <summary>HTTP over a Unix socket, as any client may speak it.</summary>
internal sealed class DoorClient : IDisposable
{
    private readonly HttpClient _http;

    public DoorClient(string socketPath)
    {
        _http = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancellationToken) =>
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(socketPath), cancellationToken);
                return new NetworkStream(socket, ownsSocket: true);
            },
        })
        { BaseAddress = new Uri("http://door") };
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async Task<T> GetAsync<T>(string path, JsonTypeInfo<T> type)
    {
        using var response = await _http.GetAsync(new Uri(ControlPaths.Prefix + path, UriKind.Relative), Token);
        response.EnsureSuccessStatusCode();
        return (await response.Content.ReadFromJsonAsync(type, Token))!;
    }

    public Task<string> GetTextAsync(string path) => _http.GetStringAsync(new Uri(ControlPaths.Prefix + path, UriKind.Relative), Token);

    public Task<HttpResponseMessage> OpenAsync(string path, string? lastEventId = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, ControlPaths.Prefix + path);
        if (lastEventId is not null)
        {
            request.Headers.Add("Last-Event-ID", lastEventId);
        }

        return _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Token);
    }

    /// <summary>Status and body of a POST, whatever they are.</summary>
    public async Task<(int Status, string Body)> PostAsync(string path, string body, string contentType = "application/json")
    {
        using var content = new StringContent(body, Encoding.UTF8, contentType);
        using var response = await _http.PostAsync(new Uri(ControlPaths.Prefix + path, UriKind.Relative), content, Token);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync(Token));
    }

    /// <summary>A command, with its answer.</summary>
    public async Task<(int Status, AnswerDocument Answer)> CommandAsync(string cluster, string command, string body)
    {
        var (status, text) = await PostAsync($"/clusters/{cluster}/{command}", body);
        return (status, JsonSerializer.Deserialize(text, ContractJson.Default.AnswerDocument)!);
    }

    public void Dispose() => _http.Dispose();
}
