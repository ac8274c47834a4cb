// These links complete synchronously by contract: blocking on them is what is tested.
#pragma warning disable CA2012
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace HaCore.Transports.Tests;

/// <summary>
/// One node with a bond: its receive thread judges frames as the engine does. A frame here is the sender's name, 'a' or 'b', and a number; everything
/// else is a stranger's.
/// </summary>
internal sealed class BondNode : IAsyncDisposable
{
    public static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);
    public static readonly TimeSpan DeadTime = TimeSpan.FromSeconds(2);

    private readonly Lock _gate = new();
    private readonly List<HeartbeatMemberState> _states = [];
    private readonly Dictionary<string, HeartbeatMemberState> _members = [];
    private readonly List<byte> _heard = [];
    private readonly byte _peer;
    private readonly byte[] _frame = new byte[Links.FrameBytesMax];
    private readonly TimeProvider _time;
    private readonly Thread _thread;
    private long _lastHeard;
    private int _taken;

    public BondNode(BondedOptions options, IReadOnlyList<HeartbeatMember> members, TimeProvider time, bool isFirst = true, ILoggerFactory? logs = null)
    {
        Assert.True(new BondedOptionsValidator().Validate(null, options) is { Succeeded: true }, "the options are wrong");
        _time = time;
        _lastHeard = time.GetTimestamp();
        _peer = (byte)(isFirst ? 'b' : 'a');
        _frame[0] = 0;
        _frame[1] = (byte)(isFirst ? 'a' : 'b');
        var context = new HeartbeatLinkContext
        {
            Cluster = "test",
            Link = new LinkId("bond"),
            LocalNode = new NodeId(isFirst ? "a" : "b"),
            Peer = new NodeId(isFirst ? "b" : "a"),
            FrameBytesMax = Links.FrameBytesMax,
            Interval = Interval,
            TimeProvider = time,
            LoggerFactory = logs ?? NullLoggerFactory.Instance,
            MemberChanged = OnChanged,
        };
        Link = (BondedLink)new BondedTransport(options, members).OpenAsync(context, CancellationToken.None).GetAwaiter().GetResult();
        _thread = new Thread(Run) { IsBackground = true };
        _thread.Start();
    }

    public BondedLink Link { get; }

    /// <summary>Frames that the bond gave out.</summary>
    public int Taken => Volatile.Read(ref _taken);

    /// <summary>Numbers of the peer's frames, as they came; a number may come on several members.</summary>
    public byte[] Heard
    {
        get
        {
            lock (_gate)
            {
                return [.. _heard];
            }
        }
    }

    public TimeSpan Silent => _time.GetElapsedTime(Interlocked.Read(ref _lastHeard));

    /// <summary>Why the receive thread ended.</summary>
    public Exception? End { get; private set; }

    /// <summary>All that was told, in order.</summary>
    public HeartbeatMemberState[] States
    {
        get
        {
            lock (_gate)
            {
                return [.. _states];
            }
        }
    }

    public HeartbeatMemberState State(string member)
    {
        lock (_gate)
        {
            return _members[member];
        }
    }

    /// <summary>Names of the members that carry the heartbeats now.</summary>
    public string Active
    {
        get
        {
            lock (_gate)
            {
                return string.Join(' ', _members.Values.Where(member => member.IsActive).Select(member => member.Member.Value).Order());
            }
        }
    }

    /// <summary>A member with the pace of a LAN.</summary>
    public static HeartbeatMember Member(string name, IHeartbeatTransport transport, TimeSpan? interval = null, TimeSpan? minGap = null) => new()
    {
        Link = new LinkId(name),
        Transport = transport,
        Interval = interval ?? Interval,
        MinGap = minGap ?? TimeSpan.FromMilliseconds(20),
        LostAfter = DeadTime,
    };

    /// <summary>Sends as the engine's send thread does.</summary>
    public void Send(byte number)
    {
        _frame[0] = number;
        Assert.True(Link.SendAsync(_frame.AsMemory(0, 2), CancellationToken.None).IsCompletedSuccessfully);
    }

    public async ValueTask DisposeAsync()
    {
        await Link.DisposeAsync();
        Assert.True(_thread.Join(Links.Patience), "the receive did not end");
    }

    private void OnChanged(HeartbeatMemberState state)
    {
        lock (_gate)
        {
            _states.Add(state);
            _members[state.Member.Value] = state;
        }
    }

    private void Run()
    {
        var buffer = new byte[Links.FrameBytesMax + 1];
        try
        {
            while (true)
            {
                var received = Link.ReceiveAsync(buffer, CancellationToken.None).GetAwaiter().GetResult();
                if (received.Length == 2 && buffer[1] == _peer)
                {
                    lock (_gate)
                    {
                        _heard.Add(buffer[0]);
                    }

                    Interlocked.Exchange(ref _lastHeard, _time.GetTimestamp());
                    Link.Heard(received.Via);
                }

                Interlocked.Increment(ref _taken);
            }
        }
        catch (HeartbeatLinkException exception)
        {
            End = exception;
        }
    }
}
