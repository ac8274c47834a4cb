using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace HaCore.Bench.Lateness;

/// <summary>Hears the measured node's frames and takes the kernel's time of their arrival, so that its own wake-up counts for nothing.</summary>
internal sealed partial class Tap : IDisposable
{
    // SIOCGSTAMPNS, socket(7): the time of the last packet that was passed to the user. The first call switches the stamps on.
    private const ulong GetTimestamp = 0x8907;
    private const int FrameBytesMax = 2048;

    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly List<long> _arrivals = [];
    private readonly Thread _thread;
    private volatile bool _recording;
    private volatile bool _ended;

    public Tap()
    {
        _socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _socket.ReceiveTimeout = 200;
        _thread = new Thread(Listen) { IsBackground = true, Name = "tap" };
        _thread.Start();
    }

    public int Port => ((IPEndPoint)_socket.LocalEndPoint!).Port;

    public void Begin() => _recording = true;

    /// <summary>Gaps between arrivals since <see cref="Begin"/>.</summary>
    public List<TimeSpan> End()
    {
        _recording = false;
        lock (_arrivals)
        {
            return [.. _arrivals.Zip(_arrivals.Skip(1), (earlier, later) => TimeSpan.FromTicks((later - earlier) / TimeSpan.NanosecondsPerTick))];
        }
    }

    public void Dispose()
    {
        _ended = true;
        _thread.Join();
        _socket.Dispose();
    }

    private void Listen()
    {
        Span<byte> buffer = stackalloc byte[FrameBytesMax];
        while (!_ended)
        {
            try
            {
                _socket.Receive(buffer);
            }
            catch (SocketException timeout) when (timeout.SocketErrorCode is SocketError.TimedOut or SocketError.WouldBlock or SocketError.TryAgain)
            {
                continue;
            }

            var arrived = default(TimeSpecification);
            if (Control((int)_socket.Handle, GetTimestamp, ref arrived) == 0 && _recording)
            {
                lock (_arrivals)
                {
                    _arrivals.Add((arrived.Seconds * 1_000_000_000) + arrived.Nanoseconds);
                }
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static partial int Control(int descriptor, ulong request, ref TimeSpecification value);

    [StructLayout(LayoutKind.Sequential)]
    private struct TimeSpecification
    {
        public long Seconds;
        public long Nanoseconds;
    }
}
