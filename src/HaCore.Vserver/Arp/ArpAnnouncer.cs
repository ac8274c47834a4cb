using System.Net.Sockets;
using HaCore.Vserver.Netlink;

namespace HaCore.Vserver.Arp;

/// <summary>
/// Tells the neighbours where an address is: once at once, then in the background by its plan. Begin and End are called by the agent, never at the same
/// time; the background burst is the only other user of the socket, and it is over when <see cref="EndAsync"/> returns.
/// A failure to send is kept for the status and never thrown: the address works without it, only later.
/// </summary>
internal sealed class ArpAnnouncer(AnnouncementPlan plan) : IAsyncDisposable
{
    // A wait that took so much longer than asked was a pause of this process, not a busy moment (0.5 s was the longest stall seen of a busy machine).
    private static readonly TimeSpan PausedBeyond = TimeSpan.FromMilliseconds(500);

    private readonly byte[] _request = new byte[ArpPacket.Bytes];
    private readonly byte[] _reply = new byte[ArpPacket.Bytes];
    private PacketSender? _sender;
    private CancellationTokenSource? _stop;
    private Task _burst = Task.CompletedTask;
    private int _interfaceIndex;
    private int _sent;
    private string? _failure;

    /// <summary>Opens the socket, so that the first announcement need not. Repeated until it succeeds.</summary>
    public void Prepare()
    {
        if (_sender is not null)
        {
            return;
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
    }

    /// <summary>Why the newest announcement did not go out; null when it did.</summary>
    public string? Failure => Volatile.Read(ref _failure);

    /// <summary>Announcements that went out since the last Begin.</summary>
    public int Sent => Volatile.Read(ref _sent);

    /// <summary>Announces once, before it returns, and leaves the rest to the background. The burst before it must have been ended.</summary>
    public void Begin(LinkRecord link, uint address, TimeProvider timeProvider)
    {
        Volatile.Write(ref _sent, 0);
        if (!link.CanAnnounce)
        {
            return;
        }

        Prepare();
        if (_sender is not { } sender)
        {
            return;
        }

        _interfaceIndex = link.Index;
        ArpPacket.WriteRequest(_request, link.Hardware, address);
        ArpPacket.WriteReply(_reply, link.Hardware, address);
        Announce(sender);
        _stop = new CancellationTokenSource();
        _burst = RunAsync(sender, timeProvider, _stop.Token);
    }

    /// <summary>Runs what an announcement runs, without sending one.</summary>
    public void Rehearse(TimeProvider timeProvider)
    {
        if (_sender is not { } sender || _stop is not null)
        {
            return;
        }

        ArpPacket.WriteRequest(_request, default, 0);
        ArpPacket.WriteReply(_reply, default, 0);
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        _burst = RunAsync(sender, timeProvider, cancelled.Token); // ends at its first wait
    }

    /// <summary>Ends the burst: when this returns, nothing is announced any more.</summary>
    public async ValueTask EndAsync()
    {
        if (_stop is not { } stop)
        {
            return;
        }

        _stop = null;
        await stop.CancelAsync().ConfigureAwait(false);
        await _burst.ConfigureAwait(false);
        stop.Dispose();
    }

    public async ValueTask DisposeAsync()
    {
        await EndAsync().ConfigureAwait(false);
        _sender?.Dispose();
        _sender = null;
    }

    private async Task RunAsync(PacketSender sender, TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        foreach (TimeSpan wait in plan.Waits())
        {
            // After a pause the peer may hold the address (rule L). The engine finds out, and starts this agent again if it does not.
            bool wasPaused = await WaitAsync(wait, timeProvider, cancellationToken).ConfigureAwait(false);
            if (wasPaused || cancellationToken.IsCancellationRequested)
            {
                return;
            }

            Announce(sender);
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

    private void Announce(PacketSender sender)
    {
        try
        {
            sender.Send(_request, _interfaceIndex);
            sender.Send(_reply, _interfaceIndex);
            Volatile.Write(ref _sent, _sent + 1);
            Volatile.Write(ref _failure, null);
        }
        catch (SocketException e)
        {
            Volatile.Write(ref _failure, $"announcement not sent: {e.Message}");
        }
    }
}
