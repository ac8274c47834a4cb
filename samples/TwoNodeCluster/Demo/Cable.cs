using System.Net;
using System.Net.Sockets;

namespace TwoNodeCluster.Demo;

/// <summary>
/// A network cable. Each node plugs into its own end: a UDP port of 127.0.0.1 that
/// it knows as its peer. What comes in at one end leaves at the other, to wherever that node spoke from last.
/// </summary>
internal sealed class Cable : IDemoCable
{
    private const int DatagramBytesMax = 2048; // above any heartbeat frame

    private readonly Socket[] _ends = [OpenEnd(), OpenEnd()];
    private readonly SocketAddress?[] _plugged = new SocketAddress?[2]; // written by the receive thread of that end only
    private readonly Thread[] _threads;
    private volatile bool _cut;
    private volatile bool _disposed;

    public Cable(string name)
    {
        Name = name;
        _threads = [StartThread(0), StartThread(1)];
    }

    public string Name { get; }

    public string Kind => "UDP";

    public bool IsCut => _cut;

    public DemoLink Plug(int end) => new(Name) { LocalPort = FreePort(), CablePort = ((IPEndPoint)_ends[end].LocalEndPoint!).Port };

    public void Cut() => _cut = true;

    public void Repair() => _cut = false;

    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        foreach (Socket end in _ends)
        {
            end.Dispose();
        }

        foreach (Thread thread in _threads)
        {
            thread.Join(TimeSpan.FromSeconds(1));
        }
    }

    private static Socket OpenEnd()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return socket;
    }

    /// <summary>Free a moment ago: a new one for each start of a node, so that two demos side by side hardly ever meet, and never twice.</summary>
    private static int FreePort()
    {
        using Socket socket = OpenEnd();
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    private Thread StartThread(int end)
    {
        // A thread of its own: the pool of a busy computer would add its delays to every heartbeat.
        var thread = new Thread(() => Carry(end)) { IsBackground = true, Name = $"cable {Name} {end}" };
        thread.Start();
        return thread;
    }

    private void Carry(int from)
    {
        byte[] buffer = new byte[DatagramBytesMax];
        var source = new SocketAddress(AddressFamily.InterNetwork);
        int to = 1 - from;
        while (!_disposed)
        {
            try
            {
                int length = _ends[from].ReceiveFrom(buffer, SocketFlags.None, source);
                if (!source.Equals(_plugged[from]))
                {
                    _plugged[from] = Copy(source); // a restarted node speaks from another port
                }

                if (!_cut && _plugged[to] is { } destination)
                {
                    _ends[to].SendTo(buffer.AsSpan(0, length), SocketFlags.None, destination);
                }
            }
            catch (SocketException) when (!_disposed)
            {
                // The other node is not there at the moment: its frames are lost, as on any cable.
            }
            catch (Exception error) when (error is SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private static SocketAddress Copy(SocketAddress address)
    {
        var copy = new SocketAddress(address.Family, address.Size);
        address.Buffer.Span[..address.Size].CopyTo(copy.Buffer.Span);
        return copy;
    }
}
