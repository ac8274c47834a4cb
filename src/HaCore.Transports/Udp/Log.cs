using Microsoft.Extensions.Logging;

namespace HaCore.Transports;

internal static partial class Log
{
    [LoggerMessage(2100, LogLevel.Warning, "Link {Link}: frames cannot be sent ({Reason}); it goes on trying", EventName = "UdpSendFails")]
    public static partial void UdpSendFails(ILogger logger, LinkId link, string reason);

    [LoggerMessage(2101, LogLevel.Information, "Link {Link}: frames are sent again; {Count} were lost", EventName = "UdpSendWorks")]
    public static partial void UdpSendWorks(ILogger logger, LinkId link, long count);

    [LoggerMessage(2102, LogLevel.Debug, "Link {Link}: opened, {Local} to {Target} on {Device}", EventName = "UdpOpened")]
    public static partial void UdpOpened(ILogger logger, LinkId link, string local, string target, string device);

    [LoggerMessage(2103, LogLevel.Debug, "Link {Link}: a datagram of more than {BytesMax} bytes was dropped; {Count} since the link was opened", EventName = "UdpOversized")]
    public static partial void UdpOversized(ILogger logger, LinkId link, int bytesMax, long count);
}
