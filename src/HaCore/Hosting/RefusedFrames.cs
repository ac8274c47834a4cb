using HaCore.Engine;
using HaCore.Wire;

namespace HaCore.Hosting;

/// <summary>Counts what one link's receive thread refuses, tells the engine of what may be the peer's, and logs at most one line a minute.</summary>
internal sealed class RefusedFrames
{
    private static readonly TimeSpan LogInterval = TimeSpan.FromMinutes(1);

    private readonly string _link;
    private readonly LinkEnvironment _environment;
    private readonly LinkStatistics _statistics;
    private readonly ClusterEvent.UnverifiedFrame _unverified;
    private readonly ClusterEvent.ForeignSelf _foreignSelf;
    private Instant _nextEvent = new(long.MinValue);
    private Instant _nextLine = new(long.MinValue);
    private long _sinceLine;

    public RefusedFrames(int index, string link, LinkEnvironment environment, LinkStatistics statistics)
    {
        _link = link;
        _environment = environment;
        _statistics = statistics;
        _unverified = new ClusterEvent.UnverifiedFrame(index);
        _foreignSelf = new ClusterEvent.ForeignSelf(index);
    }

    public void Add(FrameVerdict verdict)
    {
        Interlocked.Increment(ref _statistics.Rejected);
        var now = _environment.Clock.Now;
        switch (verdict)
        {
            case FrameVerdict.BadSignature:
            case FrameVerdict.UnknownKey:
            case FrameVerdict.UnsupportedVersion:
                // It claims this cluster: the peer may live. Everything else is noise or a neighbour.
                if (now >= _nextEvent)
                {
                    _nextEvent = now + _environment.HeartbeatInterval;
                    _environment.Queue.PostUnverified(_unverified);
                }

                WriteLine(now, verdict);
                break;
            case FrameVerdict.Malformed:
                WriteLine(now, verdict);
                break;
            case FrameVerdict.OtherCluster:   // two clusters on one wire are ordinary: counted, never logged
            case FrameVerdict.Unknown:
            case FrameVerdict.Accepted:
            case FrameVerdict.OwnFrame:
                break;
        }
    }

    /// <summary>Another machine sends under this node's name.</summary>
    public void AddForeignSelf()
    {
        Interlocked.Increment(ref _statistics.Rejected);
        _environment.Queue.PostForeignSelf(_foreignSelf);
        WriteLine(_environment.Clock.Now, FrameVerdict.OwnFrame);
    }

    private void WriteLine(Instant now, FrameVerdict verdict)
    {
        _sinceLine++;
        if (now < _nextLine)
        {
            return;
        }

        _nextLine = now + LogInterval;
        Log(verdict, _sinceLine);
        _sinceLine = 0;
    }

    // Apart, because a closure is allocated where its variables begin: a refused frame that writes no line allocates nothing.
    private void Log(FrameVerdict verdict, long count) =>
        _environment.Notices.Write(logger => Hosting.Log.FramesRefused(logger, _link, verdict.ToString(), count));
}
