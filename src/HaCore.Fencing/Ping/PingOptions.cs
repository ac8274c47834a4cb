namespace HaCore.Fencing;

/// <summary>Options of the ping targets: addresses outside the cluster that answer as long as this node's own network works.</summary>
public sealed class PingOptions
{
    /// <summary>
    /// 1 to 16 IPv4 or IPv6 addresses; no names, because a name server is not to decide about a takeover. Good ones are always there and close: the gateway, a switch
    /// with an address, a second one. Not the peer: a dead peer would then look like a dead network.
    /// </summary>
    public List<string> Targets { get; } = [];

    /// <summary>How many of them must answer for the network to count as working. 1 to the number of targets; default 1: one that is switched off says nothing.</summary>
    public int Required { get; set; } = 1;

    /// <summary>
    /// From one round of pings to the next. From 50 ms; default (null): an eighth of the dead time, at least 100 ms, at most 1 s. Together with
    /// <see cref="DownAfter"/> and <see cref="Timeout"/> it must say "dead" within the dead time, or it says so too late.
    /// </summary>
    public TimeSpan? Interval { get; set; }

    /// <summary>How long an answer may take. 10 ms to <see cref="Interval"/>; default (null): the interval.</summary>
    public TimeSpan? Timeout { get; set; }

    /// <summary>So many rounds in a row with too few answers before the network counts as dead. 1 to 100; default 3: two rounds that are lost to a busy switch change nothing.</summary>
    public int DownAfter { get; set; } = 3;

    /// <summary>So many rounds in a row with enough answers before it counts as working (again, and at start). 1 to 100; default 5: a flapping port stays out.</summary>
    public int UpAfter { get; set; } = 5;

    /// <summary>Sends and listens on this interface only (Linux). Default (null): wherever the routes point.</summary>
    public string? Interface { get; set; }
}
