using HaCore.Engine;
using HaCore.Hosting;

namespace HaCore.Transports;

/// <summary>
/// An open bond. It stays open whatever becomes of its members: frames that no member can carry are lost, as on a cable that is out. Each member has two threads
/// of its own; the bond itself has none: the calls that send and the frames that come are what it looks at its members by.
/// </summary>
internal sealed class BondedLink : ICompositeHeartbeatLink
{
    // A newer release may add trailing fields, which the engine skips: room for them, and for one byte by which a frame that is longer still can be told.
    private const int NewerFrameBytes = 128;
    private const int NewsShare = 4;   // a heartbeat that the scheduler moved by less than a quarter of the interval is not taken for news

    // Real time, whatever the clock: they bound how long a host's stop can hang on a foreign transport.
    private static readonly TimeSpan s_flushMax = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan s_threadEndMax = TimeSpan.FromSeconds(1);

    private readonly HeartbeatLinkContext _context;
    private readonly EngineClock _clock;
    private readonly BondedInbox _inbox;
    private readonly BondedMember[] _members;
    private readonly Lock _gate = new();   // around the health: the engine's threads and the members' meet in it, none waits for a line inside
    private readonly BondedHealth _health;
    private readonly CancellationTokenSource _closing = new();
    private readonly TimeSpan _newsWithin;
    private Instant _lastSent = new(-TimeSpan.TicksPerDay);
    private CancellationToken _watched;
    private CancellationTokenRegistration _registration;
    private bool _isClosed;

    public BondedLink(BondedPlan plan, IReadOnlyList<HeartbeatMember> members, HeartbeatLinkContext context)
    {
        _context = context;
        _clock = new EngineClock(context.TimeProvider);
        _inbox = new BondedInbox(members.Count, ReceiveBytes(context));
        _newsWithin = plan.Interval - (plan.Interval / NewsShare);
        _members = [.. members.Select((member, i) => new BondedMember(this, i, member, plan, context, _clock, _closing.Token))];
        _health = new BondedHealth(plan, members, _clock.Now, OnChanged);
        foreach (var member in _members)
        {
            member.Start();
        }
    }

    /// <summary>Whatever is asked for: a member that carries less is refused by its name.</summary>
    public int MaxFrameBytes => int.MaxValue;

    /// <summary>The longest frame that is received, and one more.</summary>
    public static int ReceiveBytes(HeartbeatLinkContext context) => context.FrameBytesMax + NewerFrameBytes + 1;

    public ValueTask SendAsync(ReadOnlyMemory<byte> frame, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ThrowIfClosed();

        // The engine sends on time or because it has news, and only the time can be seen here: frames are opaque.
        var now = _clock.Now;
        var isNews = now - _lastSent < _newsWithin;
        _lastSent = now;
        uint stuck = 0;
        for (var i = 0; i < _members.Length; i++)
        {
            stuck |= _members[i].Sender.Offer(frame.Span, now, isNews) ? 1u << i : 0;
        }

        // After the offers, so that a member that becomes active has the newest frame to begin with.
        lock (_gate)
        {
            _health.Look(now, stuck);
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask<HeartbeatReceiveResult> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        Watch(cancellationToken);
        var length = _inbox.Take(buffer.Span, out var member, cancellationToken);
        return length < 0 ? throw Closed() : ValueTask.FromResult(new HeartbeatReceiveResult(length, _members[member].Name));
    }

    public void Heard(LinkId via)
    {
        var member = IndexOf(via);
        lock (_gate)
        {
            if (!_isClosed)
            {
                _health.Heard(member, _clock.Now);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            if (_isClosed)
            {
                return;
            }

            _isClosed = true;
        }

        _inbox.Close();
        foreach (var member in _members)
        {
            member.Sender.Stop();
        }

        JoinAll(s_flushMax, static (member, limit) => member.Sender.Join(limit));
        await _closing.CancelAsync().ConfigureAwait(false);
        foreach (var member in _members)
        {
            member.Stop();
        }

        JoinAll(s_threadEndMax, static (member, limit) => member.Join(limit));
        await _registration.DisposeAsync().ConfigureAwait(false);
        _closing.Dispose();
    }

    /// <summary>Nothing is being sent or could be sent now. For tests on a clock that stands.</summary>
    internal bool IsSendingDone(LinkId member) => _members[IndexOf(member)].Sender.IsDone;

    /// <summary>A member's frame. On its receive thread.</summary>
    internal void Deliver(int member, ReadOnlySpan<byte> frame) => _inbox.Put(member, frame);

    /// <summary>A member was opened. On its receive thread.</summary>
    internal void OnOpened(int member)
    {
        lock (_gate)
        {
            if (!_isClosed)
            {
                _health.Opened(member, _clock.Now);
            }
        }
    }

    /// <summary>A member broke or cannot be opened. On its receive thread.</summary>
    internal void OnClosed(int member, string detail)
    {
        lock (_gate)
        {
            if (!_isClosed)
            {
                _health.Closed(member, detail, _clock.Now);
            }
        }
    }

    // Under the gate, so that the newest state is the last one told.
    private void OnChanged(int member, HeartbeatMemberState state)
    {
        _members[member].Sender.SetActive(state.IsActive);
        _context.MemberChanged(state);
    }

    private int IndexOf(LinkId name)
    {
        for (var i = 0; i < _members.Length; i++)
        {
            if (_members[i].Name == name)
            {
                return i;
            }
        }

        throw new ArgumentException($"The link {_context.Link} has no member \"{name}\": only what a receive named can have been heard.", nameof(name));
    }

    private void JoinAll(TimeSpan limit, Func<BondedMember, TimeSpan, bool> join)
    {
        var start = TimeProvider.System.GetTimestamp();
        foreach (var member in _members)
        {
            var left = limit - TimeProvider.System.GetElapsedTime(start);
            join(member, left > TimeSpan.Zero ? left : TimeSpan.Zero);
        }
    }

    private void ThrowIfClosed()
    {
        if (Volatile.Read(ref _isClosed))
        {
            throw Closed();
        }
    }

    private HeartbeatLinkException Closed() => new($"Link {_context.Link}: the link was closed");

    /// <summary>Registers once per token, so that a receive in the steady state allocates nothing.</summary>
    private void Watch(CancellationToken token)
    {
        if (token != _watched)
        {
            _registration.Unregister();
            _watched = token;
            _registration = token.UnsafeRegister(static inbox => ((BondedInbox)inbox!).Wake(), _inbox);
        }
    }
}
