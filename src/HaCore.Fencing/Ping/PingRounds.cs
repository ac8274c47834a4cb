using System.Net;
using System.Net.Sockets;

namespace HaCore.Fencing;

/// <summary>Asks all targets at once and counts who answers. One thread; what a round allocates is what .NET's poll does, 80 bytes a call.</summary>
internal sealed class PingRounds
{
    private const int TakenMax = 256;   // of one look: answers of others to raw sockets and forged ones end here and wait for the next

    private readonly Target[] _targets;
    private readonly Func<AddressFamily, IEchoSocket?> _socketOf;
    private readonly ulong _cookie;
    private readonly SocketAddress _from = new(AddressFamily.InterNetworkV6);
    private ushort _sequence;

    /// <param name="targets">Whom to ask.</param>
    /// <param name="socketOf">The socket of an address family; null when it cannot be had now.</param>
    /// <param name="cookie">Random: who did not see the request cannot answer it.</param>
    public PingRounds(IReadOnlyList<IPAddress> targets, Func<AddressFamily, IEchoSocket?> socketOf, ulong cookie)
    {
        _targets = [.. targets.Select(address => new Target(address))];
        _socketOf = socketOf;
        _cookie = cookie;
    }

    /// <summary>Targets that answered in the last round.</summary>
    public int Answered
    {
        get
        {
            var count = 0;
            foreach (var target in _targets)
            {
                count += target.HasAnswered ? 1 : 0;
            }

            return count;
        }
    }

    /// <summary>Those that did not.</summary>
    public IEnumerable<IPAddress> Silent => _targets.Where(target => !target.HasAnswered).Select(target => target.Address);

    /// <summary>Sends to everybody.</summary>
    public void Ask()
    {
        _sequence++;
        for (var i = 0; i < _targets.Length; i++)
        {
            var target = _targets[i];
            target.HasAnswered = false;
            _socketOf(target.Address.AddressFamily)?.Send(target.Wire, _sequence, CookieOf(i));
        }
    }

    /// <summary>Waits for somebody who has not answered yet, at most so long, and takes what has come for anybody.</summary>
    /// <returns>Has everybody answered?</returns>
    public bool Collect(TimeSpan timeout)
    {
        foreach (var target in _targets)
        {
            if (!target.HasAnswered && _socketOf(target.Address.AddressFamily) is { } socket)
            {
                socket.Wait(timeout);
                break;
            }
        }

        return TakeAll();
    }

    /// <summary>
    /// Takes what has come. At the end of a round whatever the clock says: an answer that the kernel had in time counts, even when this thread was late to fetch it.
    /// </summary>
    public bool TakeAll()
    {
        Take(_socketOf(AddressFamily.InterNetwork));
        Take(_socketOf(AddressFamily.InterNetworkV6));
        foreach (var target in _targets)
        {
            if (!target.HasAnswered)
            {
                return false;
            }
        }

        return true;
    }

    private void Take(IEchoSocket? socket)
    {
        for (var i = 0; i < TakenMax && socket?.TryTake(_from, out var sequence, out var cookie) is { } isReply; i++)
        {
            if (isReply && sequence == _sequence)
            {
                Credit(cookie);
            }
        }
    }

    // The answer must be of this round, with the cookie of this target, from its address: anything else is somebody else's or forged.
    private void Credit(ulong cookie)
    {
        for (var i = 0; i < _targets.Length; i++)
        {
            if (CookieOf(i) == cookie && _targets[i].Is(_from))
            {
                _targets[i].HasAnswered = true;
            }
        }
    }

    private ulong CookieOf(int target) => _cookie + (ulong)target;

    private sealed class Target(IPAddress address)
    {
        private const int Address4At = 4;    // of sockaddr_in: family, port, address
        private const int Address6At = 8;    // of sockaddr_in6: family, port, flow, address
        private const int Address4Bytes = 4;
        private const int Address6Bytes = 16;

        public IPAddress Address { get; } = address;

        public SocketAddress Wire { get; } = new IPEndPoint(address, 0).Serialize();

        public bool HasAnswered { get; set; }

        public bool Is(SocketAddress other)
        {
            if (other.Family != Wire.Family)
            {
                return false;
            }

            var (at, bytes) = Wire.Family == AddressFamily.InterNetworkV6 ? (Address6At, Address6Bytes) : (Address4At, Address4Bytes);
            return other.Size >= at + bytes && other.Buffer.Span.Slice(at, bytes).SequenceEqual(Wire.Buffer.Span.Slice(at, bytes));
        }
    }
}
