using System.Globalization;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using HaCore.Control;

namespace HaCore.Tool;

/// <summary>Why the socket could not be used, and who could: the operator's next step.</summary>
internal static partial class SocketAccess
{
    public static ToolException Explain(string path, HttpRequestException failure) => failure.InnerException switch
    {
        SocketException { SocketErrorCode: SocketError.AccessDenied } => new(ExitCode.NotPermitted, $"you may not use {path}: {Permissions(path)}"),
        SocketException socket => new(ExitCode.NotReachable,
            $"no host answers at {path}: {(File.Exists(path) ? socket.Message : "there is no such socket")}. Does the host run on this machine? Another place: --socket PATH, or HACORE_SOCKET"),
        _ => new(ExitCode.NotReachable, $"the host at {path} hung up: {failure.Message}"),
    };

    private static string Permissions(string path)
    {
        var self = OperatingSystem.IsWindows() ? "" : $"You are {User(GetEffectiveUser())}.";
        return FileStatus.Of(path) is { } status
            ? $"its mode is {status.Permissions}, its owner {User(status.Uid)}, its group {Group(status.Gid)}; who may write to it may command the cluster. {self}"
            : $"its directory does not let you pass. {self}";
    }

    private static string User(uint uid) => Named(Accounts.UserName(uid), "uid", uid);

    private static string Group(uint gid) => Named(Accounts.GroupName(gid), "gid", gid);

    private static string Named(string? name, string what, uint number) =>
        name is null ? string.Create(CultureInfo.InvariantCulture, $"{what} {number}") : string.Create(CultureInfo.InvariantCulture, $"{name} ({what} {number})");

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint GetEffectiveUser();
}
