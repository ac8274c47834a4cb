namespace TwoNodeCluster.RealHost;

/// <summary>Where log lines go.</summary>
internal enum LogTarget
{
    /// <summary>Standard output; with priorities for the journal when systemd runs this host.</summary>
    Console = 0,

    /// <summary>The local syslog, facility local0.</summary>
    Syslog,
}

/// <param name="ConfigurationFile">Full path of the appsettings file.</param>
/// <param name="Node">Name of this node; null for what the file or the machine says.</param>
/// <param name="Log">Where log lines go.</param>
internal sealed record ClusterHostArguments(string ConfigurationFile, string? Node, LogTarget Log);
