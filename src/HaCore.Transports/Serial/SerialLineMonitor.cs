using Microsoft.Extensions.Logging;

namespace HaCore.Transports;

/// <summary>Counts what a serial line loses and says so when it begins, when it ends, and at most once a minute.</summary>
internal sealed class SerialLineMonitor(string device, HeartbeatLinkContext context)
{
    // One frame may be caught on the line by the next without anything being wrong, when a sending thread was late. Two in a row are a condition.
    private const int LostInARowToReport = 2;

    private static readonly TimeSpan s_logInterval = TimeSpan.FromMinutes(1);   // lasting conditions: at most one line a minute

    private readonly ILogger _logger = context.LoggerFactory.CreateLogger<SerialTransport>();
    private long _framesLost;
    private long _lostInARow;
    private bool _isBlockedLogged;
    private long _blockedLoggedAt;
    private long _noise;
    private long _noiseLoggedAt;

    /// <summary>Frames that did not go out whole, since the link was opened.</summary>
    public long FramesLost => Volatile.Read(ref _framesLost);

    /// <summary>A frame was lost before it was sent. Sending thread only.</summary>
    public void OnLost(string reason)
    {
        Interlocked.Increment(ref _framesLost);
        if (++_lostInARow >= LostInARowToReport && !_isBlockedLogged && IsDue(ref _blockedLoggedAt))
        {
            _isBlockedLogged = true;
            Log.SerialBlocked(_logger, context.Link, device, reason);
        }
    }

    /// <summary>A frame was taken and the one before it is out. Sending thread only.</summary>
    public void OnSent()
    {
        if (_isBlockedLogged)
        {
            _isBlockedLogged = false;
            Log.SerialFlows(_logger, context.Link, device, _lostInARow);
        }

        _lostInARow = 0;
    }

    /// <summary>Looks whether the line was noisy. Receiving thread only.</summary>
    public void OnReceived(SerialFrameDecoder decoder)
    {
        var noise = decoder.Damaged + decoder.Oversized;
        if (noise != _noise && IsDue(ref _noiseLoggedAt))
        {
            _noise = noise;
            Log.SerialNoise(_logger, context.Link, device, decoder.Damaged, decoder.Oversized, decoder.Frames);
        }
    }

    private bool IsDue(ref long loggedAt)
    {
        if (loggedAt != 0 && context.TimeProvider.GetElapsedTime(loggedAt) < s_logInterval)
        {
            return false;
        }

        loggedAt = context.TimeProvider.GetTimestamp();
        return true;
    }
}
