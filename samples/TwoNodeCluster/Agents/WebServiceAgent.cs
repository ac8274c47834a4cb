using System.Net;
using System.Net.Sockets;
using System.Text;
using HaCore;

namespace TwoNodeCluster.Agents;

/// <summary>The port that the web service of this node listens on; 0 while it is stopped. Shared with the address agent.</summary>
internal sealed class ServicePort
{
    private int _value;

    public int Value
    {
        get => Volatile.Read(ref _value);
        set => Volatile.Write(ref _value, value);
    }
}

/// <summary>
/// A resource agent: a small HTTP service that answers with the name of the node it runs on. It lives in the host's process,
/// so it is gone when the process is: nothing of it can be left over from an earlier start.
/// </summary>
internal sealed class WebServiceAgent(ServicePort port) : IResourceAgent, IDisposable
{
    private TcpListener? _listener;
    private Task _serving = Task.CompletedTask;

    public ValueTask<ProbeResult> ProbeAsync(OperationContext context, CancellationToken cancellationToken) =>
        new(_listener switch
        {
            null => ProbeResult.Stopped,
            _ when _serving.IsCompleted => ProbeResult.Failed("the service no longer accepts connections"),
            _ => ProbeResult.Running,
        });

    public async ValueTask<OperationResult> StartAsync(OperationContext context, CancellationToken cancellationToken)
    {
        if (_listener is not null && !_serving.IsCompleted)
        {
            return OperationResult.Succeeded;
        }

        await CloseAsync();
        var listener = new TcpListener(IPAddress.Loopback, 0); // a free port: the address agent tells the switch which
        try
        {
            listener.Start();
        }
        catch (SocketException error)
        {
            listener.Dispose();
            return OperationResult.Retryable($"cannot listen on 127.0.0.1: {error.Message}");
        }

        _listener = listener;
        port.Value = ((IPEndPoint)listener.LocalEndpoint).Port;
        byte[] body = Encoding.ASCII.GetBytes(context.LocalNode.Value + "\n");
        byte[] head = Encoding.ASCII.GetBytes(
            $"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n");
        byte[] answer = [.. head, .. body];
        _serving = Task.Run(() => ServeAsync(listener, answer), CancellationToken.None);
        return OperationResult.Succeeded;
    }

    public async ValueTask<OperationResult> StopAsync(OperationContext context, CancellationToken cancellationToken)
    {
        await CloseAsync();
        return OperationResult.Succeeded;
    }

    public void Dispose() => _listener?.Dispose();

    private async Task CloseAsync()
    {
        port.Value = 0;
        _listener?.Dispose();
        await _serving; // ends because its listener did
        _listener = null;
    }

    private static async Task ServeAsync(TcpListener listener, byte[] answer)
    {
        try
        {
            while (true)
            {
                Socket client = await listener.AcceptSocketAsync();
                _ = AnswerAsync(client, answer); // bounded by its own patience below
            }
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // The listener was closed, or broke: the next probe tells.
        }
    }

    private static async Task AnswerAsync(Socket client, byte[] answer)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(2), TimeProvider.System);
        using var _ = client;
        try
        {
            byte[] request = new byte[2048]; // one read: any request gets the same answer
            if (await client.ReceiveAsync(request, patience.Token) > 0)
            {
                client.NoDelay = true;
                await client.SendAsync(answer, patience.Token);
                client.Shutdown(SocketShutdown.Send);
            }
        }
        catch (Exception error) when (error is SocketException or OperationCanceledException)
        {
            // The client left or was too slow.
        }
    }
}
