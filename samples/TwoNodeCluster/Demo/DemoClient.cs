using System.Net;
using System.Net.Sockets;
using System.Text;

namespace TwoNodeCluster.Demo;

/// <summary>What the client felt since it was last asked.</summary>
/// <param name="Outage">Longest time from one answer to the next across failed requests or a change of node; zero if every request was answered by the same node.</param>
/// <param name="Node">Who answered last; null if nobody does.</param>
/// <param name="Failed">Requests without an answer.</param>
internal sealed record ClientView(TimeSpan Outage, string? Node, int Failed);

/// <summary>A client on the cluster's address: a new connection every few milliseconds, little patience, and a stopwatch.</summary>
internal sealed class DemoClient : IDisposable
{
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(5);
    private const int PatienceMilliseconds = 400; // below the dead time: a silent node costs less than the outage that it causes

    private static readonly byte[] Request = "GET / HTTP/1.1\r\nHost: cluster\r\nConnection: close\r\n\r\n"u8.ToArray();

    private readonly Lock _gate = new(); // the client's thread writes, the conductor reads: two threads, five fields that belong together
    private readonly TimeProvider _time;
    private readonly ManualResetEventSlim _stop = new();
    private readonly Thread _thread;
    private readonly int _port;
    private long _lastAnswer;
    private string? _lastNode;
    private bool _answering;
    private int _failed;
    private TimeSpan _outage;

    public DemoClient(int port, TimeProvider time)
    {
        _port = port;
        _time = time;
        _lastAnswer = time.GetTimestamp();
        _thread = new Thread(Run) { IsBackground = true, Name = "client" };
        _thread.Start();
    }

    /// <summary>The node that answers now; null while nobody does.</summary>
    public string? Answering
    {
        get
        {
            lock (_gate)
            {
                return _answering ? _lastNode : null;
            }
        }
    }

    /// <summary>Forgets what was felt so far.</summary>
    public void StartMeasuring()
    {
        lock (_gate)
        {
            _outage = TimeSpan.Zero;
            _failed = 0;
        }
    }

    /// <summary>What was felt since <see cref="StartMeasuring"/>; an outage that still lasts is counted up to now.</summary>
    public ClientView Read()
    {
        lock (_gate)
        {
            TimeSpan open = _answering ? TimeSpan.Zero : _time.GetElapsedTime(_lastAnswer);
            return new ClientView(open > _outage ? open : _outage, _answering ? _lastNode : null, _failed);
        }
    }

    public void Dispose()
    {
        _stop.Set();
        if (_thread.Join(TimeSpan.FromSeconds(1)))
        {
            _stop.Dispose();
        }
    }

    private void Run()
    {
        byte[] buffer = new byte[1024];
        do
        {
            string? node = Ask(buffer);
            Record(node);
        }
        while (!_stop.Wait(Pace));
    }

    private void Record(string? node)
    {
        lock (_gate)
        {
            if (node is null)
            {
                _answering = false;
                _failed++;
                return;
            }

            long now = _time.GetTimestamp();
            TimeSpan gap = _time.GetElapsedTime(_lastAnswer, now);
            bool felt = !_answering || node != _lastNode;
            if (felt && _lastNode is not null && gap > _outage)
            {
                _outage = gap;
            }

            _lastAnswer = now;
            _lastNode = node;
            _answering = true;
        }
    }

    private string? Ask(byte[] buffer)
    {
        try
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)
            {
                NoDelay = true,
                ReceiveTimeout = PatienceMilliseconds,
                SendTimeout = PatienceMilliseconds,
            };
            socket.Connect(IPAddress.Loopback, _port); // the front always listens: this cannot hang
            socket.Send(Request);
            int length = 0;
            while (length < buffer.Length && socket.Receive(buffer.AsSpan(length)) is int more and > 0)
            {
                length += more;
            }

            return NodeIn(Encoding.ASCII.GetString(buffer, 0, length));
        }
        catch (SocketException)
        {
            return null;
        }
    }

    /// <summary>The body of a 200 answer is the name of the node.</summary>
    private static string? NodeIn(string answer)
    {
        int body = answer.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        return body > 0 && answer.StartsWith("HTTP/1.1 200 ", StringComparison.Ordinal) ? answer[(body + 4)..].Trim() : null;
    }
}
