using HaCore.Engine;
using HaCore.Hosting;
using Microsoft.Extensions.Logging;

namespace HaCore.Transports;

/// <summary>One member of a bond: opens it, receives on a thread of its own, sends through a <see cref="BondedSender"/>, and opens it again whenever it breaks.</summary>
internal sealed class BondedMember
{
    // Back within a second after it can be opened, as the engine's own links.
    private static readonly TimeSpan s_backOffMin = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_backOffMax = TimeSpan.FromSeconds(1);

    private readonly BondedLink _bond;
    private readonly int _index;
    private readonly LinkId _bondName;
    private readonly HeartbeatMember _member;
    private readonly HeartbeatLinkContext _context;
    private readonly EngineClock _clock;
    private readonly ILogger _logger;
    private readonly WaitPoint _pause;
    private readonly byte[] _buffer;
    private readonly CancellationToken _closing;
    private Thread? _thread;
    private volatile IHeartbeatLink? _link;
    private volatile Failure? _failure;
    private TimeSpan _backOff = s_backOffMin;
    private bool _isFaultLogged;
    private bool _stopped;

    /// <param name="bond">Told what happens.</param>
    /// <param name="index">Of the member in the bond.</param>
    /// <param name="member">What to open.</param>
    /// <param name="plan">The bond's times.</param>
    /// <param name="context">Of the bond.</param>
    /// <param name="clock">For pace and back-off.</param>
    /// <param name="closing">Cancelled when the bond closes.</param>
    public BondedMember(
        BondedLink bond, int index, HeartbeatMember member, BondedPlan plan, HeartbeatLinkContext context, EngineClock clock, CancellationToken closing)
    {
        _bond = bond;
        _index = index;
        _bondName = context.Link;
        _member = member;
        _context = context.ForMember(member.Link);
        _clock = clock;
        _closing = closing;
        _logger = context.LoggerFactory.CreateLogger<BondedTransport>();
        _pause = new WaitPoint(clock);
        _buffer = new byte[BondedLink.ReceiveBytes(context)];
        Sender = new BondedSender(member, plan, _context, clock, Break);
    }

    public LinkId Name => _member.Link;

    public BondedSender Sender { get; }

    public void Start()
    {
        Sender.Start();
        _thread = new Thread(Run) { IsBackground = true, Name = $"hacore {Name} receive" };
        _thread.Start();
    }

    /// <summary>Closes the member; its receive thread ends by that.</summary>
    public void Stop()
    {
        lock (_pause.Gate)
        {
            _stopped = true;
            _pause.Wake();
        }

        if (_link is { } link)
        {
            DisposeLink(link);
        }
    }

    /// <summary>Waits for the receive thread.</summary>
    public bool Join(TimeSpan limit) => _thread?.Join(limit) ?? true;

    private bool IsStopped => Volatile.Read(ref _stopped);

    private void Run()
    {
        _context.PrepareThread();
        while (!IsStopped)
        {
            var detail = Open() ?? Receive();
            Close();
            if (!IsStopped)
            {
                _bond.OnClosed(_index, detail);
                Log.BondedMemberClosed(_logger, _bondName, Name, detail);
                PauseBeforeReopening();
            }
        }

        _pause.Close();
    }

    /// <returns>Null, or why it cannot be opened now.</returns>
    private string? Open()
    {
        try
        {
            var link = Blocking.Wait(_member.Transport.OpenAsync(_context, _closing));
            _link = link;
            if (link.MaxFrameBytes < _context.FrameBytesMax)
            {
                return $"the member carries frames of at most {link.MaxFrameBytes} bytes, this cluster's need {_context.FrameBytesMax}: the member is refused";
            }

            Sender.Use(link);
            _bond.OnOpened(_index);
            Log.BondedMemberOpened(_logger, _bondName, Name);
            return null;
        }
#pragma warning disable CA1031 // The one place where a member's failure to open is judged.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            return Judge(exception);
        }
    }

    /// <summary>Receives until the member breaks.</summary>
    /// <returns>Why it did.</returns>
    private string Receive()
    {
        try
        {
            while (!IsStopped)
            {
                var result = Blocking.Wait(_link!.ReceiveAsync(_buffer, _closing));
                _backOff = s_backOffMin;   // it opened and it works
                if (result.Length > 0)
                {
                    _bond.Deliver(_index, _buffer.AsSpan(0, result.Length));
                }

                if (FailureOfLink() is { } detail)
                {
                    return detail;
                }
            }

            return "the bond closes";
        }
#pragma warning disable CA1031 // The one place where a member's failure to receive is judged.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            // When sending broke the link, it was disposed: what the receive call throws then is only the echo.
            return FailureOfLink() ?? Judge(exception);
        }
    }

    // On the sending thread: disposing the link ends the pending receive, which then opens it again.
    private void Break(IHeartbeatLink link, Exception exception)
    {
        if (!IsStopped)
        {
            _failure = new Failure(link, Judge(exception));
            DisposeLink(link);
        }
    }

    // A send call may have hung on the link before this one: its failure says nothing about this one.
    private string? FailureOfLink() => _failure is { } failure && ReferenceEquals(failure.Link, _link) ? failure.Detail : null;

    private void Close()
    {
        Sender.Use(null);
        var link = _link;
        _link = null;
        if (link is not null)
        {
            DisposeLink(link);
        }
    }

    private void DisposeLink(IHeartbeatLink link)
    {
        try
        {
            Blocking.Wait(link.DisposeAsync());
        }
#pragma warning disable CA1031 // A link that cannot be disposed is lost anyway; a new one is opened.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            LogFault(exception);
        }
    }

    private string Judge(Exception exception)
    {
        if (exception is HeartbeatLinkException)
        {
            return exception.Message;
        }

        if (!(exception is OperationCanceledException && _closing.IsCancellationRequested))
        {
            LogFault(exception);
        }

        return $"{exception.GetType().Name}: {exception.Message}";
    }

    private void LogFault(Exception exception)
    {
        // Once: a transport with a bug has it every second.
        if (!IsStopped && !Interlocked.Exchange(ref _isFaultLogged, true))
        {
            Log.BondedMemberFaulted(_logger, exception, _bondName, Name);
        }
    }

    private void PauseBeforeReopening()
    {
        var until = _clock.Now + _backOff;
        _backOff = _backOff * 2 < s_backOffMax ? _backOff * 2 : s_backOffMax;
        lock (_pause.Gate)
        {
            while (!_stopped && _pause.WaitOnce(until))
            {
                // woken early: look again
            }
        }
    }

    private sealed record Failure(IHeartbeatLink Link, string Detail);
}
