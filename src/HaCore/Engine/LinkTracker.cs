using HaCore.Wire;

namespace HaCore.Engine;

/// <summary>The fault detector's view of one link: is it alive, how good is it. A lost link is a warning with its name, never a takeover.</summary>
internal sealed class LinkTracker(EngineContext context, ConditionBoard conditions, int index, LinkConfiguration configuration)
{
    private readonly LinkStatistics _statistics = new();
    private uint _incarnation;
    private ulong _sequence;
    private Instant _lastHeard = Instant.Never;
    private readonly LinkMemberTracker? _members = configuration.Members.Count == 0 ? null : new(context, conditions, index, configuration.Members);
    private bool _wasHeard;

    public LinkConfiguration Configuration => configuration;
    public LinkStatistics Statistics => _statistics;
    public bool IsOpen { get; private set; }
    public string? Detail { get; private set; } = "not opened yet";
    public Instant NextSend { get; set; }
    public Instant LastSent { get; set; } = new(-TimeSpan.TicksPerDay);

    /// <summary>Frames of the peer arrive on it.</summary>
    public bool IsAlive { get; private set; }

    public void OnChanged(ClusterEvent.LinkChanged change)
    {
        IsOpen = change.IsOpen;
        Detail = change.Detail;
        context.SnapshotStale = true;
        if (!change.IsOpen)
        {
            conditions.Begin(NoticeKind.LinkLost, index, NoticeLevel.Warning, configuration.Name.Value, change.Detail ?? "closed");
            IsAlive = false;
        }
        else
        {
            NextSend = context.Now;
        }
    }

    public IReadOnlyList<LinkMemberSnapshot> MemberSnapshots => _members?.Snapshots ?? [];

    public void OnMemberChanged(ClusterEvent.LinkMemberChanged change) => _members?.OnChanged(change);

    /// <summary>Statistics of one authentic frame, whether or not another link brought it first (M2).</summary>
    public void OnFrame(Frame frame, TimeSpan? roundTrip)
    {
        var now = context.Now;
        if (frame.Incarnation < _incarnation || (frame.Incarnation == _incarnation && frame.Sequence <= _sequence))
        {
            return; // old or repeated on this very link: proves nothing
        }

        if (frame.Incarnation == _incarnation)
        {
            _statistics.Lost += (long)Math.Min(frame.Sequence - _sequence - 1, int.MaxValue);
        }

        if (_lastHeard != Instant.Never && frame.Incarnation == _incarnation && now - _lastHeard > LateAfter)
        {
            _statistics.Late++;
        }

        _incarnation = frame.Incarnation;
        _sequence = frame.Sequence;
        _lastHeard = now;
        _statistics.Received++;
        _statistics.LastHeardTicks = now.Ticks;
        if (roundTrip is { } value)
        {
            _statistics.RoundTripTicks = Math.Max(0, value.Ticks);
        }

        if (!IsAlive)
        {
            IsAlive = true;
            _wasHeard = true;
            context.SnapshotStale = true;
            conditions.End(NoticeKind.LinkLate, index);
            if (conditions.IsActive(NoticeKind.LinkLost, index))
            {
                conditions.End(NoticeKind.LinkLost, index, "frames arrive again");
            }
            else
            {
                context.Notice(NoticeKind.LinkUp, NoticeLevel.Information, configuration.Name.Value, "the peer's frames arrive");
            }
        }
    }

    /// <summary>Shifts the silence timer by the node's own lateness (rule L).</summary>
    public void Shift(TimeSpan lateness)
    {
        if (_lastHeard != Instant.Never)
        {
            _lastHeard += lateness;
        }
    }

    public void Advance()
    {
        AdvanceSilence();
        _members?.Advance(IsAlive);
    }

    // A slow link has every frame later than others warn.
    private TimeSpan LateAfter =>
        context.Configuration.Times.WarnTime > configuration.Interval * 2 ? context.Configuration.Times.WarnTime : configuration.Interval * 2;

    private void AdvanceSilence()
    {
        if (!_wasHeard || _lastHeard == Instant.Never)
        {
            return;
        }

        var silent = context.Now - _lastHeard;
        var times = context.Configuration.Times;
        var lost = LinkConfiguration.LostAfter(configuration.Interval, times.DeadTime);
        if (silent > lost)
        {
            if (IsAlive)
            {
                IsAlive = false;
                conditions.End(NoticeKind.LinkLate, index, "lost");
                conditions.Begin(NoticeKind.LinkLost, index, NoticeLevel.Warning, configuration.Name.Value, $"silent for {silent.TotalSeconds:0.0} s");
            }

            return;
        }

        context.Due(_lastHeard + lost + TimeSpan.FromTicks(1));
        if (silent > LateAfter)
        {
            if (IsAlive && !conditions.IsActive(NoticeKind.LinkLate, index))
            {
                conditions.Begin(NoticeKind.LinkLate, index, NoticeLevel.Warning, configuration.Name.Value, $"no frame for {silent.TotalSeconds:0.0} s");
            }
        }
        else if (IsAlive)
        {
            conditions.End(NoticeKind.LinkLate, index);
        }
    }
}
