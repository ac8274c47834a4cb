namespace TwoNodeCluster;

/// <summary>What this program's exit code says. Part of its interface: the systemd unit and scripts rely on it.</summary>
internal static class ExitCode
{
    /// <summary>Demo: every step went as it must. Host: stopped in order. clean: nothing is left here but what is meant to be.</summary>
    public const int Success = 0;

    /// <summary>Demo: a step went otherwise. Host: it failed while it ran. keygen: the file could not be written. clean: an address could not be removed, or the program still runs.</summary>
    public const int Failed = 1;

    /// <summary>The command line was not understood.</summary>
    public const int Usage = 2;

    /// <summary>The configuration was refused, everything wrong with it is on standard error. EX_CONFIG of sysexits.h: a restart cannot help.</summary>
    public const int Configuration = 78;

    /// <summary>Interrupted by Ctrl-C or SIGTERM before the end of the demo; as a shell reports SIGINT.</summary>
    public const int Interrupted = 130;
}
