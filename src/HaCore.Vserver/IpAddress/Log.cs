using Microsoft.Extensions.Logging;

namespace HaCore.Vserver.IpAddress;

internal static partial class Log
{
    [LoggerMessage(EventId = 5001, EventName = "AddressAdded", Level = LogLevel.Information,
        Message = "{Resource}: {Address} is on {Interface} now; first announcement after {Microseconds} µs")]
    public static partial void AddressAdded(ILogger logger, ResourceId resource, string address, string @interface, long microseconds);

    [LoggerMessage(EventId = 5002, EventName = "AddressRemoved", Level = LogLevel.Information, Message = "{Resource}: {Address} is off {Interface}")]
    public static partial void AddressRemoved(ILogger logger, ResourceId resource, string address, string @interface);

    [LoggerMessage(EventId = 5003, EventName = "AddressNotAnnounced", Level = LogLevel.Warning,
        Message = "{Resource}: {Address} is on {Interface}, but neighbours were not told: {Failure}")]
    public static partial void AddressNotAnnounced(ILogger logger, ResourceId resource, string address, string @interface, string failure);

    [LoggerMessage(EventId = 5004, EventName = "SecondariesNotKept", Level = LogLevel.Warning,
        Message = "{Resource}: promote_secondaries of {Interface} could not be set ({Errno}): when {Address} goes it takes the other addresses of its subnet along")]
    public static partial void SecondariesNotKept(ILogger logger, ResourceId resource, string @interface, int errno, string address);

    [LoggerMessage(EventId = 5005, EventName = "LeaseRanOut", Level = LogLevel.Warning,
        Message = "{Resource}: the lease of {Address} on {Interface} had run out ({Seconds} s since it was extended): this program was paused for longer. It is still held here: added and announced again")]
    public static partial void LeaseRanOut(ILogger logger, ResourceId resource, string address, string @interface, double seconds);

    [LoggerMessage(EventId = 5006, EventName = "LeaseWithdrawn", Level = LogLevel.Warning,
        Message = "{Resource}: this program was paused while it added {Address} to {Interface} again, and may no longer do so: removed")]
    public static partial void LeaseWithdrawn(ILogger logger, ResourceId resource, string address, string @interface);
}
