using System.Runtime.InteropServices;

namespace HaCore.Control;

/// <summary>Owner, group and mode of a path, by statx(2): .NET tells the permissions only.</summary>
internal readonly unsafe partial record struct FileStatus(uint Uid, uint Gid, int Mode)
{
    private const int CurrentDirectory = -100;     // AT_FDCWD
    private const int NoFollow = 0x100;            // AT_SYMLINK_NOFOLLOW
    private const uint BasicStatistics = 0x7FF;    // STATX_BASIC_STATS
    private const int StatxBytes = 256;            // struct statx has one layout on every architecture
    private const int UidAt = 20;
    private const int GidAt = 24;
    private const int ModeAt = 28;
    private const int TypeMask = 0xF000;           // S_IFMT
    private const int SocketType = 0xC000;         // S_IFSOCK

    public bool IsSocket => (Mode & TypeMask) == SocketType;

    /// <summary>As chmod(1) takes it.</summary>
    public string Permissions => Convert.ToString(Mode & 0x1FF, 8).PadLeft(4, '0');

    /// <summary>Null where the system does not tell: no such path, no way to it, no statx.</summary>
    public static FileStatus? Of(string path)
    {
        if (!OperatingSystem.IsLinux())
        {
            return null;
        }

        var buffer = stackalloc byte[StatxBytes];
        try
        {
            return StatX(CurrentDirectory, path, NoFollow, BasicStatistics, buffer) == 0
                ? new FileStatus(*(uint*)(buffer + UidAt), *(uint*)(buffer + GidAt), *(ushort*)(buffer + ModeAt))
                : null;
        }
        catch (EntryPointNotFoundException)
        {
            return null;   // an old C library
        }
    }

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int StatX(int directory, string path, int flags, uint mask, byte* buffer);
}
