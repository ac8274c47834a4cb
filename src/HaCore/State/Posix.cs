using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace HaCore.State;

/// <summary>The few calls that .NET has no door for: who owns an open file, and fsync of a directory.</summary>
[UnsupportedOSPlatform("windows")]
internal static unsafe partial class Posix
{
    private const int ReadOnly = 0;
    private const int CloseOnExecLinux = 0x80000;
    private const int CloseOnExecDarwin = 0x1000000;
    private const int Interrupted = 4;         // EINTR, the same number everywhere
    private const int EmptyPath = 0x1000;      // AT_EMPTY_PATH: the descriptor itself
    private const uint WantUid = 0x8;          // STATX_UID
    private const int StatxBytes = 256;        // struct statx has one layout on every architecture (statx(2))
    private const int StatxUidAt = 20;
    private const int InterruptsMax = 100;     // a signal storm that outlasts this is an error, not a reason to spin

    public static uint EffectiveUser() => GetEffectiveUser();

    /// <summary>Owner of an open file or directory; null where the C library does not offer statx (other systems, old C libraries).</summary>
    public static uint? OwnerOf(SafeFileHandle file)
    {
        if (!OperatingSystem.IsLinux())
        {
            return null;
        }

        var buffer = stackalloc byte[StatxBytes];
        try
        {
            if (StatX(file, "", EmptyPath, WantUid, buffer) != 0)
            {
                throw Failure("statx");
            }
        }
        catch (EntryPointNotFoundException)
        {
            return null;
        }

        return *(uint*)(buffer + StatxUidAt);
    }

    public static SafeFileHandle OpenDirectory(string path)
    {
        var descriptor = Open(path, ReadOnly | (OperatingSystem.IsLinux() ? CloseOnExecLinux : CloseOnExecDarwin));
        return descriptor >= 0 ? new SafeFileHandle(descriptor, ownsHandle: true) : throw Failure($"open {path}");
    }

    public static void Sync(SafeFileHandle directory)
    {
        for (var i = 0; FSync(directory) != 0; i++)
        {
            if (Marshal.GetLastPInvokeError() != Interrupted || i == InterruptsMax)
            {
                throw Failure("fsync of the directory");
            }
        }
    }

    private static IOException Failure(string call) => new($"{call}: {Marshal.GetLastPInvokeErrorMessage()}");

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint GetEffectiveUser();

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int StatX(SafeFileHandle directory, string path, int flags, uint mask, byte* buffer);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int FSync(SafeFileHandle file);
}
