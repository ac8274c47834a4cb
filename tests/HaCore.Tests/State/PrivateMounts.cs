using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace HaCore.Tests.State;

/// <summary>
/// Runs a test on a thread of its own with mounts of its own: a disk that is really full or read-only, and gone when the thread ends.
/// </summary>
internal static partial class PrivateMounts
{
    private const int NewMountNamespace = 0x20000;   // CLONE_NEWNS
    private const ulong ReadOnly = 0x1;
    private const ulong Remount = 0x20;
    private const ulong Bind = 0x1000;
    private const ulong Recursive = 0x4000;
    private const ulong Private = 0x40000;

    public static void Run(Action test)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess, "Only root makes mounts.");
        ExceptionDispatchInfo? failure = null;
        var allowed = true;
        var thread = new Thread(() =>
        {
            try
            {
                allowed = Unshare(NewMountNamespace) == 0 && Mount("none", "/", null, Recursive | Private, null) == 0;
                if (allowed)
                {
                    test();
                }
            }
            catch (Exception e)
            {
                failure = ExceptionDispatchInfo.Capture(e);
            }
        });
        thread.Start();
        thread.Join();
        failure?.Throw();
        Assert.SkipUnless(allowed, "Mount namespaces are not allowed here.");
    }

    public static void SmallDisk(string path, string options) => Check(Mount("tmpfs", path, "tmpfs", 0, options));

    public static void MakeReadOnly(string path)
    {
        Check(Mount(path, path, null, Bind, null));
        Check(Mount("none", path, null, Bind | Remount | ReadOnly, null));
    }

    private static void Check(int result) => Assert.True(result == 0, Marshal.GetLastPInvokeErrorMessage());

    [LibraryImport("libc", EntryPoint = "unshare", SetLastError = true)]
    private static partial int Unshare(int flags);

    [LibraryImport("libc", EntryPoint = "mount", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Mount(string source, string target, string? type, ulong flags, string? data);
}
