using Microsoft.Extensions.Logging;

namespace HaCore.Transports;

// What the operator wants to know of members, lost or active, is told by the engine (1025, 1026).
internal static partial class Log
{
    [LoggerMessage(2300, LogLevel.Debug, "Link {Link}: member {Member} opened", EventName = "BondedMemberOpened")]
    public static partial void BondedMemberOpened(ILogger logger, LinkId link, LinkId member);

    [LoggerMessage(2301, LogLevel.Debug, "Link {Link}: member {Member} closed ({Reason}); it is opened again as soon as it can be", EventName = "BondedMemberClosed")]
    public static partial void BondedMemberClosed(ILogger logger, LinkId link, LinkId member, string reason);

    [LoggerMessage(2302, LogLevel.Error, "Link {Link}: the transport of member {Member} has a fault; it is opened again, the other members go on", EventName = "BondedMemberFaulted")]
    public static partial void BondedMemberFaulted(ILogger logger, Exception exception, LinkId link, LinkId member);
}
