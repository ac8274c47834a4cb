using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using HaCore.Engine;
using HaCore.Hosting;

namespace HaCore.Fencing;

/// <summary>
/// Pings addresses outside the cluster, to tell a dead peer from a dead network of this node's own. Says something only after several rounds in a row
/// that agree. It makes a node wait or step down and never confirms anything: that targets answer says nothing about the peer.
/// </summary>
internal sealed class PingTargets : INetworkProbe, IStartRequirements
{
    private readonly PingOptions _options;
    private readonly IReadOnlyList<IPAddress> _targets;
    private readonly Func<AddressFamily, string?, ushort, IEchoSocket> _open;
    private readonly Dictionary<AddressFamily, IEchoSocket> _sockets = [];
    private readonly ushort _identifier;
    private readonly ulong _cookie;

    public PingTargets(PingOptions options)
        : this(options, EchoSocket.Open)
    {
    }

    internal PingTargets(PingOptions options, Func<AddressFamily, string?, ushort, IEchoSocket> open)
    {
        _options = options;
        _targets = [.. options.Targets.Select(IPAddress.Parse)];
        _open = open;
        Span<byte> random = stackalloc byte[sizeof(ushort) + sizeof(ulong)];
        RandomNumberGenerator.Fill(random);
        _identifier = BitConverter.ToUInt16(random);
        _cookie = BitConverter.ToUInt64(random[sizeof(ushort)..]);
    }

    public TimeSpan DecidesWithin(TimeSpan deadTime) => PingPace.Of(_options, deadTime).DecidesWithin(_options.DownAfter);

    public IEnumerable<string> Missing()
    {
        foreach (var family in _targets.Select(target => target.AddressFamily).Distinct())
        {
            if (TryOpen(family) is { } why)
            {
                yield return $"the ping targets cannot be asked over {(family == AddressFamily.InterNetworkV6 ? "IPv6" : "IPv4")}: {why}; they count as silent. " +
                    "Allow it with net.ipv4.ping_group_range, which is for both, or CAP_NET_RAW";
            }
        }
    }

    public void Run(NetworkProbeContext context, CancellationToken cancellationToken)
    {
        var pace = PingPace.Of(_options, context.DeadTime);
        var clock = new EngineClock(context.TimeProvider);
        var pause = new WaitPoint(clock);
        var dampening = new ReachDampening(_options.DownAfter, _options.UpAfter);
        var rounds = new PingRounds(_targets, SocketOf, _cookie);
        using var stop = cancellationToken.Register(static state => Wake((WaitPoint)state!), pause);
        try
        {
            while (!cancellationToken.IsCancellationRequested)
            {
                var start = clock.Now;
                OpenWhatIsClosed();
                rounds.Ask();
                while (!rounds.Collect(Left(clock, start + pace.Timeout)) && clock.Now < start + pace.Timeout && !cancellationToken.IsCancellationRequested)
                {
                }

                rounds.TakeAll();
                if (dampening.Note(rounds.Answered >= _options.Required))
                {
                    context.Report(dampening.Reach, Describe(rounds));
                }

                WaitUntil(pause, start + pace.Interval, cancellationToken);
            }
        }
        finally
        {
            pause.Close();
            foreach (var socket in _sockets.Values)
            {
                socket.Dispose();
            }

            _sockets.Clear();
        }
    }

    private static TimeSpan Left(EngineClock clock, Instant deadline)
    {
        var left = deadline - clock.Now;
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    private static void Wake(WaitPoint pause)
    {
        lock (pause.Gate)
        {
            pause.Wake();
        }
    }

    private static void WaitUntil(WaitPoint pause, Instant deadline, CancellationToken cancellationToken)
    {
        lock (pause.Gate)
        {
            while (!cancellationToken.IsCancellationRequested && pause.WaitOnce(deadline))
            {
            }
        }
    }

    private string? Describe(PingRounds rounds)
    {
        var silent = string.Join(", ", rounds.Silent);
        return silent.Length == 0 ? null : $"{rounds.Answered} of {_targets.Count} ping targets answer and {_options.Required} must; silent: {silent}";
    }

    private IEchoSocket? SocketOf(AddressFamily family) => _sockets.GetValueOrDefault(family);

    private void OpenWhatIsClosed()
    {
        foreach (var target in _targets)
        {
            if (!_sockets.ContainsKey(target.AddressFamily))
            {
                _ = TryOpen(target.AddressFamily);
            }
        }
    }

    /// <returns>Null, or why not: no right to, or no such interface now.</returns>
    private string? TryOpen(AddressFamily family)
    {
        if (_sockets.ContainsKey(family))
        {
            return null;
        }

        try
        {
            _sockets.Add(family, _open(family, _options.Interface, _identifier));
            return null;
        }
        catch (SocketException exception)
        {
            return exception.Message;
        }
    }
}
