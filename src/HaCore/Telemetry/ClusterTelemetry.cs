using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace HaCore.Telemetry;

/// <summary>
/// The meter and the activity source, both named "HaCore". The heartbeat threads only write fields; a metric listener is user code, so it is
/// called on the thread that collects, never on theirs.
/// </summary>
internal sealed class ClusterTelemetry : IDisposable
{
    public const string Name = "HaCore";

    private static readonly ActivitySource Activities = new(Name);

    private readonly Meter _meter;
    private readonly Histogram<double> _operations;
    private readonly KeyValuePair<string, object?> _cluster;
    private long _takeovers;
    private long _latenessTicks;

    public ClusterTelemetry(string cluster, IMeterFactory? meters)
    {
        _cluster = new("hacore.cluster", cluster);

        // A meter of a factory is disposed by the factory; one of our own by us.
        _meter = meters?.Create(new MeterOptions(Name)) ?? new Meter(Name);
        _operations = _meter.CreateHistogram<double>("hacore.operation.duration", "s", "How long operations of agents took, retries included.");
        _meter.CreateObservableCounter("hacore.takeovers", () => new Measurement<long>(Interlocked.Read(ref _takeovers), _cluster), "{takeover}",
            "Groups that this node took because the peer was confirmed down.");
        _meter.CreateObservableGauge("hacore.engine.lateness", () => new Measurement<double>(TakeLateness().TotalSeconds, _cluster), "s",
            "The longest that the engine came late to a deadline since the last collection.");
    }

    /// <summary>Counts a takeover.</summary>
    public void CountTakeover() => Interlocked.Increment(ref _takeovers);

    /// <summary>The engine came late to a deadline. Allocates nothing.</summary>
    public void NoteLateness(TimeSpan lateness)
    {
        if (lateness.Ticks > Volatile.Read(ref _latenessTicks))
        {
            Volatile.Write(ref _latenessTicks, lateness.Ticks);
        }
    }

    /// <summary>Publishes the numbers of the links.</summary>
    /// <param name="read">Reads them now, on the collecting thread.</param>
    public void ObserveLinks(Func<IReadOnlyList<LinkSample>> read)
    {
        _meter.CreateObservableCounter("hacore.frames.sent", () => Measure<long>(read, l => l.Sent), "{frame}", "Heartbeat frames that the transport took.");
        _meter.CreateObservableCounter("hacore.frames.received", () => Measure<long>(read, l => l.Received), "{frame}", "Authentic heartbeat frames.");
        _meter.CreateObservableCounter("hacore.frames.lost", () => Measure<long>(read, l => l.Lost), "{frame}", "Heartbeat frames of the peer that never came.");
        _meter.CreateObservableCounter("hacore.frames.late", () => Measure<long>(read, l => l.Late), "{frame}", "Heartbeat frames that came later than the warn time.");
        _meter.CreateObservableCounter("hacore.frames.rejected", () => Measure<long>(read, l => l.Rejected), "{frame}", "Frames that were refused.");
        _meter.CreateObservableGauge("hacore.link.round_trip", () => Measure<double>(read, l => l.RoundTrip?.TotalSeconds), "s", "Newest round trip.");
        _meter.CreateObservableGauge("hacore.link.silence", () => Measure<double>(read, l => l.LastHeard?.TotalSeconds), "s", "Age of the newest authentic frame.");
    }

    /// <summary>Starts the activity of one operation; null when nobody listens.</summary>
    public Activity? StartOperation(string operation, GroupId group, ResourceId resource)
    {
        var activity = Activities.StartActivity(operation);
        activity?.SetTag(_cluster.Key, _cluster.Value).SetTag("hacore.group", group.Value).SetTag("hacore.resource", resource.Value);
        return activity;
    }

    /// <summary>Records the end of one operation.</summary>
    public void RecordOperation(TimeSpan duration, string operation, GroupId group, ResourceId resource, string outcome) =>
        _operations.Record(duration.TotalSeconds, new TagList
        {
            _cluster,
            { "hacore.group", group.Value },
            { "hacore.resource", resource.Value },
            { "hacore.operation", operation },
            { "hacore.outcome", outcome },
        });

    public void Dispose() => _meter.Dispose();

    private TimeSpan TakeLateness() => new(Interlocked.Exchange(ref _latenessTicks, 0));

    private IEnumerable<Measurement<T>> Measure<T>(Func<IReadOnlyList<LinkSample>> read, Func<LinkSample, T?> value)
        where T : struct
    {
        foreach (var link in read())
        {
            if (value(link) is { } number)
            {
                yield return new Measurement<T>(number, _cluster, new("hacore.link", link.Link.Value));
            }
        }
    }
}

/// <summary>The numbers of one link at one moment.</summary>
internal readonly record struct LinkSample(
    LinkId Link, long Sent, long Received, long Lost, long Late, long Rejected, TimeSpan? RoundTrip, TimeSpan? LastHeard);
