namespace HaCore.Tool;

/// <summary>What hactl's exit code says. Part of its interface: docs/reference/control.md. A command that a package added passes its own.</summary>
internal static class ExitCode
{
    /// <summary>Done; status: all is good.</summary>
    public const int Done = 0;

    /// <summary>The cluster refused, with the reason on standard error. keygen: the file could not be written.</summary>
    public const int Refused = 1;

    /// <summary>The command line was not understood, or names something that is not there.</summary>
    public const int Usage = 2;

    /// <summary>No host answers at the socket.</summary>
    public const int NotReachable = 3;

    /// <summary>The socket does not let this user in.</summary>
    public const int NotPermitted = 4;

    /// <summary>The host answered something that this version does not understand, or failed over the command.</summary>
    public const int HostFailed = 5;

    /// <summary>The operator did not confirm; nothing was sent.</summary>
    public const int NotConfirmed = 6;

    /// <summary>status: every group is active, something that a second failure would need is missing.</summary>
    public const int Degraded = 10;

    /// <summary>status: a group is active nowhere, unclean, failed or diverged.</summary>
    public const int Down = 11;

    /// <summary>Ctrl-C, as a shell reports SIGINT.</summary>
    public const int Interrupted = 130;
}
