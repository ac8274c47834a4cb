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
    private const int PatienceMilliseconds = 400; // for a client that connects and says nothing

    private Socket? _listener;
    private Thread? _serving;

    public ValueTask<ProbeResult> ProbeAsync(OperationContext context, CancellationToken cancellationToken) =>
        new(_serving switch
        {
            null => ProbeResult.Stopped,
            { IsAlive: true } => ProbeResult.Running,
            _ => ProbeResult.Failed("the service ended by itself"),
        });

    public ValueTask<OperationResult> StartAsync(OperationContext context, CancellationToken cancellationToken)
    {
        if (_serving is { IsAlive: true })
        {
            return new(OperationResult.Succeeded);
        }

        Close();
        var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            listener.Bind(new IPEndPoint(IPAddress.Loopback, 0)); // a free port: the address agent tells the switch which
            listener.Listen();
        }
        catch (SocketException error)
        {
            listener.Dispose();
            return new(OperationResult.Retryable($"cannot listen on 127.0.0.1: {error.Message}"));
        }

        byte[] answer = AnswerOf(context.LocalNode);
        _listener = listener;
        _serving = new Thread(() => Serve(listener, answer)) { IsBackground = true, Name = "web service" };
        _serving.Start();
        port.Value = ((IPEndPoint)listener.LocalEndPoint!).Port;
        return new(OperationResult.Succeeded);
    }

    public ValueTask<OperationResult> StopAsync(OperationContext context, CancellationToken cancellationToken)
    {
        Close();
        return new(OperationResult.Succeeded);
    }

    public void Dispose() => Close();

    private void Close()
    {
        port.Value = 0;
        _listener?.Dispose();
        _serving?.Join(); // ends because its listener did, after one client's patience at most
        (_listener, _serving) = (null, null);
    }

    private static byte[] AnswerOf(NodeId node) => Encoding.ASCII.GetBytes(
        $"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: {node.Value.Length + 1}\r\nConnection: close\r\n\r\n{node.Value}\n");

    private static void Serve(Socket listener, byte[] answer)
    {
        byte[] request = new byte[4096];
        while (true)
        {
            Socket client;
            try
            {
                client = listener.Accept();
            }
            catch (Exception error) when (error is SocketException or ObjectDisposedException)
            {
                return; // closed by Stop; if by anything else, the next probe tells
            }

            using (client)
            {
                Answer(client, request, answer);
            }
        }
    }

    private static void Answer(Socket client, byte[] request, byte[] answer)
    {
        try
        {
            (client.NoDelay, client.ReceiveTimeout, client.SendTimeout) = (true, PatienceMilliseconds, PatienceMilliseconds);
            if (client.Receive(request) > 0) // one read: any request gets the same answer
            {
                client.Send(answer);
                client.Shutdown(SocketShutdown.Send);
            }
        }
        catch (SocketException)
        {
            // The client left or was too slow.
        }
    }
}
