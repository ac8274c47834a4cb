using System.Globalization;
using System.Net.Sockets;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace HaCore.Control;

/// <summary>Makes the socket of the door: nobody gets in before its mode and group are set, a dead host's is replaced, a living one's is not.</summary>
internal static class ControlSocket
{
    private const int Backlog = 64;
    private const UnixFileMode DirectoryMode =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    /// <summary>Bound and listening.</summary>
    /// <exception cref="IOException">It cannot be; the message is for the operator.</exception>
    public static Socket Open(HaControlOptions options)
    {
        try
        {
            return OperatingSystem.IsWindows() ? Bind(options.SocketPath) : OpenLocked(options);
        }
        catch (Exception failure) when (failure is SocketException or UnauthorizedAccessException)
        {
            throw new IOException(failure.Message, failure);
        }
    }

    [UnsupportedOSPlatform("windows")]
    private static Socket OpenLocked(HaControlOptions options)
    {
        var path = options.SocketPath;
        var directory = Path.GetDirectoryName(path)!;
        if (!Directory.Exists(directory))
        {
            Directory.CreateDirectory(directory, DirectoryMode);
        }

        using SafeFileHandle held = Posix.LockDirectory(directory);
        RemoveStale(path);
        return BindClosed(options);
    }

    [UnsupportedOSPlatform("windows")]
    private static Socket BindClosed(HaControlOptions options)
    {
        var path = options.SocketPath;
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            if (OperatingSystem.IsLinux())
            {
                Posix.SetMode(socket, UnixFileMode.None);   // not even the umask decides: until the mode is set below, only root can connect
            }

            socket.Bind(new UnixDomainSocketEndPoint(path));
            if (options.Group is { } group)
            {
                Posix.SetGroup(path, Accounts.GroupId(group) ?? throw new IOException($"the group \"{group}\" is no longer in /etc/group"));
            }

            socket.Listen(Backlog);
            File.SetUnixFileMode(path, HaControlOptionsValidator.ModeOf(options));   // last, so that the mode never belongs to another group
            return socket;
        }
        catch
        {
            socket.Dispose();   // removes the file, too
            throw;
        }
    }

    private static Socket Bind(string path)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Bind(new UnixDomainSocketEndPoint(path));
            socket.Listen(Backlog);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>What a dead host left goes; a living host, or anything that is no socket, stays and is named.</summary>
    private static void RemoveStale(string path)
    {
        if (!File.Exists(path))
        {
            return;
        }

        // A connection to a file that is no socket is refused like one to a dead host's: only its type tells.
        if (FileStatus.Of(path) is { IsSocket: false })
        {
            throw new IOException($"{path} exists and is not a socket: it is not removed. Move it away, or choose another SocketPath");
        }

        using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            probe.Connect(new UnixDomainSocketEndPoint(path));
        }
        catch (SocketException refused) when (refused.SocketErrorCode == SocketError.ConnectionRefused)
        {
            File.Delete(path);   // nobody listens behind it: unix(7), ECONNREFUSED
            return;
        }

        throw new IOException($"{path} is served by {Describe(probe)}: each host needs a SocketPath of its own");
    }

    private static string Describe(Socket connected)
    {
        if (Caller.CredentialsOf(connected) is not { } process)
        {
            return "another process";
        }

        var name = "";
        try
        {
            name = $" ({File.ReadAllText($"/proc/{process.Pid}/comm").Trim()})";
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            // Its number is enough to find it.
        }

        return string.Create(CultureInfo.InvariantCulture, $"process {process.Pid}{name}");
    }
}
