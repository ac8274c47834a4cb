using System.Globalization;
using Microsoft.Extensions.Logging;

namespace HaCore.Control;

/// <summary>One line for each command that reaches this host, whatever became of it.</summary>
internal sealed class CommandAudit(ILogger logger)
{
    public void Accepted(string cluster, string command, string arguments, Caller caller, string detail) =>
        Write(LogLevel.Information, cluster, command, arguments, caller, "accepted", detail);

    public void Refused(string cluster, string command, string arguments, Caller caller, string detail) =>
        Write(LogLevel.Warning, cluster, command, arguments, caller, "refused", detail);

    public void Invalid(string cluster, string command, string arguments, Caller caller, string detail) =>
        Write(LogLevel.Warning, cluster, command, arguments, caller, "invalid", detail);

    public void Unanswered(string cluster, string command, string arguments, Caller caller) =>
        Write(LogLevel.Warning, cluster, command, arguments, caller, "unanswered", "the caller hung up before the answer; the command may have been carried out");

    public void Ended(string cluster, string command, string arguments, Caller caller, int exitCode) =>
        Write(exitCode == 0 ? LogLevel.Information : LogLevel.Warning, cluster, command, arguments, caller,
            string.Create(CultureInfo.InvariantCulture, $"exit code {exitCode}"), "the command's own output went to the caller");

    public void Faulted(string cluster, string command, string arguments, Caller caller, Exception exception)
    {
        Write(LogLevel.Error, cluster, command, arguments, caller, "faulted", exception.Message);
        Log.OperatorCommandFaulted(logger, exception, cluster, command);
    }

    private void Write(LogLevel level, string cluster, string command, string arguments, Caller caller, string outcome, string detail)
    {
        var (user, uid, pid) = (caller.ToString(), caller.UidText, caller.PidText);
        var shown = Quoted.Shorten(arguments);
        Log.CommandAudited(logger, level, cluster, command, shown, user, uid, pid, outcome, detail);
    }
}
