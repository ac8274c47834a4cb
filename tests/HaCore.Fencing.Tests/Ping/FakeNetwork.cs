using System.Net;
using System.Net.Sockets;

namespace HaCore.Fencing.Tests.Ping;

/// <summary>A network in memory: who is alive answers at once, and a test may put anything into the inbox.</summary>
internal sealed class FakeNetwork
{
    public HashSet<string> Alive { get; } = [];

    public List<(string From, ushort Sequence, ulong Cookie)> Sent { get; } = [];

    /// <summary>Answers that nobody asked for, delivered before the true ones.</summary>
    public Func<(string To, ushort Sequence, ulong Cookie), (string From, ushort Sequence, ulong Cookie)?>? Forge { get; set; }

    public IEchoSocket Open(AddressFamily family, string? device, ushort identifier) => new Socket(this, family);

    private sealed class Socket(FakeNetwork network, AddressFamily family) : IEchoSocket
    {
        private readonly Queue<(string From, ushort Sequence, ulong Cookie)> _inbox = new();

        public void Send(SocketAddress target, ushort sequence, ulong cookie)
        {
            var address = ((IPEndPoint)new IPEndPoint(family == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any, 0).Create(target)).Address.ToString();
            network.Sent.Add((address, sequence, cookie));
            if (network.Forge?.Invoke((address, sequence, cookie)) is { } forged)
            {
                _inbox.Enqueue(forged);
            }

            if (network.Alive.Contains(address))
            {
                _inbox.Enqueue((address, sequence, cookie));
            }
        }

        public bool Wait(TimeSpan timeout) => _inbox.Count > 0;

        public bool? TryTake(SocketAddress from, out ushort sequence, out ulong cookie)
        {
            (sequence, cookie) = (0, 0);
            if (!_inbox.TryDequeue(out var answer))
            {
                return null;
            }

            var wire = new IPEndPoint(IPAddress.Parse(answer.From), 0).Serialize();
            wire.Buffer.Span[..wire.Size].CopyTo(from.Buffer.Span);
            from.Size = wire.Size;
            (sequence, cookie) = (answer.Sequence, answer.Cookie);
            return true;
        }

        public void Dispose()
        {
        }
    }
}
