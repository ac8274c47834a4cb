using Microsoft.Extensions.Logging;

namespace HaCore.Hosting;

/// <summary>Log lines of the shell: ids 1200 to 1299. What the engine says has 1000 + its notice kind (see <see cref="NoticeWriter"/>).</summary>
internal static partial class Log
{
    [LoggerMessage(1200, LogLevel.Information, "Cluster {Cluster}: node {Node} starts as incarnation {Incarnation}", EventName = "EngineStarting")]
    public static partial void EngineStarting(ILogger logger, string cluster, string node, long incarnation);

    [LoggerMessage(1201, LogLevel.Information, "Cluster {Cluster}: node {Node} ended in order: {Detail}", EventName = "EngineLeft")]
    public static partial void EngineLeft(ILogger logger, string cluster, string node, string detail);

    [LoggerMessage(1202, LogLevel.Critical, "Cluster {Cluster}: node {Node} ends unclean: {Detail}. Its resources may still be active; the peer was not told \"left\"", EventName = "EngineUnclean")]
    public static partial void EngineUnclean(ILogger logger, string cluster, string node, string detail);

    [LoggerMessage(1203, LogLevel.Critical, "Cluster {Cluster}: the engine failed. Heartbeats stop for good, resources are left as they are, the host stops", EventName = "EngineFaulted")]
    public static partial void EngineFaulted(ILogger logger, Exception exception, string cluster);

    [LoggerMessage(1204, LogLevel.Warning, "Cluster {Cluster}: {Condition}", EventName = "StartCondition")]
    public static partial void StartCondition(ILogger logger, string cluster, string condition);

    [LoggerMessage(1205, LogLevel.Error, "Cluster {Cluster}: the state was not written: {Detail}", EventName = "StateNotWritten")]
    public static partial void StateNotWritten(ILogger logger, Exception exception, string cluster, string detail);

    [LoggerMessage(1206, LogLevel.Warning, "Cluster {Cluster}: {Count} log lines were dropped: the log did not take them in time", EventName = "LinesDropped")]
    public static partial void LinesDropped(ILogger logger, string cluster, long count);

    [LoggerMessage(1207, LogLevel.Error, "{Part} failed when it was disposed (a bug of it); everything else ends all the same", EventName = "PartNotDisposed")]
    public static partial void PartNotDisposed(ILogger logger, Exception exception, string part);

    [LoggerMessage(1210, LogLevel.Error, "Link {Link}: its transport failed in a way that it must not (a bug of the transport); the link is reopened", EventName = "TransportFaulted")]
    public static partial void TransportFaulted(ILogger logger, Exception exception, string link);

    [LoggerMessage(1211, LogLevel.Warning, "Link {Link}: refused a frame: {Verdict}; {Count} refused since the last line", EventName = "FramesRefused")]
    public static partial void FramesRefused(ILogger logger, string link, string verdict, long count);

    [LoggerMessage(1212, LogLevel.Debug, "Link {Link}: cannot be opened or broke: {Detail}", EventName = "LinkClosed")]
    public static partial void LinkClosed(ILogger logger, string link, string detail);

    [LoggerMessage(1220, LogLevel.Error, "Resource {Resource}: its agent failed in {Operation} in a way that it must not (a bug of the agent): the result is unknown", EventName = "AgentFaulted")]
    public static partial void AgentFaulted(ILogger logger, Exception exception, string resource, string operation);

    [LoggerMessage(1221, LogLevel.Error, "Resource {Resource}: {Operation} still runs {Elapsed} after it was cancelled: the agent ignores its token; nothing else is done with the resource until it returns", EventName = "AgentOverdue")]
    public static partial void AgentOverdue(ILogger logger, string resource, string operation, TimeSpan elapsed);

    [LoggerMessage(1222, LogLevel.Error, "Resource {Resource}: {Detail}", EventName = "AgentAnswerRefused")]
    public static partial void AgentAnswerRefused(ILogger logger, string resource, string detail);

    [LoggerMessage(1223, LogLevel.Information, "Resource {Resource}: {Operation} ended {Outcome} after {Seconds} s{Detail}", EventName = "OperationEnded")]
    public static partial void OperationEnded(ILogger logger, string resource, string operation, string outcome, double seconds, string detail);

    [LoggerMessage(1225, LogLevel.Debug, "Resource {Resource}: Probe ended {State} after {Seconds} s{Detail}", EventName = "ProbeEnded")]
    public static partial void ProbeEnded(ILogger logger, string resource, string state, double seconds, string detail);

    [LoggerMessage(1226, LogLevel.Warning, "Resource {Resource}: its lease is not renewed: {Detail}. It runs out unless a later renewal works", EventName = "LeaseNotRenewed")]
    public static partial void LeaseNotRenewed(ILogger logger, string resource, string detail);

    [LoggerMessage(1227, LogLevel.Information, "Resource {Resource}: its lease is renewed again", EventName = "LeaseRenewedAgain")]
    public static partial void LeaseRenewedAgain(ILogger logger, string resource);

    [LoggerMessage(1230, LogLevel.Error, "Fencing device {Device} failed in a way that it must not (a bug of the device): the result is unknown", EventName = "FencingDeviceFaulted")]
    public static partial void FencingDeviceFaulted(ILogger logger, Exception exception, string device);

    [LoggerMessage(1231, LogLevel.Warning, "Fencing device {Device} on {Node}: {Outcome}: {Detail}", EventName = "FencingDeviceEnded")]
    public static partial void FencingDeviceEnded(ILogger logger, string device, string node, string outcome, string? detail);

    [LoggerMessage(1232, LogLevel.Error, "Fencing device {Device} still runs {Elapsed} after it was cancelled; until it ends the attempt is in flight: nothing is taken over, and the operator's confirmation is refused. End what it runs", EventName = "FencingDeviceOverdue")]
    public static partial void FencingDeviceOverdue(ILogger logger, string device, TimeSpan elapsed);

    [LoggerMessage(1233, LogLevel.Error, "Fencing device {Device} is unusable: {Detail} ({Levels})", EventName = "FencingDeviceUnusable")]
    public static partial void FencingDeviceUnusable(ILogger logger, string device, string? detail, string levels);

    [LoggerMessage(1234, LogLevel.Information, "Fencing device {Device} is usable again: {Detail}", EventName = "FencingDeviceUsable")]
    public static partial void FencingDeviceUsable(ILogger logger, string device, string? detail);

    [LoggerMessage(1240, LogLevel.Error, "Network probe {Probe} failed in a way that it must not (a bug of it): nothing is known of this node's own network", EventName = "NetworkProbeFaulted")]
    public static partial void NetworkProbeFaulted(ILogger logger, Exception exception, string probe);

    [LoggerMessage(1241, LogLevel.Information, "Cluster {Cluster}: self-fencing is {Detail}", EventName = "SelfFencingArmed")]
    public static partial void SelfFencingArmed(ILogger logger, string cluster, string detail);
}
