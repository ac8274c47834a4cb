using System.Net.Sockets;
using HaCore.Vserver.Netlink;

namespace HaCore.Vserver.Arp;

/// <summary>
/// Tells the neighbours where an address is: once at once, then in the background by its plan. A burst is over when <see cref="EndAsync"/> returns or the
/// next one has begun. Begin and End may meet: a lease is renewed, and its address announced again, while a probe runs.
/// A failure to send is kept for the status and never thrown: the address works without it, only later.
/// </summary>
internal sealed class ArpAnnouncer(AnnouncementPlan plan) : IAsyncDisposable
{
    // A wait that took so much longer than asked was a pause of this process, not a busy moment (0.5 s was the longest stall seen of a busy machine).
    private static readonly TimeSpan PausedBeyond = TimeSpan.FromMilliseconds(500);

    private readonly Lock _gate = new(); // between an operation and the thread of the lease, which both may open the socket
    private PacketSender? _sender;
    private Burst? _burst;
    private int _sent;
    private string? _failure;

    /// <summary>Opens the socket, so that the first announcement need not. Repeated until it succeeds.</summary>
    public void Prepare() => _ = OpenSender();

    /// <summary>Why the newest announcement did not go out; null when it did.</summary>
    public string? Failure => Volatile.Read(ref _failure);

    /// <summary>Announcements that went out since the last Begin.</summary>
    public int Sent => Volatile.Read(ref _sent);

    /// <summary>Announces once, before it returns, and leaves the rest to the background. Ends the burst before it.</summary>
    public void Begin(LinkRecord link, uint address, TimeProvider timeProvider)
    {
        Volatile.Write(ref _sent, 0);
        if (!link.CanAnnounce || OpenSender() is not { } sender)
        {
            return;
        }

        var burst = new Burst(link, address);
        Announce(sender, burst);
        Burst? before = Interlocked.Exchange(ref _burst, burst);
        burst.Task = RunAsync(sender, burst, before, timeProvider);
        burst.Began.TrySetResult();
    }

    /// <summary>Runs what an announcement runs, without sending one.</summary>
    public void Rehearse(TimeProvider timeProvider)
    {
        if (_sender is not { } sender || _burst is not null)
        {
            return;
        }

        var burst = new Burst(default, 0);
        burst.Stop.Cancel();
        burst.Task = RunAsync(sender, burst, before: null, timeProvider); // ends at its first wait
    }

    /// <summary>Ends the burst: when this returns, nothing is announced any more.</summary>
    public async ValueTask EndAsync()
    {
        if (Interlocked.Exchange(ref _burst, null) is { } burst)
        {
            await burst.EndAsync().ConfigureAwait(false);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await EndAsync().ConfigureAwait(false);
        lock (_gate)
        {
            _sender?.Dispose();
            _sender = null;
        }
    }

    private PacketSender? OpenSender()
    {
        lock (_gate)
        {
            if (_sender is not null)
            {
                return _sender;
            }

            try
            {
                _sender = new PacketSender();
                Volatile.Write(ref _failure, null);
            }
            catch (SocketException e)
            {
                Volatile.Write(ref _failure, e.SocketErrorCode == SocketError.AccessDenied
                    ? "needs CAP_NET_RAW: neighbours keep the other node's hardware address until their entries expire"
                    : $"packet socket: {e.Message}");
            }

            return _sender;
        }
    }

    private async Task RunAsync(PacketSender sender, Burst burst, Burst? before, TimeProvider timeProvider)
    {
        CancellationToken cancellationToken = burst.Stop.Token;
        if (before is not null)
        {
            await before.EndAsync().ConfigureAwait(false); // whoever ends this burst has ended that one, too
        }

        foreach (TimeSpan wait in plan.Waits())
        {
            // After a pause the peer may hold the address (rule L). The engine finds out, and starts this agent again if it does not.
            bool wasPaused = await WaitAsync(wait, timeProvider, cancellationToken).ConfigureAwait(false);
            if (wasPaused || cancellationToken.IsCancellationRequested)
            {
                return;
            }

            Announce(sender, burst);
        }
    }

    /// <summary>True when this process stood still meanwhile: a sleeper must not announce an address that may be the peer's by now.</summary>
    private static async ValueTask<bool> WaitAsync(TimeSpan wait, TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        // Suspend stops every clock but one; a test's clock knows nothing of the machine's.
        TimeSpan booted = timeProvider == TimeProvider.System ? BootClock.Now : default;
        long begun = timeProvider.GetTimestamp();
        await Task.Delay(wait, timeProvider, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        TimeSpan elapsed = timeProvider == TimeProvider.System ? BootClock.Now - booted : timeProvider.GetElapsedTime(begun);
        return elapsed - wait > PausedBeyond;
    }

    private void Announce(PacketSender sender, Burst burst)
    {
        try
        {
            sender.Send(burst.Request, burst.InterfaceIndex);
            sender.Send(burst.Reply, burst.InterfaceIndex);
            Interlocked.Increment(ref _sent);
            Volatile.Write(ref _failure, null);
        }
        catch (SocketException e)
        {
            Volatile.Write(ref _failure, $"announcement not sent: {e.Message}");
        }
    }

    /// <summary>The packets of one burst and how it ends.</summary>
#pragma warning disable CA1001 // EndAsync disposes the token's source, when nobody uses it any more.
    private sealed class Burst
#pragma warning restore CA1001
    {
        public Burst(LinkRecord link, uint address)
        {
            InterfaceIndex = link.Index;
            ArpPacket.WriteRequest(Request, link.Hardware, address);
            ArpPacket.WriteReply(Reply, link.Hardware, address);
        }

        public int InterfaceIndex { get; }

        public byte[] Request { get; } = new byte[ArpPacket.Bytes];

        public byte[] Reply { get; } = new byte[ArpPacket.Bytes];

        public CancellationTokenSource Stop { get; } = new();

        /// <summary>Set before <see cref="Began"/> completes.</summary>
        public Task Task { get; set; } = Task.CompletedTask;

        /// <summary>A burst is known before its task is: whoever ends it at that moment waits for so long.</summary>
        public TaskCompletionSource Began { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public async Task EndAsync()
        {
            await Stop.CancelAsync().ConfigureAwait(false);
            await Began.Task.ConfigureAwait(false);
            await Task.ConfigureAwait(false);
            Stop.Dispose();
        }
    }
}
