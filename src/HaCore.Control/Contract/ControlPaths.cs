namespace HaCore.Control.Contract;

/// <summary>Where things are below the prefix.</summary>
internal static class ControlPaths
{
    public const string Prefix = "/hacore";
    public const string Clusters = "/clusters";
    public const string Notices = "notices";
    public const string Snapshots = "snapshots";
    public const string Commands = "commands";
    public const string NoticeEvent = "notice";
    public const string SnapshotEvent = "snapshot";
    public const string SocketDefault = "/run/hacore/control.sock";
}
