using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace TwoNodeCluster.Demo;

/// <summary>
/// The cluster's address and the switch behind it. A node that starts its address announces itself, as gratuitous ARP does on a real
/// network, and the last announcement wins: clients reach that node and no other, whatever a frozen or dead one still holds open.
/// </summary>
/// <remarks>Threads that block, not the pool: on a busy computer each hand-over to another thread would look like an outage.</remarks>
internal sealed class ClusterAddress : IDisposable
{
    private const int Workers = 4; // one serves the demo's client, the others whoever looks in with a browser and keeps a connection open
    private const int PatienceMilliseconds = 400; // below the dead time: a frozen node must not keep a worker busy for longer than the outage

    private readonly Socket _announcements = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly Socket _front = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly List<Thread> _threads = [];
    private readonly ConcurrentDictionary<Socket, Owner> _conversations = new();
    private volatile Owner? _owner;
    private volatile bool _disposed;

    public ClusterAddress()
    {
        _announcements.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _front.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _front.Listen();
        Start("switch", Listen);
        for (int worker = 0; worker < Workers; worker++)
        {
            Start($"front {worker}", Serve);
        }
    }

    /// <summary>Where nodes announce themselves (UDP).</summary>
    public int AnnouncementPort => ((IPEndPoint)_announcements.LocalEndPoint!).Port;

    /// <summary>Where clients ask (TCP).</summary>
    public int Port => ((IPEndPoint)_front.LocalEndPoint!).Port;

    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        _announcements.Dispose();
        _front.Dispose();
        foreach (Thread thread in _threads)
        {
            thread.Join(TimeSpan.FromSeconds(1));
        }
    }

    private void Start(string name, Action run)
    {
        var thread = new Thread(() =>
        {
            while (!_disposed)
            {
                try
                {
                    run();
                }
                catch (Exception error) when (error is SocketException or ObjectDisposedException)
                {
                    // One conversation failed, and its client sees that; or the demo ends, and the loop does.
                }
            }
        })
        { IsBackground = true, Name = name };
        _threads.Add(thread);
        thread.Start();
    }

    private void Listen()
    {
        byte[] buffer = new byte[256];
        int length = _announcements.Receive(buffer);
        switch (Encoding.UTF8.GetString(buffer, 0, length).Split(' '))
        {
            case ["have", var node, var port] when int.TryParse(port, out int number):
                _owner = new Owner(node, number);
                BreakFormerConversations();
                break;
            case ["gone", var node] when _owner?.Node == node: // a late farewell must not unseat the new owner
                _owner = null;
                break;
        }
    }

    /// <summary>
    /// After an ARP announcement the packets of an open connection reach the new node, which knows nothing of it and resets it. So does the switch:
    /// a client that waits for a frozen node learns at once that it should ask again.
    /// </summary>
    private void BreakFormerConversations()
    {
        foreach ((Socket conversation, Owner with) in _conversations)
        {
            if (with != _owner)
            {
                conversation.Dispose();
            }
        }
    }

    private void Serve()
    {
        using Socket client = _front.Accept();
        if (_owner is not { } owner)
        {
            return; // nobody has the address: the client finds a closed door
        }

        using var node = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        _conversations[node] = owner;
        try
        {
            if (_owner == owner) // it may have moved before this conversation could be found
            {
                Converse(client, node, owner);
            }
        }
        finally
        {
            _conversations.TryRemove(node, out _);
        }
    }

    private static void Converse(Socket client, Socket node, Owner owner)
    {
        SetPatience(client);
        SetPatience(node);
        byte[] buffer = new byte[4096];
        int request = client.Receive(buffer); // one read: requests are small, and every one gets the same answer
        if (request == 0)
        {
            return;
        }

        node.Connect(IPAddress.Loopback, owner.Port);
        node.Send(buffer.AsSpan(0, request));
        while (node.Receive(buffer) is int answer and > 0)
        {
            client.Send(buffer.AsSpan(0, answer));
        }
    }

    private static void SetPatience(Socket socket)
    {
        socket.NoDelay = true;
        socket.ReceiveTimeout = PatienceMilliseconds;
        socket.SendTimeout = PatienceMilliseconds;
    }

    private sealed record Owner(string Node, int Port);
}
