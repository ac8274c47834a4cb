using Microsoft.Extensions.Logging;

namespace HaCore.Control;

internal static partial class Log
{
    public const string Category = "HaCore.Control";

    [LoggerMessage(EventId = 3000, EventName = "ControlListening", Level = LogLevel.Information,
        Message = "The operator's door is open at {Socket}: mode {Mode}, owner {Owner}, group {Group}")]
    public static partial void Listening(ILogger logger, string socket, string mode, string owner, string group);

    [LoggerMessage(EventId = 3001, EventName = "ControlNotListening", Level = LogLevel.Error,
        Message = "The operator's door at {Socket} cannot be opened: {Reason}. The cluster runs without it, and hactl cannot reach this node. It is tried again every {Retry} s, without further lines until it opens")]
    public static partial void NotListening(ILogger logger, string socket, string reason, double retry);

    [LoggerMessage(EventId = 3002, EventName = "ControlClosed", Level = LogLevel.Information, Message = "The operator's door at {Socket} is closed")]
    public static partial void Closed(ILogger logger, string socket);

    [LoggerMessage(EventId = 3003, EventName = "ControlOpenToEveryone", Level = LogLevel.Warning,
        Message = "The operator's door at {Socket} has mode {Mode}: every user of this machine may command the cluster")]
    public static partial void OpenToEveryone(ILogger logger, string socket, string mode);

    [LoggerMessage(EventId = 3004, EventName = "ControlFaulted", Level = LogLevel.Error,
        Message = "The operator's door at {Socket} has failed and stays closed until the host is started again. The cluster runs without it")]
    public static partial void Faulted(ILogger logger, Exception exception, string socket);

    [LoggerMessage(EventId = 3010, EventName = "CommandAudited",
        Message = "{Cluster}: {Command} {Arguments} by {User} (uid {Uid}, pid {Pid}): {Outcome}: {Detail}")]
    public static partial void CommandAudited(
        ILogger logger, LogLevel level, string cluster, string command, string arguments, string user, string uid, string pid, string outcome, string detail);

    [LoggerMessage(EventId = 3011, EventName = "OperatorCommandFaulted", Level = LogLevel.Error, Message = "{Cluster}: the operator command {Command} threw")]
    public static partial void OperatorCommandFaulted(ILogger logger, Exception exception, string cluster, string command);
}
