namespace HaCore.Control;

/// <summary>Where the operator's door of this host is, and who may use it.</summary>
public sealed class HaControlOptions
{
    /// <summary>
    /// Path of the Unix domain socket. Absolute, at most 100 bytes (the system's limit is 107). Default "/run/hacore/control.sock", where <c>hactl</c> looks. Its directory
    /// is made (mode 0755) if it is not there; who may not pass the directory may not use the door either.
    /// </summary>
    public string SocketPath { get; set; } = Contract.ControlPaths.SocketDefault;

    /// <summary>
    /// Mode of the socket in octal, "0600" to "0777", reading and writing for the owner included. Default "0660": the user of the host and the group. It is the whole
    /// permission: who may write to the socket may stop services.
    /// </summary>
    public string Mode { get; set; } = "0660";

    /// <summary>
    /// Group of the socket: a name in /etc/group, or a number. Null (the default) for the group of the process. A process without CAP_CHOWN must be a member of it. A group
    /// that only a directory service knows is given by its number.
    /// </summary>
    public string? Group { get; set; }
}
