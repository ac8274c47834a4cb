using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace HaCore.Netns.Lab;

/// <summary>One answer: when it came, and which kernel's time to live it bore.</summary>
internal readonly record struct Answer(TimeSpan At, byte TimeToLive);

/// <summary>One echo request: when it was sent, and whether it was answered.</summary>
internal record struct Question(TimeSpan At, bool IsAnswered);

/// <summary>
/// The client: asks the cluster's address for an echo every 5 ms and writes down every answer. The time to live of the answer tells which node sent it,
/// because the nodes' kernels have different defaults and no router is between.
/// </summary>
internal sealed class PingClient : IDisposable
{
    /// <summary>A twentieth of the shortest outage that the timing table is about, and 200 packets a second cost nothing.</summary>
    public static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(5);

    private const byte EchoRequest = 8;
    private const byte EchoReply = 0;
    private const int TimeToLiveOffset = 8;
    private const int SocketLevel = 1;               // SOL_SOCKET
    private const int ReceiveBufferForce = 33;       // SO_RCVBUFFORCE, socket(7)
    private const int ReceiveBufferBytes = 4 << 20;  // half a minute of answers: the kernel's default is full when this program stalls for a second, and an answer lost here looks like one never given

    private readonly Observations _observations;
    private readonly List<Answer> _answers = [];
    private readonly List<Question> _questions = [];   // by sequence number: a case is over long before these begin anew
    private readonly Thread _sender;
    private readonly Thread _receiver;
    private readonly Socket _socket;
    private readonly ushort _identifier;
    private volatile bool _ended;

    public PingClient(Observations observations, string inNamespace, IPAddress address)
    {
        _observations = observations;
        _identifier = (ushort)(Environment.ProcessId ^ inNamespace.GetHashCode(StringComparison.Ordinal));
        _socket = Open(inNamespace, address);
        _receiver = new(Receive) { IsBackground = true, Name = "client receive" };
        _sender = new(Send) { IsBackground = true, Name = "client send", Priority = ThreadPriority.AboveNormal };
        _receiver.Start();
        _sender.Start();
    }

    /// <summary>The newest answer since then, if any.</summary>
    public Answer? Newest(TimeSpan since) => _observations.Read(() => _answers.Count > 0 && _answers[^1].At >= since ? _answers[^1] : (Answer?)null);

    /// <summary>Answers since then.</summary>
    public IReadOnlyList<Answer> Since(TimeSpan since) => _observations.Read(() =>
    {
        var first = _answers.Count;
        while (first > 0 && _answers[first - 1].At >= since)
        {
            first--;
        }

        return _answers.GetRange(first, _answers.Count - first);
    });

    /// <summary>Longest time without an answer between the two moments; counts from the last answer before and to the end if none came.</summary>
    public TimeSpan LongestGap(TimeSpan from, TimeSpan to) => _observations.Read(() =>
    {
        var longest = TimeSpan.Zero;
        var previous = from;
        foreach (var answer in _answers)
        {
            if (answer.At <= from)
            {
                previous = answer.At;
                continue;
            }

            var at = answer.At < to ? answer.At : to;
            longest = at - previous > longest ? at - previous : longest;
            previous = at;
            if (answer.At >= to)
            {
                return longest;
            }
        }

        return to - previous > longest ? to - previous : longest;
    });

    /// <summary>The echo requests that were sent between the two moments.</summary>
    public IReadOnlyList<Question> Questions(TimeSpan from, TimeSpan to) =>
        _observations.Read(() => _questions.Where(question => question.At >= from && question.At <= to).ToList());

    public void Dispose()
    {
        _ended = true;
        _sender.Join();
        _receiver.Join();
        _socket.Dispose();
    }

    private static Socket Open(string inNamespace, IPAddress address)
    {
        Socket? socket = null;
        Exception? fault = null;
        var thread = new Thread(() =>
        {
            try
            {
                Native.EnterNamespace(inNamespace);
                // A socket belongs to the namespace it was made in, whoever uses it later.
                socket = new(AddressFamily.InterNetwork, SocketType.Raw, ProtocolType.Icmp) { ReceiveTimeout = 200 };
                socket.SetRawSocketOption(SocketLevel, ReceiveBufferForce, BitConverter.GetBytes(ReceiveBufferBytes));
                socket.Connect(address, 0);
            }
            catch (Exception e) when (e is SocketException or System.ComponentModel.Win32Exception)
            {
                fault = e;
            }
        });
        thread.Start();
        thread.Join();
        return fault is null && socket is not null ? socket : throw new InvalidOperationException("the client cannot open its socket", fault);
    }

    private void Send()
    {
        Span<byte> packet = stackalloc byte[16];
        ushort sequence = 0;
        var pace = Pace.Ticks * 100;   // nanoseconds
        var due = LabClock.Nanoseconds;
        while (!_ended)
        {
            packet.Clear();
            packet[0] = EchoRequest;
            BinaryPrimitives.WriteUInt16BigEndian(packet[4..], _identifier);
            BinaryPrimitives.WriteUInt16BigEndian(packet[6..], sequence++);
            BinaryPrimitives.WriteUInt16BigEndian(packet[2..], Checksum(packet));
            _ = _observations.Read(() => Ask(LabClock.Now));
            _ = _socket.Send(packet, SocketFlags.None, out var error);
            if (error != SocketError.Success)
            {
                // An address without an owner is not the client's fault. The kernel tells it at the next send, which then sends nothing: this one counts.
                _ = _socket.Send(packet, SocketFlags.None, out _);
            }

            due += pace;
            Native.SleepUntil(due);
        }
    }

    private void Receive()
    {
        Span<byte> packet = stackalloc byte[256];
        while (!_ended)
        {
            var read = _socket.Receive(packet, SocketFlags.None, out var error);
            var at = LabClock.Now;
            if (error != SocketError.Success || read < 28)
            {
                continue;
            }

            var icmp = packet[((packet[0] & 15) * 4)..read];
            if (icmp.Length >= 8 && icmp[0] == EchoReply && BinaryPrimitives.ReadUInt16BigEndian(icmp[4..]) == _identifier)
            {
                var answer = new Answer(at, packet[TimeToLiveOffset]);
                var sequence = BinaryPrimitives.ReadUInt16BigEndian(icmp[6..]);
                _observations.Report(() => Hear(answer, sequence));
            }
        }
    }

    private int Ask(TimeSpan at)
    {
        _questions.Add(new(at, IsAnswered: false));
        return _questions.Count;
    }

    private void Hear(Answer answer, int sequence)
    {
        _answers.Add(answer);
        if (sequence < _questions.Count)
        {
            _questions[sequence] = _questions[sequence] with { IsAnswered = true };
        }
    }

    private static ushort Checksum(ReadOnlySpan<byte> packet)
    {
        var sum = 0u;
        for (var i = 0; i < packet.Length; i += 2)
        {
            sum += BinaryPrimitives.ReadUInt16BigEndian(packet[i..]);
        }

        return (ushort)~((sum & 0xFFFF) + (sum >> 16));
    }
}
