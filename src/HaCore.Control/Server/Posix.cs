using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace HaCore.Control;

/// <summary>The few calls that .NET has no door for.</summary>
[UnsupportedOSPlatform("windows")]
internal static partial class Posix
{
    private const int LockExclusive = 2;   // LOCK_EX of flock(2), the same number everywhere
    private const int CloseOnExecLinux = 0x80000;
    private const int CloseOnExecDarwin = 0x1000000;

    /// <summary>The mode that the file of a socket gets when it is bound (Linux: unix_bind takes that of the socket itself, less the umask).</summary>
    public static void SetMode(Socket unbound, UnixFileMode mode)
    {
        if (FChMod(unbound.SafeHandle, (uint)mode) != 0)
        {
            throw Failure("fchmod of the new socket");
        }
    }

    public static void SetGroup(string path, uint group)
    {
        if (ChOwn(path, uint.MaxValue, group) != 0)
        {
            throw Failure($"chown {path} to group {group}");
        }
    }

    public static uint EffectiveUser() => GetEffectiveUser();

    public static uint EffectiveGroup() => GetEffectiveGroup();

    /// <summary>Held until it is disposed: among hosts that would open a door in the same directory, one looks and binds at a time.</summary>
    public static SafeFileHandle LockDirectory(string path)
    {
        var descriptor = Open(path, OperatingSystem.IsLinux() ? CloseOnExecLinux : CloseOnExecDarwin);
        if (descriptor < 0)
        {
            throw Failure($"open {path}");
        }

        var directory = new SafeFileHandle(descriptor, ownsHandle: true);
        if (FLock(directory, LockExclusive) != 0)
        {
            var failure = Failure($"flock {path}");
            directory.Dispose();
            throw failure;
        }

        return directory;
    }

    private static IOException Failure(string call) => new($"{call}: {Marshal.GetLastPInvokeErrorMessage()}");

    [LibraryImport("libc", EntryPoint = "fchmod", SetLastError = true)]
    private static partial int FChMod(SafeSocketHandle file, uint mode);

    [LibraryImport("libc", EntryPoint = "lchown", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int ChOwn(string path, uint user, uint group);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    private static partial int FLock(SafeFileHandle file, int operation);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint GetEffectiveUser();

    [LibraryImport("libc", EntryPoint = "getegid")]
    private static partial uint GetEffectiveGroup();
}
