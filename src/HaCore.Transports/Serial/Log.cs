using Microsoft.Extensions.Logging;

namespace HaCore.Transports;

internal static partial class Log
{
    [LoggerMessage(2200, LogLevel.Debug, "Link {Link}: opened, {Device} at {Line}, handshake {Handshake}, by {Way}", EventName = "SerialOpened")]
    public static partial void SerialOpened(ILogger logger, LinkId link, string device, string line, SerialHandshake handshake, string way);

    [LoggerMessage(2201, LogLevel.Warning, "Link {Link}: {Device} does not send what it is given ({Reason}); old frames are thrown away, it goes on trying", EventName = "SerialBlocked")]
    public static partial void SerialBlocked(ILogger logger, LinkId link, string device, string reason);

    [LoggerMessage(2202, LogLevel.Information, "Link {Link}: {Device} sends again; {Count} frames were lost", EventName = "SerialFlows")]
    public static partial void SerialFlows(ILogger logger, LinkId link, string device, long count);

    [LoggerMessage(2203, LogLevel.Warning,
        "Link {Link}: noise on {Device}: {Damaged} damaged and {Oversized} overlong pieces beside {Frames} good frames since it was opened; without good frames the ends differ in BaudRate",
        EventName = "SerialNoise")]
    public static partial void SerialNoise(ILogger logger, LinkId link, string device, long damaged, long oversized, long frames);
}
