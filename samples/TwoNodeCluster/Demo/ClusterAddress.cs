using System.Net;
using System.Net.Sockets;
using System.Text;

namespace TwoNodeCluster.Demo;

/// <summary>
/// The cluster's address and the switch behind it. A node that starts its address announces itself, as gratuitous ARP does on a real
/// network, and the last announcement wins: clients reach that node and no other, whatever a frozen or dead one still holds open.
/// </summary>
internal sealed class ClusterAddress : IDisposable
{
    private readonly Socket _announcements = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly TcpListener _front = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _listening;
    private readonly Task _accepting;
    private volatile Owner? _owner;

    public ClusterAddress()
    {
        _announcements.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _front.Start();
        _listening = Task.Run(ListenAsync);
        _accepting = Task.Run(AcceptAsync);
    }

    /// <summary>Where nodes announce themselves (UDP).</summary>
    public int AnnouncementPort => ((IPEndPoint)_announcements.LocalEndPoint!).Port;

    /// <summary>Where clients ask (TCP).</summary>
    public int Port => ((IPEndPoint)_front.LocalEndpoint).Port;

    public void Dispose()
    {
        if (_stop.IsCancellationRequested)
        {
            return;
        }

        _stop.Cancel();
        _announcements.Dispose();
        _front.Dispose();
        Task.WaitAll([_listening, _accepting], TimeSpan.FromSeconds(1));
        _stop.Dispose();
    }

    private async Task ListenAsync()
    {
        byte[] buffer = new byte[256];
        try
        {
            while (!_stop.IsCancellationRequested)
            {
                int length = await _announcements.ReceiveAsync(buffer, _stop.Token);
                Heard(Encoding.UTF8.GetString(buffer, 0, length).Split(' '));
            }
        }
        catch (Exception error) when (error is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The demo ends.
        }
    }

    private void Heard(string[] words)
    {
        switch (words)
        {
            case ["have", var node, var port] when int.TryParse(port, out int number):
                _owner = new Owner(node, number);
                break;
            case ["gone", var node] when _owner?.Node == node: // a late farewell must not unseat the new owner
                _owner = null;
                break;
        }
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (!_stop.IsCancellationRequested)
            {
                Socket client = await _front.AcceptSocketAsync(_stop.Token);
                _ = ForwardAsync(client); // ends with its client, who waits a fraction of a second; nothing of it outlives the process
            }
        }
        catch (Exception error) when (error is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The demo ends.
        }
    }

    private async Task ForwardAsync(Socket client)
    {
        using var _ = client;
        using var node = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            if (_owner is not { } owner)
            {
                return; // nobody has the address: the client finds a closed door
            }

            client.NoDelay = true;
            await node.ConnectAsync(IPAddress.Loopback, owner.Port, _stop.Token);
            Task upwards = CopyAsync(client, node);
            Task downwards = CopyAsync(node, client);
            await Task.WhenAny(upwards, downwards); // either side closed: the conversation is over
        }
        catch (Exception error) when (error is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The client sees a closed connection, which is what it counts.
        }
    }

    private async Task CopyAsync(Socket from, Socket to)
    {
        byte[] buffer = new byte[2048];
        try
        {
            while (await from.ReceiveAsync(buffer, _stop.Token) is int length and > 0)
            {
                await to.SendAsync(buffer.AsMemory(0, length), _stop.Token);
            }
        }
        catch (Exception error) when (error is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Closed: the other direction is closed with it.
        }
    }

    private sealed record Owner(string Node, int Port);
}
